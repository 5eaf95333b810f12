"""Repositories and their pull requests, in memory. Safe to use from several threads."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from local.github.errors import invalid, not_found, told, too_long
from local.listeners import Listeners

TITLE, BODY = 256, 65_536  # characters

# The commit that a branch of OWNER/NAME is at; None where there is no such branch.
HeadOf = Callable[[str, str], str | None]


@dataclass(frozen=True, slots=True)
class Pull:
    number: int
    repository: str
    title: str
    body: str
    head: str
    base: str
    sha: str
    state: str = "open"
    draft: bool = False


@dataclass
class Pulls:
    """`repositories` are those that there are, as OWNER/NAME. Without `head_of`, each branch is
    taken to be there."""

    repositories: set[str] = field(default_factory=set)
    head_of: HeadOf | None = None

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._pulls: list[Pull] = []
        self.listeners = Listeners()

    def open(self, repository: str, fields: Mapping[str, object]) -> Pull:
        """Raises GitHubError, as the API answers what it does not take."""
        title, body = _text(fields, "title"), str(fields.get("body") or "")
        head, base = _text(fields, "head"), _text(fields, "base")
        for name, value, most in (("title", title, TITLE), ("body", body, BODY)):
            if len(value) > most:
                raise too_long(name, most)
        self._known(repository)
        owner = repository.partition("/")[0]
        head = head.removeprefix(f"{owner}:")
        sha = self._compared(repository, head, base)
        with self._lock:
            if any((each.head, each.base) == (head, base) for each in self._of(repository, "open")):
                raise told(f"A pull request already exists for {owner}:{head}.")
            number = len(self._of(repository)) + 1
            draft = fields.get("draft") is True
            pull = Pull(number, repository, title, body, head, base, sha, draft=draft)
            self._pulls.append(pull)
        self.listeners.tell()
        return pull

    def of(self, repository: str, state: str = "") -> list[Pull]:
        """The newest first."""
        with self._lock:
            return self._of(repository, state)[::-1]

    def get(self, repository: str, number: int) -> Pull:
        self._known(repository)
        for pull in self.of(repository):
            if pull.number == number:
                return pull
        raise not_found()

    def close(self, repository: str, number: int) -> None:
        pull = self.get(repository, number)
        with self._lock:
            self._pulls[self._pulls.index(pull)] = replace(pull, state="closed")
        self.listeners.tell()

    def _known(self, repository: str) -> None:
        if repository not in self.repositories:
            raise not_found()

    def _compared(self, repository: str, head: str, base: str) -> str:
        """The head's commit, if there is anything in it that the base has not."""
        if self.head_of is None:
            return "0" * 40
        there, here = self.head_of(repository, base), self.head_of(repository, head)
        if here is None:
            raise invalid("head")
        if there is None:
            raise invalid("base")
        if here == there:
            raise told(f"No commits between {base} and {head}")
        return here

    def _of(self, repository: str, state: str = "") -> list[Pull]:
        return [
            each
            for each in self._pulls
            if each.repository == repository and state in ("", each.state)
        ]


def _text(fields: Mapping[str, object], name: str) -> str:
    found = fields.get(name)
    if not isinstance(found, str) or not found.strip():
        raise invalid(name, "missing_field")
    return found
