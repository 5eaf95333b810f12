"""The stand-in for GitHub over HTTP: who asks, failures on demand, a record of calls."""

import asyncio
import contextlib
import html
import json
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from local.calls import Call, Calls
from local.faults import Fault, Faults
from local.github.errors import GitHubError, bad_credentials, not_found, rate_limited, read_only
from local.github.pulls import Pull, Pulls
from local.serving import serving

PREFIX = "/github/api"
PAGES = "/github"
OPEN, LIST, GET = "POST pulls", "GET pulls", "GET pull"

Act = Callable[[Request, dict[str, Any]], tuple[int, Any]]


class GitHubStandIn:
    """`token` is the one that may open pull requests, `reader` one that may only look. `url` is set
    once it is served."""

    def __init__(self, pulls: Pulls, token: str, reader: str = "") -> None:
        self.pulls = pulls
        self.calls = Calls()
        self.faults = Faults()
        self.url = ""
        self._token = token
        self._reader = reader

    @property
    def api_url(self) -> str:
        """What the functions take for https://api.github.com."""
        return f"{self.url}{PREFIX}"

    @property
    def routes(self) -> list[Route]:
        pulls = f"{PREFIX}/repos/{{owner}}/{{name}}/pulls"
        page = f"{PAGES}/{{owner}}/{{name}}/pull/{{number:int}}"
        return [
            Route(pulls, self._endpoint(OPEN, self._open), methods=["POST"]),
            Route(pulls, self._endpoint(LIST, self._list), methods=["GET"]),
            Route(f"{pulls}/{{number:int}}", self._endpoint(GET, self._get), methods=["GET"]),
            Route(page, self._page, methods=["GET"]),
        ]

    def _endpoint(self, name: str, act: Act) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            return await self._answer(name, act, request)

        return answer

    async def _answer(self, name: str, act: Act, request: Request) -> Response:
        at_ns = time.time_ns()
        if not request.headers.get("user-agent"):
            return PlainTextResponse("Request forbidden by administrative rules.", 403)
        arguments: dict[str, Any] = dict(request.path_params)
        headers: dict[str, str] = {}
        try:
            self._admit(request, writes=request.method == "POST")
            arguments |= _fields(await request.body(), request)
            fault = self.faults.take(name, None)
            status, body = await self._act(act, request, arguments, fault)
        except GitHubError as error:
            status, body, headers = error.status, error.body, error.headers
        self.calls.add(Call(name, arguments, at_ns, status, body, _repository(request)))
        return JSONResponse(body, status, headers)

    async def _act(
        self, act: Act, request: Request, arguments: dict[str, Any], fault: Fault | None
    ) -> tuple[int, Any]:
        if fault is not None:
            await asyncio.sleep(fault.delay)
            if fault.fails and not fault.after:
                raise _failure(fault)
        said = await run_in_threadpool(act, request, arguments)
        if fault is not None and fault.after:
            raise _failure(fault)
        return said

    def _admit(self, request: Request, *, writes: bool) -> None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() not in ("bearer", "token") or not token:
            raise bad_credentials()
        if token == self._reader and token:
            if writes:
                raise read_only()
        elif token != self._token:
            raise bad_credentials()

    def _open(self, request: Request, arguments: dict[str, Any]) -> tuple[int, Any]:
        return 201, self._shown(self.pulls.open(_repository(request), arguments))

    def _list(self, request: Request, arguments: dict[str, Any]) -> tuple[int, Any]:
        repository = _repository(request)
        if repository not in self.pulls.repositories:
            raise not_found()
        asked = request.query_params
        state = asked.get("state", "open")
        found = self.pulls.of(repository, "" if state == "all" else state)
        owner = request.path_params["owner"]
        for key, wanted in (("head", asked.get("head")), ("base", asked.get("base"))):
            if wanted:
                found = [each for each in found if _end(each, key, owner) == wanted]
        return 200, [self._shown(each) for each in found[: int(asked.get("per_page", "30"))]]

    def _get(self, request: Request, arguments: dict[str, Any]) -> tuple[int, Any]:
        number = request.path_params["number"]
        return 200, self._shown(self.pulls.get(_repository(request), number))

    def _shown(self, pull: Pull) -> dict[str, Any]:
        owner = pull.repository.partition("/")[0]
        return {
            "url": f"{self.api_url}/repos/{pull.repository}/pulls/{pull.number}",
            "html_url": f"{self.url}{PAGES}/{pull.repository}/pull/{pull.number}",
            "number": pull.number,
            "state": pull.state,
            "draft": pull.draft,
            "title": pull.title,
            "body": pull.body,
            "head": {"label": f"{owner}:{pull.head}", "ref": pull.head, "sha": pull.sha},
            "base": {"label": f"{owner}:{pull.base}", "ref": pull.base},
        }

    async def _page(self, request: Request) -> Response:
        try:
            pull = self.pulls.get(_repository(request), request.path_params["number"])
        except GitHubError:
            return PlainTextResponse("There is no such pull request.", 404)
        title = html.escape(f"{pull.title} · #{pull.number}")
        where = html.escape(f"{pull.state}: {pull.head} into {pull.base}")
        return HTMLResponse(
            f"<!doctype html><title>{title}</title><h1>{title}</h1>"
            f"<p>{where}</p><pre>{html.escape(pull.body)}</pre>"
        )


def _repository(request: Request) -> str:
    return f"{request.path_params['owner']}/{request.path_params['name']}"


def _end(pull: Pull, key: str, owner: str) -> str:
    return f"{owner}:{pull.head}" if key == "head" else pull.base


def _fields(raw: bytes, request: Request) -> dict[str, Any]:
    if request.method != "POST":
        return dict(request.query_params)
    try:
        found = json.loads(raw)
    except ValueError:
        raise GitHubError(400, "Problems parsing JSON") from None
    if not isinstance(found, dict):
        raise GitHubError(400, "Body should be a JSON object")
    return found


def _failure(fault: Fault) -> GitHubError:
    if fault.status in (403, 429):
        return rate_limited(fault.retry_after)
    return GitHubError(fault.status, fault.error or "Server Error")


@contextlib.contextmanager
def github_stand_in(
    port: int, pulls: Pulls, *, token: str, reader: str = ""
) -> Iterator[GitHubStandIn]:
    """Served alone."""
    made = GitHubStandIn(pulls, token, reader)
    with serving(Starlette(routes=made.routes), port) as url:
        made.url = url
        yield made
