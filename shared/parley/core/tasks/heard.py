"""What an external agent is heard to do, whatever protocol it speaks."""

from dataclasses import dataclass
from enum import StrEnum

from parley.core.tasks.coding_agent import ChatCommand


@dataclass(frozen=True, slots=True)
class Said:
    text: str
    message: str = ""  # the agent's id of the message, where it gives one


@dataclass(frozen=True, slots=True)
class Thought:
    text: str


@dataclass(frozen=True, slots=True)
class ToolSeen:
    """A tool call, or news of one: what is None has not changed."""

    id: str
    title: str | None = None
    kind: str | None = None
    status: str | None = None
    given: str | None = None  # its input, as JSON
    output: str | None = None
    paths: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    entries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Used:
    """Usage as the agent tells it: `tokens` since the last such event where `cumulative` is false,
    else in all; money is always in all."""

    tokens: int | None = None
    amount: float | None = None
    currency: str = ""
    cumulative: bool = False


@dataclass(frozen=True, slots=True)
class Offered:
    commands: tuple[ChatCommand, ...]


Heard = Said | Thought | ToolSeen | Planned | Used | Offered


class Stop(StrEnum):
    """Why an agent ended."""

    DONE = "done"
    CANCELLED = "cancelled"
    TIME_UP = "time_up"
    STALLED = "stalled"  # it lived, and nothing was heard of it
    REFUSED = "refused"  # the model would not
    LIMIT = "limit"  # of tokens, or of the model's turns
    FAILED = "failed"  # it said so, by an error or its exit status
    CRASHED = "crashed"
    UNFIT = "unfit"  # a model, mode or option that it does not have


@dataclass(frozen=True, slots=True)
class AgentEnd:
    """`reason` is for people, empty when it is done. `session` is the agent's own name of its
    session, empty where it has none."""

    stop: Stop
    reason: str = ""
    session: str = ""
