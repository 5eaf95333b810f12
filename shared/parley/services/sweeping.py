"""The reconcilers: a sweep every minute, and the rule for failed executions (protocol 14, 15)."""

from dataclasses import dataclass

from parley.core.conversation import Conversation
from parley.core.limits import ATTEMPTS, SECOND
from parley.errors import ParleyError
from parley.ports import Clock, Executions, Inbox, Repairs, Started, Telemetry
from parley.services.parked_sweeping import ParkedSweeping


@dataclass(frozen=True, slots=True)
class Sweeping:
    inbox: Inbox
    repairs: Repairs
    executions: Executions
    clock: Clock
    telemetry: Telemetry
    parked: ParkedSweeping

    def sweep(self) -> int:
        """Look at every conversation with pending messages or an owner; how many got a new
        execution. One that fails does not keep the others from their turn."""
        started = 0
        oldest: int | None = None
        for key in self.repairs.unsettled():
            try:
                started += self._settle(key)
                queued = self.repairs.oldest_queued(key)
            except ParleyError as error:
                self.telemetry.failure("not_swept", error, conversation=key)
                continue
            if queued is not None:
                oldest = queued if oldest is None else min(oldest, queued)
        for conversation, generation in self.parked.sweep():
            started += self._take_over(conversation, generation, heed_lease=False)
        age = 0 if oldest is None else max(0, self.clock.now() - oldest) / SECOND
        self.telemetry.count("OldestQueuedSeconds", age, "Seconds")
        return started

    def execution_failed(self, conversation: str, generation: int) -> bool:
        """(15) An execution of this generation ended without releasing: take over at once, without
        heed to the lease. A late event of an older generation does nothing. After many attempts in
        a row the start is left to the sweep, once a minute: a failure that stays must not spin."""
        return self._take_over(conversation, generation, heed_lease=False)

    def _settle(self, key: str) -> bool:
        state = self.inbox.read(key)
        if state is None:
            return False
        if state.owned_at(self.clock.now()):
            self.parked.look(state)
            return False
        if state.owner is None:
            if state.pending == 0:
                return False
            # The present generation first: superseding one that is just starting would be wrong.
            if self.executions.start(key, state.generation) is Started.RUNNING:
                self.telemetry.event("conversation_woken", conversation=key)
                return True
        return self._take_over(key, state.generation, heed_lease=True)

    def _take_over(self, key: str, generation: int, *, heed_lease: bool) -> bool:
        state = self.repairs.bump(key, generation, self.clock.now(), heed_lease=heed_lease)
        if state is None:
            return False
        self.telemetry.event(
            "conversation_taken_over", conversation=key, generation=state.generation
        )
        if not heed_lease and state.attempts > ATTEMPTS:
            return False
        return self._start(state)

    def _start(self, state: Conversation) -> bool:
        if state.pending == 0:
            return False
        self.executions.start(state.key, state.generation)
        return True
