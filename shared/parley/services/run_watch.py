"""Holding a run's event stream inside one invocation (protocol 7, 16, 17, 24)."""

from collections.abc import Callable
from dataclasses import dataclass, field

from parley.core import replies
from parley.core.conversation import Conversation
from parley.core.directive import AGAIN, FOLLOW, Directive
from parley.core.fence import Holder
from parley.core.following import Call, Following
from parley.core.limits import LEASE, MINUTE, RENEWAL, STEPS_PER_EXECUTION
from parley.core.message import MessageId
from parley.core.session import RunState
from parley.core.tasks import native
from parley.core.turn import Ending, Outcome, Turn
from parley.errors import ChannelError
from parley.ports import Agent, Channels, Clock, EventStream, Inbox, Leases, Telemetry, Turns
from parley.services.batch_watch import BatchWatch, Step
from parley.services.cancelling import Cancelling
from parley.services.progress_board import ProgressBoard
from parley.services.run_ending import RunEnding
from parley.services.steering import SteeringRun

TICK = 1.5  # seconds: a stop request is seen within it, and has to reach the run within three
FIRST_CHECK = 4.0  # seconds of silence before the session is asked, and then between questions
CHECK = 15.0
ACKNOWLEDGED_AT_ONCE = 5
RESERVE = 25.0  # seconds before the invocation's end at which it hands over
ENDING_PATIENCE = 5 * MINUTE  # a cancelled run that does not end is left behind then

_ACTIVE = (RunState.STARTING, RunState.RUNNING)


@dataclass(frozen=True, slots=True)
class WatchTools:
    """What a watch works with; the same for every run."""

    inbox: Inbox
    leases: Leases
    turns: Turns
    agent: Agent
    channels: Channels
    clock: Clock
    telemetry: Telemetry
    cancelling: Cancelling
    steering: SteeringRun
    ending: RunEnding
    run_limit: int  # milliseconds
    progress: bool


