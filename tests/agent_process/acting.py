"""The stub agent as an agent that speaks ACP, and what is heard of it."""

import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from parley.adapters.agent_process.runner import AgentProcesses
from parley.core.tasks.coding_agent import CodingAgent, Permissions
from parley.core.tasks.heard import AgentEnd, Heard, Said
from parley.ports.work import Account, Job, Wish, Worktree
from tests.agent_process.one_shot import Follower, Wished, go_on

ROOT = Path(__file__).resolve().parents[2]
ARGV = (sys.executable, "-m", "local.stub_agent", "acp")
Step = Mapping[str, object]
Kind = TypeVar("Kind")


@dataclass
class Played:
    end: AgentEnd
    events: Sequence[Heard]
    seconds: float

    def of(self, kind: type[Kind]) -> list[Kind]:
        return [each for each in self.events if isinstance(each, kind)]

    @property
    def text(self) -> str:
        return "".join(each.text for each in self.of(Said))


@dataclass
class Stage:
    """`pace` is how many times as fast as ours the runner's clock is, unless it has a `clock`."""

    folder: Path
    account: Account | None = None
    argv: Sequence[str] = ARGV
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def tree(self) -> Path:
        return self.folder / "tree"

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def worktree(self) -> Worktree:
        self.tree.mkdir(exist_ok=True)
        self.home.mkdir(exist_ok=True)
        return Worktree("task", self.tree, self.home, "0" * 40, "main")

    def play(
        self,
        *steps: Step,
        prompt: str = "",
        manner: Mapping[str, object] = {},
        permissions: Permissions = Permissions.INSIDE,
        wished: Wished = go_on,
        pace: float = 1.0,
        clock: Callable[[Follower], float] | None = None,
        **asked: Any,
    ) -> Played:
        agent = CodingAgent(
            "stub",
            supports_acp=True,
            command=tuple(self.argv),
            permissions=permissions,
            settings={
                "PYTHONPATH": str(ROOT),
                "PYTHONDONTWRITEBYTECODE": "1",
                "STUB_AGENT": json.dumps(manner),
                **self.settings,
            },
        )
        script = f"SCRIPT={json.dumps(steps)}" if steps else prompt
        job = Job(agent, self.worktree, script, **asked)
        follower = Follower(wished)
        clock = clock or (lambda _follower: time.monotonic() * pace)
        runner = AgentProcesses(self.account, partial(clock, follower))
        began = time.monotonic()
        end = runner.run(job, follower)
        return Played(end, follower.events, time.monotonic() - began)


def once_there(path: Path, wish: Wish) -> Wished:
    return lambda _follower: wish if path.exists() else Wish.GO_ON
