"""What became of a tool call, as the events after its batch told."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fate:
    what: str
    reason: str = ""

    @property
    def ran(self) -> bool:
        return self == RAN


RAN = Fate("ran")
NOT_RUN = Fate("not run")
UNKNOWN = Fate("unknown whether it ran")
RESTARTED = Fate("unknown", "the agent server restarted")