@dataclass(slots=True)
class RunWatch:
    """One invocation's look at one run. `remaining` tells the invocation's seconds left."""

    tools: WatchTools
    holder: Holder
    conversation: Conversation
    turn: Turn
    session: str
    following: Following
    batches: BatchWatch
    remaining: Callable[[], float]
    _undecided: bool = field(init=False, default=False)
    _ending: Ending | None = field(init=False)
    _cancelled: bool = field(init=False, default=False)
    _cancels: int = field(init=False, default=0)
    _saved: tuple[int, str, bool] = field(init=False)
    _silent_since: float = field(init=False)
    _next_check: float = field(init=False, default=FIRST_CHECK)
    _ticked: float = field(init=False)
    _renewed: float = field(init=False)
    _pending: int = field(init=False)
    _troubled: bool = field(init=False)
    _acknowledged: set[MessageId] = field(init=False, default_factory=set)
    _over: bool = field(init=False, default=False)
    _board: ProgressBoard = field(init=False)

    def __post_init__(self) -> None:
        now = self.tools.clock.monotonic()
        self._silent_since = self._ticked = self._renewed = now
        self._saved = self._progress()
        self._pending = len(self.turn.messages) + len(self.turn.steering)
        self._troubled = bool(self.turn.waiting) or self.conversation.attempts > 0
        self._ending = self.turn.ending
        self._board = ProgressBoard(
            self.tools.channels[self.turn.delivery.channel],
            self.tools.turns,
            self.tools.clock,
            self.tools.telemetry,
            self.holder,
            self.turn,
            self.tools.progress,
        )

    def until_something(self) -> Directive:
        """Follow until the run ends, somebody has to be asked, or the invocation nearly ends."""
        self._take_up()
        while True:
            with self.tools.agent.events(self.session, self.following.cursor) as stream:
                directive = self._read(stream)
            if directive is not None:
                return directive
            self.following.rewind()

    def _take_up(self) -> None:
        """(24) What the state asks for comes before the stream: a stop, an ending that was begun, a
        batch that expired, texts that were to be passed on."""
        self._heed_stop(self.conversation)
        if self._ending is None and self.batches.has_expired:
            self._end(Outcome.EXPIRED, replies.EXPIRED)
        if self._ending is not None:
            self.batches.consume()
            self._cancelled = self._cancelled or self._cancel()
        elif self.turn.passed < len(self.turn.steering):
            self._pass_on()

    def _read(self, stream: EventStream) -> Directive | None:
        """None means that the stream is to be opened again from the save point."""
        while True:
            if self.remaining() < RESERVE:
                return self._hand_over()
            event = stream.next(TICK)
            if event is None:
                directive = self._on_silence()
            else:
                self._silent_since, self._next_check = self.tools.clock.monotonic(), FIRST_CHECK
                self._over = False
                call = self.following.take(event)
                if call is Call.REOPEN:
                    return None
                directive = self._answer(call)
            directive = directive or self._tick()
            if directive is not None:
                return directive

    def _answer(self, call: Call) -> Directive | None:
        ending, at = self.tools.ending, (self.holder, self.turn)
        match call:
            case Call.DECIDE:
                return self._decide()
            case Call.BATCH_OVER:
                self._undecided = False
                self.batches.over(self.turn, self.following)
            case Call.END:
                return ending.ended(*at, self.session, self.following, self._ending)
            case Call.RESTARTED:
                return ending.interrupted(*at, self.session, self.following)
            case Call.LOOPING:
                self._end(Outcome.FAILED, replies.LOOPING)
        return None

    def _decide(self) -> Directive | None:
        if self._ending is not None:
            self._cancel()  # rejects a batch that came after the first cancel
            return None
        silent = self.tools.clock.monotonic() - self._silent_since
        step = self.batches.decide(self.turn, self.following, silent)
        self.turn = self.batches.turn or self.turn
        self._undecided = step is Step.LATER
        if isinstance(step, Directive):
            return step
        if isinstance(step, Ending):
            self._end(step.outcome, step.reason)
        return None

    def _on_silence(self) -> Directive | None:
        """Ask the session beside the stream: a run can die without a terminal event. The answer
        counts only when the stream, read once more, still has nothing to say."""
        if self._undecided and self.following.calls:
            directive = self._decide()
            if directive is not None or not self._undecided:
                return directive
        silent = self.tools.clock.monotonic() - self._silent_since
        if not self._over and silent < self._next_check:
            return None
        self._next_check = silent + CHECK
        status = self.tools.agent.session(self.session)
        if status.run == self.following.run and status.state in _ACTIVE:
            self._over = False
            return None
        if not self._over:
            self._over = True
            return None
        return self.tools.ending.vanished(
            self.holder, self.turn, self.session, self.following, self._ending
        )

    def _tick(self) -> Directive | None:
        now = self.tools.clock.monotonic()
        if now - self._ticked >= TICK:
            self._ticked = now
            if self._look_at_conversation():
                waiting = self._pending - len(self.turn.messages) - len(self.turn.steering)
                self._board.look(self.following.activity, max(0, waiting))
        if now - self._renewed >= RENEWAL:
            self._renew()
        return self._heed_time()

    def _heed_time(self) -> Directive | None:
        now = self.tools.clock.now()
        if self._ending is None:
            began = max(self.turn.created_at, self.batches.decided_at)  # waiting is not working
            if now - began > self.tools.run_limit:
                self._end(Outcome.FAILED, replies.OUT_OF_TIME)
            return None
        if now - self._ending.at <= ENDING_PATIENCE:
            return None
        return self.tools.ending.left_behind(self.holder, self.turn, self.following, self._ending)

    def _look_at_conversation(self) -> bool:
        """Whether it is still held by this invocation: a late one must not write its progress over
        an answer that has taken the place of it (18)."""
        state = self.tools.inbox.read(self.holder.conversation)
        if state is None or state.fence != str(self.holder.fence):
            return False
        self._heed_stop(state)
        if self._ending is not None and not self._cancelled:
            self._cancelled = self._cancel()  # one that did not get through is tried again
        if state.pending > self._pending and self._take_note_of_queued():
            self._pending = state.pending
        return True

    def _take_note_of_queued(self) -> bool:
        """False while something of it is left to do."""
        passed_on = self._ending is not None or self._pass_on()
        return self._acknowledge_queued() and passed_on

    def _heed_stop(self, state: Conversation) -> None:
        if state.stop == self.turn.id and self._ending is None:
            self._end(Outcome.CANCELLED, replies.CANCELLED)

    def _end(self, outcome: Outcome, reason: str) -> None:
        """(29) First record it, so that nothing more is decided or passed on; then cancel, and go
        on following until the run is over."""
        ending = Ending(outcome, reason, self.tools.clock.now())
        if not self.tools.turns.record_ending(self.holder, self.turn.id, ending, None):
            stored = self.tools.turns.get(self.turn.conversation, self.turn.id).ending
            ending = stored or ending
        self._ending = ending
        self.batches.consume()
        self._cancelled = self._cancel()

    def _pass_on(self) -> bool:
        self.turn, done = self.tools.steering.pass_on(
            self.holder, self.turn, self.session, self.following.run
        )
        return done

    def _acknowledge_queued(self) -> bool:
        """Messages that wait for the next turn get their receipt now; a few at a time, since the
        lease is renewed between. False while some have none."""
        queued = self.tools.turns.queued(self.holder.conversation)
        new = [message for message in queued if message.id not in self._acknowledged]
        for message in new[:ACKNOWLEDGED_AT_ONCE]:
            self._acknowledged.add(message.id)
            try:
                if not native.is_task(message):
                    self.tools.channels[message.delivery.channel].acknowledge(message)
            except ChannelError as error:
                self.tools.telemetry.failure("not_acknowledged", error)
                break
        return len(new) <= ACKNOWLEDGED_AT_ONCE

    def _renew(self) -> None:
        """Save what is new, or else just keep the lease. Having come this far ends what went wrong
        before: a wait for the agent, and attempts that failed."""
        self._renewed = self.tools.clock.monotonic()
        until = self.tools.clock.now() + LEASE
        progress = self._progress()
        if progress != self._saved or self._troubled:
            usage = self.following.usage
            self.tools.turns.save_progress(self.holder, self.turn.id, *progress, until, usage)
            self._saved, self._troubled = progress, False
        else:
            self.tools.leases.extend(self.holder, until)

    def _progress(self) -> tuple[int, str, bool]:
        return self.following.cursor, self.following.text, self.following.gapped

    def _hand_over(self) -> Directive:
        self._renew()
        return AGAIN if self.holder.fence.step >= STEPS_PER_EXECUTION else FOLLOW

    def _cancel(self) -> bool:
        # A key of its own each time: the rejection of another batch under an old key is refused.
        self._cancels += 1
        key = f"{self.turn.id}-cancel-{self.holder.fence}-{self._cancels}"
        return self.tools.cancelling.cancel(self.session, key, self.following.run)
