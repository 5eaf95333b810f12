"""Which tool calls run: all, none, those of an allowlist, or a person is asked for the rest."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from parley.core.batch import ToolCall, Verdict


NOBODY_TO_ASK = (
    "Denied: somebody would have to allow {name}, and nobody can be asked, since this task was not "
    "asked for in a chat. Go on without it."
)


class ApprovalMode(StrEnum):
    ALLOW_ALL = "allow_all"
    DENY_ALL = "deny_all"
    ALLOWLIST = "allowlist"  # rejects the rest
    ASK = "ask"  # asks in the chat for the rest


@dataclass(frozen=True, slots=True)
class ToolPolicy:
    """`attended` is whether there is anybody to be asked; where nobody is, what would be asked is
    denied."""

    mode: ApprovalMode
    allowlist: frozenset[str] = frozenset()
    attended: bool = True

    def decide(
        self, calls: Sequence[ToolCall], always: frozenset[str] = frozenset()
    ) -> tuple[Verdict, ...]:
        """(36) `always` names tools that a person has allowed here for good. It only spares the
        question: what the policy denies stays denied."""
        return tuple(self._decide_one(call, always) for call in calls)

    def _decide_one(self, call: ToolCall, always: frozenset[str]) -> Verdict:
        # A webhook reads the configuration and decides nothing.
        from parley.core.batch import Ruling, Verdict

        if self.mode is ApprovalMode.ALLOW_ALL or self._allowed_by_name(call.name):
            return Verdict(call.id, Ruling.ALLOW)
        if self.mode is ApprovalMode.ASK:
            return self._ask(call) if call.name not in always else Verdict(call.id, Ruling.ALLOW)
        return Verdict(call.id, Ruling.DENY, f"Denied by policy: {call.name} is not allowed here.")

    def _ask(self, call: ToolCall) -> Verdict:
        from parley.core.batch import Ruling, Verdict

        if self.attended:
            return Verdict(call.id, Ruling.ASK)
        return Verdict(call.id, Ruling.DENY, NOBODY_TO_ASK.format(name=call.name))

    def _allowed_by_name(self, name: str) -> bool:
        if self.mode is ApprovalMode.DENY_ALL:
            return False
        return not self.allowlist.isdisjoint(spellings(name))


def spellings(name: str) -> Iterable[str]:
    """A tool's name with and without the agent server's prefix, which ends at the first `__`."""
    _, separator, bare = name.partition("__")
    return (name, bare) if separator and bare else (name,)
