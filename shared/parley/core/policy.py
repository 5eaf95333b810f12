"""Which tool calls run without asking: allow_all, deny_all, or an allowlist of names."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from parley.core.batch import Ruling, ToolCall, Verdict


class ApprovalMode(StrEnum):
    ALLOW_ALL = "allow_all"
    DENY_ALL = "deny_all"
    ALLOWLIST = "allowlist"


@dataclass(frozen=True, slots=True)
class ToolPolicy:
    mode: ApprovalMode
    allowlist: frozenset[str] = frozenset()

    def decide(self, calls: Sequence[ToolCall]) -> tuple[Verdict, ...]:
        return tuple(self._decide_one(call) for call in calls)

    def _decide_one(self, call: ToolCall) -> Verdict:
        if self.mode is ApprovalMode.ALLOW_ALL:
            return Verdict(call.id, Ruling.ALLOW)
        if self.mode is ApprovalMode.ALLOWLIST and self._listed(call.name):
            return Verdict(call.id, Ruling.ALLOW)
        return Verdict(call.id, Ruling.DENY, f"Denied by policy: {call.name} is not allowed here.")

    def _listed(self, name: str) -> bool:
        return not self.allowlist.isdisjoint(spellings(name))


def spellings(name: str) -> Iterable[str]:
    """A tool's name with and without the agent server's prefix, which ends at the first `__`."""
    _, separator, bare = name.partition("__")
    return (name, bare) if separator and bare else (name,)
