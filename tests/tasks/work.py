"""A machine to work on, in memory: worktrees, agents that do as told, files, homes, a heart."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from parley.core.directive import Directive
from parley.core.tasks.heard import AgentEnd, Heard, Said, Stop
from parley.core.tasks.task import FileStat, Task
from parley.errors import Fenced, StoreUnavailable, WorkbenchError
from parley.ports import Started, Tasks
from parley.ports.work import Diff, Job, Source, Watch, Wish, Worktree
from tests.fakes.world import FakeClock

BASE = "a" * 40
Hook = Callable[[str], None]


def quiet(_call: str) -> None:
    """Nothing happens at this call."""


@dataclass
class MemoryDepot:
    files: dict[str, bytes] = field(default_factory=dict)
    refuses: str = ""  # what is in the keys of those files

    def put(self, key: str, content: bytes) -> None:
        if self.refuses and self.refuses in key:
            raise StoreUnavailable("no bucket today")
        self.files[key] = content

    def get(self, key: str, most: int) -> bytes:
        return self.files[key][:most]


@dataclass
class Bench:
    """A port's Workbench. A worktree is the files that differ from its base."""

    trees: dict[str, dict[str, str]] = field(default_factory=dict)
    sources: list[Source] = field(default_factory=list)
    trouble: str = ""
    unreadable: set[str] = field(default_factory=set)
    meanwhile: Callable[[], object] = lambda: None  # while a worktree is prepared

    def prepare(self, task: str, source: Source) -> Worktree:
        self.meanwhile()
        if self.trouble:
            raise WorkbenchError(self.trouble)
        self.sources.append(source)
        self.trees[task] = json.loads(source.on_top[0]) if source.on_top else {}
        return self._worktree(task)

    def left(self, task: str) -> Worktree | None:
        return self._worktree(task) if task in self.trees else None

    def diff(self, worktree: Worktree) -> Diff:
        if worktree.task in self.unreadable:
            raise WorkbenchError("The worktree is gone")
        changed = self.trees[worktree.task]
        patch = json.dumps(changed, sort_keys=True).encode()
        digest = hashlib.sha256(patch).hexdigest()
        files = tuple(FileStat(path, "M", 1, 0) for path in sorted(changed))
        return Diff(digest[:40], digest[:40], patch, digest, patch, files, len(files), ())

    def clear(self, keep: str = "") -> None:
        self.trees = {task: tree for task, tree in self.trees.items() if task == keep}

    def _worktree(self, task: str) -> Worktree:
        folder = PurePath("/bench", task)
        return Worktree(task, folder / "tree", folder / "home", BASE, "main")


@dataclass(frozen=True, slots=True)
class Write:
    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Work:
    """Nothing is heard for so many seconds."""

    seconds: int


Act = Write | Work | Heard | AgentEnd


@dataclass
class Agents:
    """A port's AgentRunner: every agent acts as the script says."""

    clock: FakeClock
    bench: Bench
    script: Sequence[Act] = (Said("I did it."), Write("a.txt", "new"))
    setup_trouble: str = ""
    setup_seconds: int = 0
    jobs: list[Job] = field(default_factory=list)
    alive: int = 0  # processes

    def set_up(self, worktree: Worktree, command: str, watch: Watch) -> str:
        if self._work(self.setup_seconds, watch):
            return "it was cancelled"
        return self.setup_trouble

    def run(self, job: Job, watch: Watch) -> AgentEnd:
        self.jobs.append(job)
        self.alive += 1
        for act in self.script:
            end = self._act(act, job, watch)
            if end is not None:
                self.alive = 0
                return end
        self.alive = 0
        return AgentEnd(Stop.DONE, session=f"session-of-{job.worktree.task}")

    def sweep(self) -> None:
        self.alive = 0

    def _act(self, act: Act, job: Job, watch: Watch) -> AgentEnd | None:
        match act:
            case Write(path, text):
                self.bench.trees[job.worktree.task][path] = text
            case Work(seconds):
                return self._work(seconds, watch)
            case AgentEnd():
                return act
            case _:
                watch.hear(act)
        return _ended(watch.wish())

    def _work(self, seconds: int, watch: Watch) -> AgentEnd | None:
        for _ in range(seconds):
            self.clock.advance(1_000)
            end = _ended(watch.wish())
            if end is not None:
                return end
        return None


def _ended(wish: Wish) -> AgentEnd | None:
    stops = {Wish.CANCEL: Stop.CANCELLED, Wish.TIME_UP: Stop.TIME_UP}
    return AgentEnd(stops[wish]) if wish in stops else None


@dataclass
class MemoryHomes:
    unpacked: list[bytes] = field(default_factory=list)

    def pack(self, home: PurePath, keeps: Sequence[str]) -> bytes:
        return f"{home}: {', '.join(keeps)}".encode()

    def unpack(self, home: PurePath, content: bytes) -> None:
        self.unpacked.append(content)


@dataclass
class AskingHeart:
    """A port's Heart without a thread: it beats whenever it is asked."""

    tasks: Tasks
    task: Task
    clock: FakeClock
    lost: bool = False

    def __enter__(self) -> "AskingHeart":
        return self

    def __exit__(self, *error: object) -> None:
        return None

    @property
    def cancelled(self) -> bool:
        now = self.clock.now()
        try:
            return self.tasks.renew(self.task, now, now + 45_000).cancel_at is not None
        except Fenced:
            self.lost = True
            return False


@dataclass
class Spreading:
    """A port's News that is read at once, or lost."""

    tell: Callable[[str], None]
    lost: bool = False
    spread_of: list[str] = field(default_factory=list)

    def spread(self, task: str) -> None:
        self.spread_of.append(task)
        if not self.lost:
            self.tell(task)


@dataclass
class StillConversations:
    """A port's Executions of the conversation machine, which never gets to its next state."""

    def start(self, conversation: str, generation: int) -> Started:
        return Started.RUNNING

    def call_back(self, token: str, directive: Directive) -> bool:
        return False


@dataclass
class KnownSecrets:
    values: Mapping[str, str] = field(default_factory=dict)

    def get(self, name: str, *, fresh: bool = False) -> str:
        return self.values.get(name, f"the value of {name}")


class Watched:
    """A part whose calls are told to a hook before and after they are made: there a process can
    die."""

    def __init__(self, part: Any, name: str, hook: Hook) -> None:
        self._part = part
        self._name = name
        self._hook = hook

    def __getattr__(self, method: str) -> Any:
        found = getattr(self._part, method)
        if not callable(found):
            return found

        def called(*arguments: Any, **named: Any) -> Any:
            self._hook(f"before {self._name}.{method}")
            answer = found(*arguments, **named)
            self._hook(f"after {self._name}.{method}")
            return answer

        return called
