"""What a watch does about the batches of its run: decide, ask, steer, and tell how it went."""

from dataclasses import dataclass, field
from enum import StrEnum

from parley.core import replies
from parley.core.batch import Batch, BatchStatus
from parley.core.conversation import Conversation
from parley.core.directive import Directive, ask
from parley.core.fence import Holder
from parley.core.following import Following
from parley.core.limits import MINUTE, SECOND
from parley.core.previews import bare
from parley.core.turn import Ending, Outcome, Turn
from parley.ports import Batches, Clock, Controls
from parley.services.deciding import Decided, Deciding
from parley.services.prompt_editing import PromptEditing
from parley.services.run_posting import same_boot
from parley.services.steering import SteeringRun

# (23) A text that was passed on may still end the batch by itself.
STEERED_SILENCE = 2.0  # seconds
SKIPPING_PATIENCE = 10.0  # seconds until a batch that texts should have ended is rejected
PARKED_SLACK = MINUTE  # the machine wakes by itself that much after the batch has expired


_ENDINGS = {
    Decided.EXPIRED: (Outcome.EXPIRED, replies.EXPIRED),
    Decided.CANCELLED: (Outcome.CANCELLED, replies.CANCELLED),
    Decided.STALE: (Outcome.FAILED, replies.STALE_DECISION),
}


class Step(StrEnum):
    GO_ON = "go on"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class BatchTools:
    batches: Batches
    controls: Controls
    deciding: Deciding
    editing: PromptEditing
    steering: SteeringRun
    clock: Clock


@dataclass(slots=True)
class BatchWatch:
    """`asked` is the last batch that a person was asked about, as it was read; `turn` the turn,
    where steering has changed it."""

    tools: BatchTools
    holder: Holder
    conversation: Conversation
    session: str
    asked: Batch | None
    turn: Turn | None = field(init=False, default=None)

    @property
    def has_expired(self) -> bool:
        batch = self.asked
        if batch is None or self.conversation.batch != batch.key:
            return False
        return batch.status is BatchStatus.EXPIRED and not batch.posted

    @property
    def decided_at(self) -> int:
        return self.asked.at if self.asked is not None else 0

    def parked(self, batch: Batch, boot: int) -> Directive | None:
        """(24) Whether the turn still waits for a person: then back to AskApproval, without a look
        at the stream. Not under another boot: the run is gone, and a decision would be for nothing.
        """
        if self.conversation.batch != batch.key or not same_boot(batch.boot, boot):
            return None
        if self._overtaken(batch):
            return None
        return self._ask(batch)

    def decide(self, turn: Turn, following: Following, silent: float) -> Step | Directive | Ending:
        """Settle the batch that waits. An Ending means that it can't be: the turn has to end."""
        batch = self.tools.deciding.batch(self.holder, self.conversation, turn, following)
        if batch is None:
            return self._ending(Outcome.FAILED, replies.REPEATED_CALLS)
        if turn.steering and silent < STEERED_SILENCE and not batch.posted:
            return Step.LATER
        decided = self.tools.deciding.settle(self.holder, self.conversation, batch)
        if decided in _ENDINGS:
            outcome, reason = _ENDINGS[decided]
            return self._ending(outcome, reason)
        match decided:
            case Decided.OPEN:
                return self._open(batch)
            case Decided.OVERTAKEN:
                return self._steer_instead(turn, batch, following, silent)
            case Decided.POSTED:
                if batch.approval and not batch.posted:
                    self.tools.editing.settle(turn, batch)
                return Step.GO_ON
        return Step.LATER

    def consume(self) -> None:
        """(27) The turn ends: what was closed or decided from outside needs nobody called back."""
        batch = self.asked
        if batch is not None and not batch.posted and self.conversation.batch == batch.key:
            self.tools.batches.consumed(self.holder, batch)

    def over(self, turn: Turn, following: Following) -> None:
        """(37) The events after the batch told what became of its calls. Noted last: whoever takes
        up after a crash does what is missing."""
        batch = self.asked
        ids = [call.id for call in following.finished]
        if batch is None or [call.id for call in batch.calls] != ids:
            return
        self._remark(batch, following)
        if batch.over:
            return
        if batch.status is BatchStatus.SUPERSEDED:
            self.tools.batches.consumed(self.holder, batch)
        elif not batch.posted:
            # The invocation that posted them died before it could say so.
            self.tools.batches.posted(self.holder, batch)
        self.tools.editing.settle(turn, batch, following.fates)
        self.tools.batches.record_over(turn.conversation, batch)

    def _remark(self, batch: Batch, following: Following) -> None:
        """What was allowed and did not run is said in the reply too."""
        skipped = [
            f"`{bare(call.name)}`"
            for call in batch.asked
            if call.id in following.fates and not following.fates[call.id].ran
        ]
        if batch.status is BatchStatus.ALLOWED and skipped:
            following.remark(replies.SKIPPED.format(calls=", ".join(skipped)))

    def _open(self, batch: Batch) -> Step | Directive | Ending:
        if batch.expires_at > self.tools.clock.now():
            return Step.LATER if self._overtaken(batch) else self._ask(batch)
        # (28) Refused means that somebody decided after all.
        batch = self.tools.batches.expire(self.holder, batch, self.tools.clock.now())
        if batch.status is BatchStatus.EXPIRED:
            return self._ending(Outcome.EXPIRED, replies.EXPIRED)
        return Step.LATER

    def _overtaken(self, batch: Batch) -> bool:
        """(33) By a text that was queued before the batch was stored: its webhook found nothing to
        supersede. One that is queued later finds the batch."""
        message = self.tools.steering.next_queued(self.conversation.key)
        if message is None:
            return False
        key = self.conversation.key
        self.tools.controls.supersede(key, batch, message, self.tools.clock.now())
        self.asked = self.tools.batches.get(key, batch.key)
        return self.asked.status is not BatchStatus.OPEN

    def _ask(self, batch: Batch) -> Directive:
        left = max(0, batch.expires_at - self.tools.clock.now()) + PARKED_SLACK
        return ask(-(-left // SECOND))

    def _steer_instead(self, turn: Turn, batch: Batch, following: Following, silent: float) -> Step:
        """(33) The texts go to the agent, which skips the calls. With none left, they are rejected:
        a run must not wait for ever."""
        before = len(turn.steering)
        run = following.run
        self.turn, _ = self.tools.steering.pass_on(self.holder, turn, self.session, run)
        posted = len(self.turn.steering) > before
        if posted or (self.turn.steering and silent < SKIPPING_PATIENCE):
            return Step.LATER
        decided = self.tools.deciding.post(self.holder, self.conversation, batch)
        return Step.GO_ON if decided is Decided.POSTED else Step.LATER

    def _ending(self, outcome: Outcome, reason: str) -> Ending:
        return Ending(outcome, reason, self.tools.clock.now())
