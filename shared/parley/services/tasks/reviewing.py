"""ReviewChange and SettleChange: a change is shown, waits at no cost, and its outcome is told."""

from dataclasses import dataclass, replace
from hashlib import sha256

from parley.core.delivery import Delivery
from parley.core.limits import HOUR, SEND_TIMEOUT
from parley.core.reply import Part
from parley.core.tasks import reviewing
from parley.core.tasks.change import Change, ChangeState
from parley.core.tasks.steps import Next, Step, next_step
from parley.core.tasks.task import Task
from parley.errors import (
    ChannelError,
    RateLimited,
)
from parley.ports import Changes, Channel, Channels, Clock, Tasks, Telemetry
from parley.ports.work import Depot, TaskExecutions
from parley.services.tasks.ruling import Ruling

FILE_TIMEOUT = 8.0  # seconds: with the prompt's own, under the function's
MOST_BYTES = 8_000_000  # of a patch: the least that a platform takes as a file is ten
PATIENCE = 1 * HOUR  # for a platform that does not take the review, or its outcome
KEPT_FAILING = "it kept failing, and the log knows more"
PAUSE = 30  # seconds between tries

GONE = Step(Next.DONE)


@dataclass(frozen=True, slots=True)
class ReviewChange:
    tasks: Tasks
    changes: Changes
    depot: Depot
    channels: Channels
    executions: TaskExecutions
    clock: Clock
    telemetry: Telemetry

    def ask(self, id: str, token: str) -> None:
        """Keep the token, then show the change, once. What was decided before that is found here,
        and the machine goes on at once. Whoever decides finds the token. A change without a chat
        waits for the API. What the platform does not take now is raised, a ChannelError that is
        retryable: the machine pauses, and comes here again."""
        change = self.changes.park(id, token)
        task = self.tasks.get(id)
        now = self.clock.now()
        if task is None or change.state is not ChangeState.PENDING or now >= change.expires_at:
            self.executions.call_back(token)
            return
        chat = _chat(self.channels, change)
        if chat is None:
            return
        if change.prompt is None:
            self._ask(change, task, *chat)
        elif change.trouble:
            self._tell_trouble(change, *chat)

    def _ask(self, change: Change, task: Task, channel: Channel, delivery: Delivery) -> None:
        """Dying between the post and its record leaves a prompt that works and that nobody edits;
        the next one says the same."""
        try:
            patch = self._patch(change)
            filed = self._file(channel, delivery, change, patch)
            head = (patch or b"")[: reviewing.HEAD_BYTES].decode(errors="replace")
            now = self.clock.now()
            prompt = reviewing.review(change, task, head, channel.prompt_size, now, filed=filed)
            post = channel.ask(delivery, prompt, f"{change.id}-review", SEND_TIMEOUT)
        except ChannelError as error:
            self._give_up(change, error)
            return
        self.changes.note_prompt(change.id, post)
        self.telemetry.event("review_asked", task=change.id, files=change.snapshot.count)
        after = self.changes.get(change.id)
        if after is not None and after.state is not ChangeState.PENDING:
            _edit(channel, delivery, after, self.telemetry)

    def _patch(self, change: Change) -> bytes | None:
        """None where it is too long for a chat, gone, or not the one that was recorded: what is
        decided on, and published, is what has its hash."""
        snapshot = change.snapshot
        try:
            patch = self.depot.get(snapshot.patch_key, MOST_BYTES)
            if sha256(patch).hexdigest() != snapshot.patch_sha256:
                raise LookupError(f"{snapshot.patch_key} is another one than was recorded")
        except LookupError as error:
            self.telemetry.failure("patch_not_shown", error, task=change.id)
            return None
        return patch

    def _file(
        self, channel: Channel, delivery: Delivery, change: Change, patch: bytes | None
    ) -> bool:
        """Post the whole patch, once, so that nobody has to apply what they can't read. Where no
        file can be posted, the review does without, and does not speak of one."""
        if patch is None or change.filed:
            return change.filed
        part = Part(reviewing.whole(change, patch), reviewing.file_name(change))
        try:
            channel.send(delivery, part, f"{change.id}-patch-1", FILE_TIMEOUT)
        except RateLimited:
            raise
        except ChannelError as error:
            self.telemetry.failure("patch_not_posted", error, task=change.id)
            return False
        self.changes.note_file(change.id)
        return True

    def _tell_trouble(self, change: Change, channel: Channel, delivery: Delivery) -> None:
        """It could not be published, and waits again: its prompt is still there."""
        words = reviewing.trouble(change, self.clock.now())
        nonce = f"{change.id}-{change.at}-trouble"
        try:
            channel.send(delivery, channel.split(words)[0], nonce, SEND_TIMEOUT)
        except RateLimited:
            raise
        except ChannelError as error:
            self.telemetry.failure("trouble_not_told", error, task=change.id)

    def _give_up(self, change: Change, error: ChannelError) -> None:
        """Where there is no hope the change waits for the API, and for a command."""
        self.telemetry.failure("review_not_posted", error, task=change.id)
        if _pause(error, change.created_at, self.clock.now()) is not None:
            raise error


