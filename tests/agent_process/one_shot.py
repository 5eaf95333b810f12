"""Python programs as agents that are asked once."""

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from parley.adapters.agent_process.terminal import Terminal, open_terminal, run_terminal
from parley.core.tasks.coding_agent import CodingAgent
from parley.core.tasks.heard import AgentEnd, Heard, Said
from parley.ports.work import Job, Wish, Worktree

Wished = Callable[["Follower"], Wish]


def go_on(_follower: "Follower") -> Wish:
    return Wish.GO_ON


def once_it_says(word: str, wish: Wish) -> Wished:
    return lambda follower: wish if word in follower.text else Wish.GO_ON


@dataclass
class Follower:
    wished: Wished = go_on
    events: list[Heard] = field(default_factory=list)

    def hear(self, event: Heard) -> None:
        self.events.append(event)

    def wish(self) -> Wish:
        return self.wished(self)

    @property
    def text(self) -> str:
        return "".join(each.text for each in self.events if isinstance(each, Said))


@dataclass
class Ran:
    end: AgentEnd
    text: str
    events: Sequence[Heard]
    seconds: float


@dataclass
class Bench:
    """Runs Python programs as agents, by a clock that is `pace` times as fast."""

    folder: Path

    def run(
        self,
        program: str,
        *,
        prompt: str = "",
        earlier: str = "",
        asked: Mapping[str, str] = {},
        wished: Wished = go_on,
        stall: float = 60.0,
        pace: float = 1.0,
        opened: Callable[[], Terminal | None] = open_terminal,
        environment: Mapping[str, str] = {},
        **registered: Any,
    ) -> Ran:
        path, home = self.folder / "tree", self.folder / "home"
        path.mkdir(exist_ok=True)
        home.mkdir(exist_ok=True)
        worktree = Worktree("task", path, home, "0" * 40, "main")
        told = {"command": (sys.executable, "-c", program), **registered}
        agent = CodingAgent("scripted", supports_acp=False, **told)
        job = Job(
            agent,
            worktree,
            prompt,
            **asked,
            earlier=earlier,
            environment=environment,
            stall_seconds=stall,
        )
        follower = Follower(wished)
        began = time.monotonic()
        end = run_terminal(job, follower, None, lambda: time.monotonic() * pace, opened)
        seconds = (time.monotonic() - began) * pace
        return Ran(end, follower.text, follower.events, seconds)
