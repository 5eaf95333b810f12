"""What an agent tells of a run, event by event, in the words of a conversation."""

from dataclasses import dataclass
from enum import StrEnum

from parley.core.batch import ToolCall
from parley.core.turn import Usage


class StopReason(StrEnum):
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    MAX_TURNS = "max_turns"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class RunStarted:
    pass


@dataclass(frozen=True, slots=True)
class TurnStarted:
    """The agent's own turn: one model call and the tools that it asks for."""

    number: int


@dataclass(frozen=True, slots=True)
class TextCompleted:
    text: str


@dataclass(frozen=True, slots=True)
class ToolCallsProposed:
    calls: tuple[ToolCall, ...]


@dataclass(frozen=True, slots=True)
class WaitingForDecisions:
    call_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ToolStarted:
    call: str
    name: str


@dataclass(frozen=True, slots=True)
class ToolFinished:
    """`cancelled` where the run was cancelled before the call had run, or while it ran."""

    call: str
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class ToolRefused:
    """Not run: rejected, or skipped because a steering text came."""

    call: str
    reason: str


@dataclass(frozen=True, slots=True)
class UsageReported:
    """What one turn of the agent's own used. Only a run that completes tells the sum itself."""

    usage: Usage


@dataclass(frozen=True, slots=True)
class TurnCompleted:
    pass


@dataclass(frozen=True, slots=True)
class CompactionStarted:
    pass


@dataclass(frozen=True, slots=True)
class RunCompleted:
    reason: StopReason
    usage: Usage


@dataclass(frozen=True, slots=True)
class RunFailed:
    error: str


@dataclass(frozen=True, slots=True)
class Gap:
    """Events up to `oldest` are lost for the stream; the history has what they said."""

    oldest: int
    newest: int


@dataclass(frozen=True, slots=True)
class Noted:
    """An event that a conversation only needs to have passed: reasoning, progress."""

    name: str


Happening = (
    RunStarted
    | TurnStarted
    | TextCompleted
    | ToolCallsProposed
    | WaitingForDecisions
    | ToolStarted
    | ToolFinished
    | ToolRefused
    | UsageReported
    | TurnCompleted
    | CompactionStarted
    | RunCompleted
    | RunFailed
    | Gap
    | Noted
)


@dataclass(frozen=True, slots=True)
class AgentEvent:
    """One event. `id` is its place in the session's stream (None for a gap), `run` whose it is."""

    id: int | None
    run: str | None
    what: Happening
