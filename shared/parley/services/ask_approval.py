"""AskApproval: post the prompt and park until somebody decides, at no cost (protocol 25)."""

from dataclasses import dataclass

from parley.core import asking, replies
from parley.core.batch import Batch, BatchStatus
from parley.core.directive import FOLLOW, Directive
from parley.core.fence import Holder
from parley.core.limits import LEASE, LEASE_SLACK, MINUTE, SEND_TIMEOUT
from parley.core.patience import PLATFORM_PATIENCE, UNCERTAIN_PATIENCE, pause
from parley.core.reply import Part
from parley.core.turn import Ending, Outcome, Turn
from parley.errors import (
    ChannelError,
    ChannelMisconfigured,
    RateLimited,
    SendUncertain,
    Undeliverable,
)
from parley.ports import Batches, Channel, Channels, Clock, Executions, Leases, Telemetry, Turns
from parley.services.prompt_editing import PromptEditing
from parley.services.waiting import Cause, Waiting

FILE_TIMEOUT = 6.0  # seconds: with the prompt's own, well under the function's
PARKED_SLACK = MINUTE  # the state's time-out is that much longer than the batch's expiry


@dataclass(frozen=True, slots=True)
class AskApproval:
    leases: Leases
    turns: Turns
    batches: Batches
    executions: Executions
    channels: Channels
    clock: Clock
    telemetry: Telemetry
    editing: PromptEditing
    waiting: Waiting

    def __call__(self, holder: Holder, token: str) -> None:
        """Store the token, then ask. Whoever decides finds the token and wakes the machine; what
        was decided before that is found here, and the machine goes on by this very invocation."""
        conversation = self.leases.acquire(holder, self.clock.now() + LEASE)
        batch = self._waiting(conversation.key, conversation.batch)
        if batch is None or conversation.turn != batch.turn:
            self._go_on(token)
            return
        until = max(batch.expires_at, self.clock.now()) + PARKED_SLACK + LEASE_SLACK
        batch = self.batches.park(holder, batch, token, until)
        if batch.status is not BatchStatus.OPEN:
            self._go_on(token)
        elif batch.prompt is None:
            turn = self.turns.get(conversation.key, batch.turn)
            self._ask(holder, turn, batch, token)

    def _waiting(self, conversation: str, key: str | None) -> Batch | None:
        """The batch that waits for a person, if it still does."""
        if key is None:
            return None
        batch = self.batches.get(conversation, key)
        return batch if batch.status is BatchStatus.OPEN else None

    def _ask(self, holder: Holder, turn: Turn, batch: Batch, token: str) -> None:
        """Post the prompt once. Dying between the post and its record leaves a prompt that works
        and that nobody edits; the next one says the same."""
        channel = self.channels[turn.delivery.channel]
        prompt = asking.prompt(batch, channel.prompt_size, self.clock.now())
        try:
            if prompt.cut and self._file(channel, turn, batch):
                prompt = asking.prompt(batch, channel.prompt_size, self.clock.now(), filed=True)
            post = channel.ask(turn.delivery, prompt, batch.approval, SEND_TIMEOUT)
        except (Undeliverable, ChannelMisconfigured) as error:
            self._give_up(holder, turn, batch, token, error)
            return
        except ChannelError as error:
            self._try_later(holder, turn, batch, token, error)
            return
        self.batches.record_prompt(turn.conversation, batch, post)
        self.telemetry.event(
            "approval_asked",
            conversation=turn.conversation,
            turn=turn.id,
            approval=batch.approval,
            calls=len(batch.asked),
        )
        after = self.batches.get(turn.conversation, batch.key)
        if after.status is not BatchStatus.OPEN:
            self.editing.settle(turn, after)

    def _file(self, channel: Channel, turn: Turn, batch: Batch) -> bool:
        """Post everything that the calls are given, so that nobody has to allow what they can't
        read. Where no file can be posted, the prompt alone says how much is missing."""
        part = Part(asking.whole(batch), asking.file_name(batch))
        try:
            channel.send(turn.delivery, part, f"{batch.approval}-1", FILE_TIMEOUT)
        except (Undeliverable, ChannelMisconfigured) as error:
            self.telemetry.failure("calls_not_posted", error, turn=turn.id)
            return False
        return True

    def _try_later(
        self, holder: Holder, turn: Turn, batch: Batch, token: str, error: ChannelError
    ) -> None:
        """The machine pauses, and comes here again, as long as there is hope. A prompt that may
        have been posted is posted again then: two prompts for one batch decide the same."""
        cause, patience = _hope(error)
        if self.waiting.exhausted(turn, cause, patience):
            self._give_up(holder, turn, batch, token, error)
            return
        self.telemetry.failure("prompt_not_posted", error, turn=turn.id)
        least = error.seconds if isinstance(error, RateLimited) else 0
        seconds = max(least, pause(turn.waits))
        self._go_on(token, self.waiting.once_more(holder, turn, cause, seconds))

    def _give_up(
        self, holder: Holder, turn: Turn, batch: Batch, token: str, error: ChannelError
    ) -> None:
        """Nobody can be asked here, so nothing of this may run: the turn ends."""
        self.telemetry.failure("prompt_undeliverable", error, turn=turn.id)
        ending = Ending(Outcome.FAILED, replies.CANNOT_ASK, self.clock.now())
        self.turns.record_ending(holder, turn.id, ending, batch)
        self._go_on(token)

    def _go_on(self, token: str, directive: Directive = FOLLOW) -> None:
        self.executions.call_back(token, directive)


def _hope(error: ChannelError) -> tuple[Cause, int]:
    """What is waited for, and for how long."""
    if isinstance(error, RateLimited):
        return Cause.RATE_LIMIT, PLATFORM_PATIENCE
    if isinstance(error, SendUncertain):
        return Cause.INTENT, UNCERTAIN_PATIENCE
    return Cause.CHANNEL_FAULT, PLATFORM_PATIENCE
