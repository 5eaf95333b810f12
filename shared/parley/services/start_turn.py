"""StartTurn: claim what is queued, or resume the open turn, and send it (protocol 5, 6)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from parley.core import prompts, replies
from parley.core.context import DeliveryContext
from parley.core.conversation import Conversation
from parley.core.delivery import ChatKind
from parley.core.directive import AGAIN, DELIVER, DONE, FOLLOW, Directive
from parley.core.fence import Holder
from parley.core.limits import (
    ATTEMPTS,
    COLLECTING,
    LEASE,
    PROMPT_BYTES,
    SECOND,
    STEPS_PER_EXECUTION,
)
from parley.core.message import Message
from parley.core.tasks import native
from parley.core.turn import Outcome, Turn
from parley.errors import ChannelError, StoreUnavailable
from parley.ports import Channels, Clock, Executions, Ids, Leases, Telemetry, Turns
from parley.services.attaching import Attaching
from parley.services.cancelling import Cancelling
from parley.services.naming import Naming
from parley.services.run_posting import RunPosting
from parley.services.tasks.native import NativeTurns
from parley.services.turn_ending import TurnEnding

CLAIM_TRIES = 3
ACKNOWLEDGED_AT_ONCE = 10


@dataclass(frozen=True, slots=True)
class StartTurn:
    leases: Leases
    turns: Turns
    executions: Executions
    channels: Channels
    clock: Clock
    ids: Ids
    telemetry: Telemetry
    posting: RunPosting
    cancelling: Cancelling
    ending: TurnEnding
    attaching: Attaching
    naming: Naming
    tasks: NativeTurns

    def __call__(self, holder: Holder) -> Directive:
        conversation = self.leases.acquire(holder, self.clock.now() + LEASE)
        if holder.fence.step >= STEPS_PER_EXECUTION:
            return self._continue_as_new(holder)
        if conversation.turn is None:
            turn = self._claim(holder, conversation)
            if turn is None:
                return self._release(holder)
            # What failed before this turn was claimed is not its failure.
            conversation = replace(conversation, attempts=0)
            if conversation.renew:
                conversation = replace(conversation, session=None, cursor=0, renew=False)
            return self._advance(holder, conversation, turn)
        turn = self.turns.get(holder.conversation, conversation.turn)
        return self._advance(holder, conversation, turn)

    def _advance(self, holder: Holder, conversation: Conversation, turn: Turn) -> Directive:
        if turn.outcome is not None:
            return DELIVER
        if conversation.attempts >= ATTEMPTS:
            return self._give_up(holder, conversation, turn)
        if turn.run is not None:
            return FOLLOW
        # The last look before a run: a task that was cancelled must not begin one.
        if conversation.stop == turn.id or not self.tasks.wanted(turn):
            return self.ending.write(holder, turn, Outcome.CANCELLED, reason=replies.CANCELLED)
        if len(turn.prompt.encode()) + sum(map(len, turn.images)) > PROMPT_BYTES:
            return self.ending.write(holder, turn, Outcome.REFUSED, reason=replies.TOO_LONG)
        return self.posting.post(holder, conversation, turn)

    def _give_up(self, holder: Holder, conversation: Conversation, turn: Turn) -> Directive:
        """The turn's executions keep dying: end it with a stated failure (13)."""
        ended = self.ending.write(
            holder, turn, Outcome.FAILED, text=turn.text, reason=replies.BROKEN, usage=turn.usage
        )
        # After the outcome: what keeps failing may be the cancel.
        if turn.run is not None and conversation.session is not None:
            self.cancelling.cancel(conversation.session, f"{turn.id}-cancel", turn.run)
        return ended

    def _claim(self, holder: Holder, conversation: Conversation) -> Turn | None:
        for _ in range(CLAIM_TRIES):
            queued = self._collected(holder)
            if not queued:
                return None
            turn = self._claim_these(holder, conversation, prompts.one_target(queued))
            if turn is not None:
                return turn
        raise StoreUnavailable("a delivery context kept changing while it was claimed")

    def _collected(self, holder: Holder) -> Sequence[Message]:
        """What is queued. In a group, people finish each other's sentences: what comes within a
        second of the oldest message becomes one turn with it. Slept here, since a Wait state and
        what it leads to cost thirty times as much as a second of this function."""
        queued = self.turns.queued(holder.conversation)
        if not queued or queued[0].delivery.chat.kind is ChatKind.DIRECT:
            return queued
        left = queued[0].accepted_at + COLLECTING - self.clock.now()
        if left <= 0:
            return queued
        self.clock.sleep(left / SECOND)
        return self.turns.queued(holder.conversation)

    def _claim_these(
        self, holder: Holder, conversation: Conversation, messages: Sequence[Message]
    ) -> Turn | None:
        context = self._context(messages[0].delivery.target)
        used = context if prompts.first_reply(messages, context) else None
        files = self.attaching.fetch(messages)
        turn = Turn(
            id=native.turn_id(messages[0]) or self.ids.new(),
            conversation=holder.conversation,
            messages=(),
            prompt=prompts.join(self.naming.named(messages), used, files.texts),
            delivery=messages[-1].delivery,
            correlation_id=messages[0].correlation_id,
            created_at=self.clock.now(),
            images=tuple(files.images),
            senders=tuple(dict.fromkeys(message.sender.id for message in messages)),
        )
        if not self.turns.claim(holder, turn, messages, used, renew=conversation.renew):
            return None
        self.telemetry.event(
            "turn_claimed",
            conversation=turn.conversation,
            turn=turn.id,
            correlation_id=turn.correlation_id,
            messages=len(messages),
        )
        if not native.is_task(messages[0]):
            self._acknowledge(messages)
        return turn

    def _context(self, target: str) -> DeliveryContext | None:
        """What a notification left at the target. A failed look-up never stops the turn."""
        try:
            return self.turns.context(target)
        except StoreUnavailable as error:
            self.telemetry.failure("context_not_read", error)
            return None

    def _acknowledge(self, messages: Sequence[Message]) -> None:
        """Show the senders that the agent is at it. Best effort, and after the claim."""
        for message in messages[-ACKNOWLEDGED_AT_ONCE:]:
            try:
                channel = self.channels[message.delivery.channel]
                channel.acknowledge(message)
                if message is not messages[-1]:
                    channel.merge(message)
            except ChannelError as error:
                self.telemetry.failure("not_acknowledged", error)
                return

    def _release(self, holder: Holder) -> Directive:
        """Nothing is queued: give the conversation up, unless a message came in just now. Ending
        without the release would leave an owner, and the next message would stick."""
        return DONE if self.leases.release(holder, self.clock.now()) else AGAIN

    def _continue_as_new(self, holder: Holder) -> Directive:
        """(12) Hand over before the execution's history is full. The generation moves first: the
        other order would burn the successor's name."""
        successor = self.leases.hand_over(holder)
        self.executions.start(successor.key, successor.generation)
        self.telemetry.event("continued_as_new", conversation=successor.key)
        return DONE
