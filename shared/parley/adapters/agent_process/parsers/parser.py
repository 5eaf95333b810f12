"""What every parser of an agent's lines is, and what it says of the agent's end."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from parley.core.tasks.heard import Heard, Stop


@dataclass(frozen=True, slots=True)
class Verdict:
    """How it ended, by what it said; its exit status may make it worse. `reason` is for people."""

    stop: Stop
    reason: str = ""


DONE = Verdict(Stop.DONE)
SILENT = Verdict(Stop.FAILED, "The agent ended without saying that it was done")


class Parser(Protocol):
    """`session` is the agent's own name of its session, empty until it told one."""

    @property
    def session(self) -> str: ...

    @property
    def verdict(self) -> Verdict:
        """What stands now; of a format that has no last word: that it is done."""
        ...

    def read(self, line: str) -> Sequence[Heard]:
        """What a line says. A line of an unknown kind says nothing, and one that is no JSON is
        text; nothing is raised."""
        ...

    def complaint(self, line: str) -> Verdict | None:
        """What a line of the agent's standard error means; None for most. Where it means anything,
        the agent need not go on."""
        ...