@dataclass(frozen=True, slots=True)
class SettleChange:
    tasks: Tasks
    changes: Changes
    channels: Channels
    ruling: Ruling
    clock: Clock
    telemetry: Telemetry

    def settle(self, id: str, *, failed: bool = False) -> Step:
        """Let the review say its outcome, and tell it, once; what the machine does next. A repeat
        after a crash may tell it once more. `failed` says that publishing kept failing: the change
        is pending again."""
        task, change = self.tasks.get(id), self.changes.get(id)
        if task is None or change is None:
            return GONE
        now = self.clock.now()
        if failed and change.state is ChangeState.APPROVED:
            change = self.changes.withdrawn(id, KEPT_FAILING)
        if change.state is ChangeState.PENDING and now >= change.expires_at:
            change = self.changes.expire(id, now)
        if change.state.settled and not change.told:
            pause = self._settle(change, now)
            if pause is not None:
                return Step(Next.WAIT, pause)
            self.changes.told(id)
            change = replace(change, told=True)
        step = next_step(task, change, now)
        if step.next is Next.DONE:
            self.tasks.settle(id)
        return step

    def _settle(self, change: Change, now: int) -> int | None:
        if change.state is ChangeState.SUPERSEDED:
            self.ruling.follow_up(change)  # whoever revised may have died before
        chat = _chat(self.channels, change)
        if chat is None:
            return None
        channel, delivery = chat
        _edit(channel, delivery, change, self.telemetry)
        words = reviewing.outcome(change, channel.prompt_size)
        try:
            channel.send(delivery, channel.split(words)[0], f"{change.id}-settled", SEND_TIMEOUT)
        except ChannelError as error:
            self.telemetry.failure("outcome_not_told", error, task=change.id)
            since = change.expires_at if change.state is ChangeState.EXPIRED else change.at
            return _pause(error, since or change.created_at, now)
        self.telemetry.event("change_settled", task=change.id, state=change.state)
        return None


def _chat(channels: Channels, change: Change) -> tuple[Channel, Delivery] | None:
    """Where it is reviewed; None where nobody asked for it in a chat."""
    delivery = change.delivery
    channel = channels.get(delivery.channel) if delivery else None
    return (channel, delivery) if channel and delivery else None


def _edit(channel: Channel, delivery: Delivery, change: Change, telemetry: Telemetry) -> None:
    """Best effort, and a repeat changes nothing."""
    if change.prompt is None:
        return
    text = reviewing.settled(change, channel.prompt_size)
    try:
        channel.settle(delivery, change.prompt, text, SEND_TIMEOUT)
    except ChannelError as error:
        telemetry.failure("review_not_edited", error, task=change.id)


def _pause(error: ChannelError, since: int, now: int) -> int | None:
    """Seconds until the next try; None where there is no hope."""
    if isinstance(error, RateLimited):
        return max(1, error.seconds)
    return PAUSE if error.retryable and now - since < PATIENCE else None
