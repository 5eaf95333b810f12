"""Making sure that somebody works on a conversation (protocol 1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from parley.core.executions import Started
from parley.errors import ExecutionsUnavailable

if TYPE_CHECKING:
    from parley.core.conversation import Conversation
    from parley.ports import Clock, Executions, Inbox, Telemetry


@dataclass(frozen=True, slots=True)
class Waking:
    inbox: Inbox
    executions: Executions
    clock: Clock
    telemetry: Telemetry

    def wake(self, conversation: str) -> Conversation | None:
        """Start the present generation's execution unless a living one has the conversation; the
        state as it was read.

        A duplicate wakes too: the first delivery may have died between its commit and its wake. A
        name that is used up means that the generation is just moving on, so the state is read once
        more; whatever is left after that is the sweeper's.
        """
        tried: int | None = None
        state: Conversation | None = None
        for _ in range(2):
            state = self.inbox.read(conversation)
            if state is None or state.pending == 0 or state.owned_at(self.clock.now()):
                return state
            if state.generation == tried:
                return state
            tried = state.generation
            try:
                if self.executions.start(conversation, state.generation) is Started.RUNNING:
                    return state
            except ExecutionsUnavailable as error:
                self.telemetry.failure("wake_failed", error, conversation=conversation)
                return state
        return state

    def call_back(self, token: str | None) -> None:
        """(26) Wake an execution that parked; the item has decided already, so that a call that
        does not get through is only late: the sweeper repeats it (27)."""
        if token is None:
            return
        # Few webhooks decide anything: not on the cold start of all.
        from parley.core.directive import FOLLOW

        try:
            self.executions.call_back(token, FOLLOW)
        except ExecutionsUnavailable as error:
            self.telemetry.failure("call_back_failed", error)
