"""Deciding tool calls: freeze the verdicts, ask a person, post all of them together (20 to 23)."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum

from parley.core.approval import approver
from parley.core.batch import (
    Batch,
    BatchStatus,
    Ruling,
    ToolCall,
    Verdict,
    batch_key,
    repeated_ids,
)
from parley.core.conversation import Conversation
from parley.core.fence import Holder
from parley.core.following import Following
from parley.core.limits import HOUR, SEND_WINDOW
from parley.core.policy import ToolPolicy
from parley.core.turn import Turn
from parley.errors import KeyReused, RunGone
from parley.ports import Agent, Batches, Clock, Ids, Telemetry

PolicyOf = Callable[[str], ToolPolicy]  # by channel
EntitledOf = Callable[[str, Collection[str]], Collection[str]]  # by channel and requesters

# The agent server remembers a key for a day: later a repeat would be a second decision.
KEY_LIFE = 23 * HOUR


class Decided(StrEnum):
    POSTED = "posted"
    LATER = "later"  # another invocation holds the posting slot, or the run has moved on
    OPEN = "open"  # a person is asked
    OVERTAKEN = "overtaken"  # a steering message goes to the agent instead
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    STALE = "stale"  # decided so long ago that a repeat of the POST could decide twice


_CLOSED = {
    BatchStatus.OPEN: Decided.OPEN,
    BatchStatus.SUPERSEDED: Decided.OVERTAKEN,
    BatchStatus.EXPIRED: Decided.EXPIRED,
    BatchStatus.CANCELLED: Decided.CANCELLED,
}


@dataclass(frozen=True, slots=True)
class Deciding:
    batches: Batches
    agent: Agent
    clock: Clock
    ids: Ids
    telemetry: Telemetry
    policy: PolicyOf
    entitled: EntitledOf
    expiry: int  # milliseconds that a person has to decide

    def batch(
        self, holder: Holder, conversation: Conversation, turn: Turn, following: Following
    ) -> Batch | None:
        """The batch that waits, its verdicts frozen at the first sight of it; None where it repeats
        a call id. Nothing is posted before it is stored."""
        key = batch_key(turn.id, following.server_turn, following.calls)
        earlier = self.batches.of_turn(turn.conversation, turn.id)
        for batch in earlier:
            if batch.key == key:
                return batch
        if repeated_ids(following.calls, earlier):
            return None
        batch = self._new(key, conversation, turn, following)
        now = self.clock.now()
        return self.batches.record(holder, batch, following.cursor, following.text, now)

    def settle(self, holder: Holder, conversation: Conversation, batch: Batch) -> Decided:
        """Post what is decided, policy's verdicts and the person's in one request. On repeat: the
        first verdicts under the same key, so that the agent hears them once."""
        if batch.posted:
            return Decided.POSTED
        if batch.status in _CLOSED:
            return _CLOSED[batch.status]
        if batch.at and self.clock.now() - batch.at > KEY_LIFE:
            return Decided.STALE
        return self.post(holder, conversation, batch)

    def post(self, holder: Holder, conversation: Conversation, batch: Batch) -> Decided:
        session = conversation.session or ""
        if not self._still_waits(session, batch):
            return Decided.LATER
        now = self.clock.now()
        if not self.batches.intend(holder, batch, now, now + SEND_WINDOW):
            return Decided.LATER
        verdicts = batch.final()
        try:
            self.agent.decide(session, batch.run, verdicts, batch.key)
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
            allowed=sum(verdict.ruling is Ruling.ALLOW for verdict in verdicts),
        )
        return Decided.POSTED

    def _new(self, key: str, conversation: Conversation, turn: Turn, following: Following) -> Batch:
        verdicts = self._verdicts(conversation, turn, following.calls)
        asks = any(verdict.ruling is Ruling.ASK for verdict in verdicts)
        batch = Batch(
            key=key,
            turn=turn.id,
            run=following.run,
            calls=following.calls,
            verdicts=verdicts,
            boot=self.agent.booted_at(),
            status=BatchStatus.OPEN if asks else BatchStatus.AUTO,
        )
        return self._asking(batch, turn) if asks else batch

    def _verdicts(
        self, conversation: Conversation, turn: Turn, calls: tuple[ToolCall, ...]
    ) -> tuple[Verdict, ...]:
        policy = self.policy(turn.delivery.channel)
        verdicts = policy.decide(calls)
        if not any(verdict.ruling is Ruling.ASK for verdict in verdicts):
            return verdicts
        always = self.batches.rules(conversation.key, conversation.rules_since)
        return policy.decide(calls, always)

    def _asking(self, batch: Batch, turn: Turn) -> Batch:
        channel = turn.delivery.channel
        entitled = sorted(self.entitled(channel, turn.senders))
        return Batch(
            key=batch.key,
            turn=batch.turn,
            run=batch.run,
            calls=batch.calls,
            verdicts=batch.verdicts,
            boot=batch.boot,
            status=BatchStatus.OPEN,
            approval=self.ids.new()[:12],
            approvers=tuple(approver(channel, user) for user in entitled),
            expires_at=self.clock.now() + self.expiry,
        )

    def _still_waits(self, session: str, batch: Batch) -> bool:
        """(23) Fresh: the agent still shows this very batch. A decision for a call that was already
        executed would abort the run without a word."""
        run, calls = self.agent.proposed(session)
        return run == batch.run and [call.id for call in calls] == [c.id for c in batch.calls]
