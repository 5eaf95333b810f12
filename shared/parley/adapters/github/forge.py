"""Pull requests at GitHub."""

import json
import logging
from collections.abc import Mapping

import httpx

from parley.adapters.github import answers, limits
from parley.adapters.github.answers import AlreadyOpen, Answer, NoAnswer
from parley.adapters.github.places import Repository, repository_of
from parley.errors import ForgeError
from parley.ports import Clock

VERSION = "2022-11-28"  # of the REST API

# Its lines name each request's address.
logging.getLogger("httpx").setLevel(logging.WARNING)

TIMEOUT = httpx.Timeout(limits.READ_SECONDS, connect=limits.CONNECT_SECONDS)


class GitHub:
    """parley.ports.work.Forge. The credential stands in one header of each request, and nowhere
    else: not in addresses, not in errors."""

    def __init__(self, api_url: str, clock: Clock) -> None:
        self._url = api_url.rstrip("/")
        self._clock = clock
        self._http: httpx.Client | None = None

    def open_pull_request(
        self, repository: str, credential: str, branch: str, base: str, title: str, body: str
    ) -> str:
        """A request whose answer got lost is made again: GitHub opens no second one of the same
        branch, and says so."""
        place = repository_of(repository, self._url)
        fields = {
            "title": title[: limits.TITLE],
            "body": body[: limits.BODY],
            "head": branch,
            "base": base,
        }
        for attempt in range(1, limits.TRIES):
            try:
                return self._open(place, credential, fields)
            except NoAnswer as fault:
                self._wait(attempt, fault)
        return self._open(place, credential, fields)

    def close(self) -> None:
        """Leave no connection open. It can be used again."""
        if self._http is not None:
            self._http.close()
            self._http = None

    def _open(self, place: Repository, credential: str, fields: Mapping[str, str]) -> str:
        try:
            answer = self._asked("POST", place, credential, fields, content=fields)
        except AlreadyOpen:
            return self._find(place, credential, fields)
        return answers.address_of(answer.body)

    def _find(self, place: Repository, credential: str, fields: Mapping[str, str]) -> str:
        """The open one: of a branch there is one for each base."""
        wanted = {
            "head": f"{place.owner}:{fields['head']}",
            "base": fields["base"],
            "state": "open",
            "per_page": "1",
        }
        found = self._asked("GET", place, credential, fields, params=wanted).body
        if not isinstance(found, list) or not found:
            # Closed just now, or opened so lately that the list does not have it yet.
            raise NoAnswer(
                f"GitHub says that `{fields['head']}` has a pull request, and shows none"
            )
        return answers.address_of(found[0])

    def _asked(
        self,
        method: str,
        place: Repository,
        credential: str,
        fields: Mapping[str, str],
        *,
        params: Mapping[str, str] | None = None,
        content: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request, and its answer if that is a success."""
        answer = self._exchanged(method, place, credential, params, content)
        if 200 <= answer.status < 300:
            return answer
        raise answers.refused(answer, str(place), fields["head"], fields["base"])

    def _exchanged(
        self,
        method: str,
        place: Repository,
        credential: str,
        params: Mapping[str, str] | None,
        content: Mapping[str, str] | None,
    ) -> Answer:
        try:
            request = self._client().build_request(
                method,
                f"{self._url}/repos/{place.owner}/{place.name}/pulls",
                headers=_headers(credential),
                params=params,
                content=None if content is None else json.dumps(content).encode(),
                timeout=TIMEOUT,
            )
            return self._answer(request)
        except (httpx.InvalidURL, httpx.UnsupportedProtocol):
            raise ForgeError("The address of GitHub's API is none") from None
        except httpx.RequestError as error:
            raise NoAnswer(f"GitHub did not answer: {type(error).__name__}") from None

    def _answer(self, request: httpx.Request) -> Answer:
        response = self._client().send(request, stream=True)
        try:
            content = b""
            for part in response.iter_bytes():
                content += part
                if len(content) > limits.ANSWER_BYTES:
                    raise NoAnswer("GitHub's answer does not end")
        finally:
            response.close()
        return Answer(response.status_code, dict(response.headers), answers.read(content))

    def _client(self) -> httpx.Client:
        if self._http is None:
            self._http = httpx.Client(
                follow_redirects=False, trust_env=False, headers={"User-Agent": "parley"}
            )
        return self._http

    def _wait(self, attempt: int, fault: NoAnswer) -> None:
        """Before the next try. Raises the fault where that would be long to wait for."""
        pause = 2 ** (attempt - 1) if fault.pause is None else fault.pause
        if pause > limits.LONGEST_PAUSE:
            raise fault
        self._clock.sleep(pause)


def _headers(credential: str) -> dict[str, str]:
    if not credential:
        raise ForgeError("The project names no credential to open pull requests with")
    if not credential.isascii() or not credential.isprintable():
        raise ForgeError("The project's credential is not fit for a header")
    return {
        "Authorization": f"Bearer {credential}",
        "Accept": "application/vnd.github+json",
        "X-GitHub-Api-Version": VERSION,
        "Content-Type": "application/json",
    }
