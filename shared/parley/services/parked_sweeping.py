"""The sweeper's part in approvals: nobody waits for ever for a call that was lost (protocol 27)."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from parley.core.batch import Batch, BatchStatus
from parley.core.conversation import Conversation
from parley.core.directive import FOLLOW
from parley.core.limits import MINUTE
from parley.errors import AgentError, ParleyError
from parley.ports import Agent, Approvals, Clock, Executions, Inbox, Repairs, Telemetry
from parley.services.run_posting import same_boot

DEAD_AFTER = 2 * MINUTE  # a token that nobody waits with, and a batch that nobody consumed


@dataclass(slots=True)
class ParkedSweeping:
    inbox: Inbox
    approvals: Approvals
    repairs: Repairs
    agent: Agent
    executions: Executions
    clock: Clock
    telemetry: Telemetry
    _boot: int | None = field(init=False, default=None)

    def look(self, state: Conversation) -> None:
        """A conversation that waits for a decision: if the agent has restarted since, its run is
        gone, and that is said now rather than when somebody clicks."""
        if state.approval is None or state.batch is None:
            return
        batch = self.approvals.get(state.key, state.batch)
        if batch.status is not BatchStatus.OPEN or batch.token is None:
            return
        try:
            boot = self._boot = self._boot or self.agent.booted_at()
            lost = not same_boot(batch.boot, boot) and not self._still_waits(state, batch)
        except AgentError as error:
            self.telemetry.failure("boot_not_known", error)
            return
        if lost:
            self.executions.call_back(batch.token, FOLLOW)
            self.telemetry.event("parked_run_lost", conversation=state.key, turn=batch.turn)

    def _still_waits(self, state: Conversation, batch: Batch) -> bool:
        """Where the server's clock was off for a while, only its boot seems to be another."""
        run, _ = self.agent.proposed(state.session or "")
        return run == batch.run

    def sweep(self) -> Iterator[tuple[str, int]]:
        """Repeat the callback for each batch that was closed and not consumed; the conversations,
        with their generations, whose execution is surely dead."""
        self._boot = None
        for conversation, batch in self.repairs.closed():
            try:
                dead = self._repeat(conversation, batch)
            except ParleyError as error:
                self.telemetry.failure("not_called_back", error, conversation=conversation)
                continue
            if dead is not None:
                yield conversation, dead

    def _repeat(self, conversation: str, batch: Batch) -> int | None:
        state = self.inbox.read(conversation)
        if state is None or state.batch != batch.key:
            self.repairs.forget(conversation, batch)
            return None
        if batch.token is not None and self.executions.call_back(batch.token, FOLLOW):
            return None
        late = self.clock.now() - batch.at > DEAD_AFTER
        return state.generation if late else None
