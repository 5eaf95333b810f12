"""A task: one coding job on a project, from the request to its end."""

from dataclasses import dataclass
from enum import StrEnum

from parley.core.delivery import Delivery
from parley.core.tasks.coding_agent import ChatCommand
from parley.core.tasks.project import Compute

SUMMARY = 500  # characters
NATIVE_TITLE = 40  # characters of the prompt
EXTERNAL_TITLE = 30
FAILED_SILENTLY = "Inference failed"
NO_REPOSITORY = "The project has no repository, so no worktree can be made for an external agent"
API = "api"  # the channel of whoever is in no chat: the API, the command line


class TaskState(StrEnum):
    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def over(self) -> bool:
        return self not in (TaskState.PENDING, TaskState.RUNNING)


class ExecutionPath(StrEnum):
    NATIVE = "native"
    ACP = "acp"
    PTY = "pty"

    @property
    def external(self) -> bool:
        return self is not ExecutionPath.NATIVE


@dataclass(frozen=True, slots=True)
class Requester:
    """Who asked for a task. `id` and `name` are the platform's, or what the API was given."""

    channel: str
    id: str
    name: str = ""
    installation: str = ""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a task used. None is unknown, which is not 0. `amount` is money in `currency`, as the
    agent says it."""

    tokens: int | None = None
    amount: float | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """A task as the table has it. Times are milliseconds.

    `agent`, `model`, `mode` and `thinking` are what the task named; what it runs with is chosen
    when it begins (`chosen_agent`, `chosen_model`). `session` is the session that it belongs to:
    its own id, or that of an earlier task whose session it goes on with. `on_top` is the change
    whose result it begins with. `generation` numbers its machine's executions, `fence` the runners
    that claimed it; `lease_until` is how long the present one is known to live. `stage_id` says how
    far the runner is. `outcome` is what a runner, or the native turn, left to be recorded.
    `cancel_at` is when somebody asked it to end. `note` is told beside the outcome (a fallback).
    `told_parts` is how much of its end the chat has already.
    """

    id: str
    project: str
    prompt: str
    session: str
    requester: Requester
    delivery: Delivery | None
    created_at: int
    agent: str = ""
    model: str = ""
    mode: str = ""
    thinking: str = ""
    on_top: str = ""
    state: TaskState = TaskState.PENDING
    path: ExecutionPath | None = None
    compute: Compute = Compute.LAMBDA
    chosen_agent: str = ""
    chosen_model: str = ""
    note: str = ""
    generation: int = 0
    fence: int = 0
    lease_until: int = 0
    agent_started: bool = False
    token: str = ""
    cancel_at: int | None = None
    started_at: int | None = None
    ended_at: int | None = None
    outcome: "TaskOutcome | None" = None
    checkpoint: "Snapshot | None" = None
    summary: str = ""
    cost: Cost | None = None
    transcript: str = ""
    change: str = ""
    doing: str = ""
    commands: tuple[ChatCommand, ...] = ()
    progress: str | None = None
    told_parts: int = 0
    reported: bool = False
    frames: int = 0

    @property
    def continues(self) -> bool:
        """Whether it goes on with an earlier task's session."""
        return self.session != self.id

    @property
    def title(self) -> str:
        words = " ".join(self.prompt.split())
        if self.path is not None and self.path.external:
            return f"Task [{self.chosen_agent}]: {words[:EXTERNAL_TITLE]}"
        return f"Task: {words[:NATIVE_TITLE]}"

    def alive_at(self, now: int) -> bool:
        """Whether a runner holds it."""
        return self.fence > 0 and self.lease_until >= now


@dataclass(frozen=True, slots=True)
class FileStat:
    """A file of a diff: `status` is git's letter (A, M, D, T); lines are None in a binary file."""

    path: str
    status: str
    added: int | None
    deleted: int | None


class FlagKind(StrEnum):
    """What a reviewer has to know before anything else."""

    WORKFLOW = "workflow"  # code that runs with the forge's own credentials
    CREDENTIAL = "credential"  # a key, or what looks like one
    SYMLINK = "symlink"  # leads out of the tree
    HIDDEN = "hidden"  # characters that show nothing, or turn the order of others round
    LARGE = "large"
    BINARY = "binary"
    NESTED = "nested"  # a repository within: its content is not in the diff
    LOCKFILE = "lockfile"
    MODE = "mode"  # became executable
    LEFT_OUT = "left_out"  # could not be read or stored, or is too large: it is not in the diff


@dataclass(frozen=True, slots=True)
class Flag:
    kind: FlagKind
    path: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A worktree's difference to its base, as it lies in the bucket: the patch's bytes under
    `patch_key`, and under `bundle_key` a git bundle with the commit `commit`, whose tree is `tree`
    and whose parent is `base`. `files` are the first ones, `count` is how many there are.
    `partial` says that the agent did not come to its end."""

    base: str
    base_ref: str
    tree: str
    commit: str
    patch_key: str
    patch_sha256: str
    patch_bytes: int
    bundle_key: str
    files: tuple[FileStat, ...]
    count: int
    flags: tuple[Flag, ...] = ()
    partial: bool = False


@dataclass(frozen=True, slots=True)
class TaskOutcome:
    """What is left of a task's work, to be recorded. `summary` of a failure is its reason."""

    state: TaskState
    summary: str
    cost: Cost | None = None
    snapshot: Snapshot | None = None
    transcript: str = ""
    session_files: str = ""
    agent_session: str = ""
    only_ignored: bool = False  # files were written, all of them ones that git ignores


@dataclass(frozen=True, slots=True)
class Session:
    """What tasks that go on with one another share: `agent` who worked on it, `agent_session` its
    own name for it, `files` the key of its kept files. `path` because a native session is the
    agent server's. `turns` are the tasks, oldest first; `holder` the one that runs."""

    id: str
    project: str
    agent: str = ""
    path: ExecutionPath | None = None
    agent_session: str = ""
    files: str = ""
    turns: tuple[str, ...] = ()
    holder: str = ""


def summary_of(text: str) -> str:
    return text.strip()[:SUMMARY]
