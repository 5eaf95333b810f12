"""What GitHub's answers mean: again later, never, or that it was done before.

A refusal's text is for people, so it is made here: GitHub's own sentences are quoted where they say
what is wrong with the pull request, and nothing else of an answer is.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from parley.errors import ForgeError, ForgeUnavailable

QUOTED = 300  # characters of GitHub's own words


class AlreadyOpen(ForgeError):
    """There is an open pull request of this branch."""


class NoAnswer(ForgeUnavailable):
    """A fault that may be over soon. `pause` is how long to wait, None where it does not say."""

    def __init__(self, what: str, pause: int | None = None) -> None:
        super().__init__(what)
        self.pause = pause


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]  # names in lower case
    body: object = field(repr=False)  # JSON, None where it was none

    @property
    def fields(self) -> Mapping[str, Any]:
        return self.body if isinstance(self.body, dict) else {}


def read(content: bytes) -> object:
    try:
        found: object = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return found


def address_of(fields: object) -> str:
    """The page of a pull request. Raises NoAnswer where the answer is none that GitHub gives."""
    address = fields.get("html_url") if isinstance(fields, dict) else None
    if not isinstance(address, str) or not address.startswith(("https://", "http://")):
        raise NoAnswer("GitHub's answer has no address of the pull request")
    return address


def refused(answer: Answer, repository: str, branch: str, base: str) -> ForgeError:
    """What a status other than success means."""
    status = answer.status
    if _is_limited(answer):
        return NoAnswer("GitHub's rate limit is used up", _pause(answer))
    if status >= 500:
        return NoAnswer(f"GitHub answered {status}", _pause(answer))
    if status in (301, 302, 307, 308):
        return ForgeError(f"`{repository}` has moved: the project needs its new address")
    if status == 401:
        return ForgeError("GitHub does not know the project's credential, or it has expired")
    if status == 403:
        return ForgeError(
            f"The project's credential may not open pull requests in `{repository}`"
            + _because(answer)
        )
    if status in (404, 410):
        return ForgeError(f"`{repository}` is not there for the project's credential")
    if status == 422:
        return _invalid(answer, branch, base)
    return ForgeError(f"GitHub refused to open the pull request: {status}{_because(answer)}")


def _invalid(answer: Answer, branch: str, base: str) -> ForgeError:
    errors = list(_errors(answer))
    said = [str(error.get("message") or "") for error in errors]
    if any("already exists" in words for words in said):
        return AlreadyOpen(f"There is a pull request of `{branch}` already")
    if any(words.startswith("No commits between") for words in said):
        return ForgeError(f"`{base}` has everything that `{branch}` has: there is nothing to merge")
    for field_name, name in (("head", branch), ("base", base)):
        if any(error.get("field") == field_name for error in errors):
            return ForgeError(f"GitHub finds no branch `{name}`")
    return ForgeError(f"GitHub refused the pull request{_because(answer)}")


def _errors(answer: Answer) -> Iterator[Mapping[str, Any]]:
    found = answer.fields.get("errors")
    for each in found if isinstance(found, Sequence) and not isinstance(found, str) else ():
        if isinstance(each, dict):
            yield each
        elif isinstance(each, str):
            yield {"message": each}


def _because(answer: Answer) -> str:
    said = [str(error.get("message") or error.get("code") or "") for error in _errors(answer)]
    words = "; ".join([str(answer.fields.get("message") or ""), *said])
    words = " ".join(words.replace("`", "'").split()).strip("; ")
    return f": {words[:QUOTED]}" if words else ""


def _is_limited(answer: Answer) -> bool:
    """The primary limit, or one of the secondary ones, which are said in words."""
    if answer.status == 429:
        return True
    if answer.status != 403:
        return False
    spent = answer.headers.get("x-ratelimit-remaining") == "0"
    said = str(answer.fields.get("message") or "").lower()
    return spent or "retry-after" in answer.headers or "rate limit" in said


def _pause(answer: Answer) -> int | None:
    """Seconds. When the primary limit begins anew is far off: none is waited for here."""
    try:
        seconds = float(answer.headers.get("retry-after", ""))
    except ValueError:
        spent = answer.headers.get("x-ratelimit-remaining") == "0"
        return 3_600 if spent else None
    return math.ceil(seconds) if math.isfinite(seconds) and seconds >= 0 else None
