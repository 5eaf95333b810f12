"""Deciding tool calls: freeze the verdicts, post them once and together (protocol 20 to 23)."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from parley.core.batch import Batch, BatchStatus, batch_key, repeated_ids
from parley.core.conversation import Conversation
from parley.core.fence import Holder
from parley.core.following import Following
from parley.core.limits import SEND_WINDOW
from parley.core.policy import ToolPolicy
from parley.core.turn import Turn
from parley.errors import KeyReused, RunGone
from parley.ports import Agent, Batches, Clock, Telemetry

PolicyOf = Callable[[str], ToolPolicy]  # by channel


class Decided(StrEnum):
    POSTED = "posted"
    LATER = "later"  # another invocation holds the posting slot, or the run has moved on
    REPEATED = "repeated"  # a call id came twice: no decision on it can be exact


@dataclass(frozen=True, slots=True)
class Deciding:
    batches: Batches
    agent: Agent
    clock: Clock
    telemetry: Telemetry
    policy: PolicyOf

    def decide(
        self, holder: Holder, conversation: Conversation, turn: Turn, following: Following
    ) -> Decided:
        """Post the policy's verdicts on the batch that waits. On repeat: the first verdicts, under
        the same key, so the agent hears them once."""
        batch = self._batch(holder, turn, following)
        if batch is None:
            return Decided.REPEATED
        if batch.status is BatchStatus.POSTED:
            return Decided.POSTED
        return self._post(holder, conversation, batch)

    def _batch(self, holder: Holder, turn: Turn, following: Following) -> Batch | None:
        key = batch_key(turn.id, following.server_turn, following.calls)
        earlier = self.batches.of_turn(turn.conversation, turn.id)
        for batch in earlier:
            if batch.key == key:
                return batch
        if repeated_ids(following.calls, earlier):
            return None
        batch = Batch(
            key=key,
            turn=turn.id,
            run=following.run,
            calls=following.calls,
            verdicts=self.policy(turn.delivery.channel).decide(following.calls),
            boot=self.agent.booted_at(),
            status=BatchStatus.AUTO,
        )
        now = self.clock.now()
        return self.batches.record(holder, batch, following.cursor, following.text, now)

    def _post(self, holder: Holder, conversation: Conversation, batch: Batch) -> Decided:
        session = conversation.session or ""
        if not self._still_waits(session, batch):
            return Decided.LATER
        now = self.clock.now()
        if not self.batches.intend(holder, batch, now, now + SEND_WINDOW):
            return Decided.LATER
        try:
            self.agent.decide(session, batch.run, batch.verdicts, batch.key)
        except KeyReused:
            pass  # (22) decided already, under this very key
        except RunGone:
            return Decided.LATER
        self.batches.posted(holder, batch)
        self.telemetry.event(
            "batch_decided",
            conversation=conversation.key,
            turn=batch.turn,
            run=batch.run,
            calls=len(batch.calls),
            allowed=sum(verdict.ruling == "allow" for verdict in batch.verdicts),
        )
        return Decided.POSTED

    def _still_waits(self, session: str, batch: Batch) -> bool:
        """(23) Fresh: the agent still shows this very batch. A decision for a call that was already
        executed would abort the run without a word."""
        run, calls = self.agent.proposed(session)
        return run == batch.run and [call.id for call in calls] == [c.id for c in batch.calls]
