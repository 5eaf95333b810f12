"""An agent session as seen from outside: its state, its history, how a run is asked for."""

from dataclasses import dataclass
from enum import StrEnum


class RunState(StrEnum):
    IDLE = "idle"
    STARTING = "starting"
    RUNNING = "running"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class SessionStatus:
    state: RunState
    run: str | None


class Role(StrEnum):
    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"


@dataclass(frozen=True, slots=True)
class Spoken:
    """A message of the agent's history; `text` is its text parts joined by a blank line."""

    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class RunOptions:
    """`images` are data URLs that go with the prompt."""

    model: str | None = None
    images: tuple[str, ...] = ()
