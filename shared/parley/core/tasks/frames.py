"""A task's frames: what can be read of it while it runs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

TEXT_CAP = 50_000  # characters of a task's text, in the frames and in its transcript
REASONING_CAP = 200_000
BATCH_SECONDS = 1.0
BATCH_BYTES = 2_048


class FrameKind(StrEnum):
    STARTED = "message_started"
    COMMANDS = "agent_commands"
    DELTA = "delta"
    COMPLETE = "message_complete"


@dataclass(frozen=True, slots=True)
class Frame:
    """`content` by kind: STARTED has role; COMMANDS has commands (name and description each); DELTA
    has `text` or `reasoning`, or a tool's `id`, `title` and `status`; COMPLETE has status."""

    kind: FrameKind
    content: Mapping[str, object] = field(default_factory=dict)
