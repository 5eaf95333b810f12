"""A terminal at the API, over a socket, for the commands that go there."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from parley.settings import ApiAccess
from tests.command.servers import Ended, Platform, command
from tests.gateway.office import TOKEN, Office
from tests.gateway.work import snapshot

EVENTS = Path(__file__).resolve().parents[2] / "events"
SHA = snapshot().patch_sha256


@dataclass
class Counter:
    """A terminal at the API. What is planned happens when a command sleeps."""

    office: Office
    server: Platform
    planned: list[Callable[[], object]] = field(default_factory=list)
    failing: int = 0

    def run(self, *arguments: str, token: str = TOKEN) -> Ended:
        access = ApiAccess(self.server.url, token)
        return command(*arguments, access=access, sleep=self._sleep)

    def told(self, *arguments: str) -> str:
        """What a command that goes well says."""
        done = self.run(*arguments)
        assert (done.code, done.errors) == (0, "")
        return done.out

    def read(self, *arguments: str) -> Any:
        return json.loads(self.told(*arguments, "--json"))

    def started(self, *words: str) -> str:
        id: str = json.loads(self.told("task", "start", "--json", *words))["id"]
        return id

    def _sleep(self, _seconds: float) -> None:
        self.failing = max(0, self.failing - 1)
        if self.planned:
            self.planned.pop(0)()
