"""Who may talk to the agent. Nobody, unless listed (I10)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

EVERYBODY = "*"


@dataclass(frozen=True, slots=True)
class Access:
    """Sender ids by channel. An empty or absent list admits nobody, `*` everybody."""

    allowed: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def admits(self, channel: str, sender: str) -> bool:
        listed = self.allowed.get(channel, frozenset())
        return EVERYBODY in listed or sender in listed
