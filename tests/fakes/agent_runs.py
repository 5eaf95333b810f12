"""What a scripted run does, step by step, and what its session keeps of it."""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from parley.core.batch import Ruling, ToolCall, Verdict
from parley.core.events import (
    AgentEvent,
    CompactionStarted,
    Happening,
    Noted,
    RunCompleted,
    RunFailed,
    RunStarted,
    StopReason,
    TextCompleted,
    ToolCallsProposed,
    ToolFinished,
    ToolRefused,
    ToolStarted,
    TurnCompleted,
    TurnStarted,
    UsageReported,
    WaitingForDecisions,
)
from parley.core.session import Role, RunOptions, RunState, Spoken
from parley.core.turn import Usage
from tests.fakes.world import FakeClock

USAGE = Usage(10, 5, 15)
SKIPPED = "Skipped due to steering update"


@dataclass(frozen=True, slots=True)
class Answer:
    """One model call: its text, and the tool calls that it asks for. Calls wait for decisions. With
    `used`, an event tells what it cost."""

    text: str = ""
    calls: tuple[ToolCall, ...] = ()
    used: Usage | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """The run stays at it until `finish`. A tool ends when the run is cancelled, a model call
    (`deaf`) does not."""

    deaf: bool = False


@dataclass(frozen=True, slots=True)
class Compact:
    times: int = 1


@dataclass(frozen=True, slots=True)
class Fail:
    """The run ends with an error event."""

    error: str = "the model failed"


@dataclass(frozen=True, slots=True)
class Die:
    """The run ends without an event: only the session's state tells."""


@dataclass(frozen=True, slots=True)
class Stop:
    """The run completes for a reason other than being done."""

    reason: StopReason = StopReason.MAX_TURNS


Step = Answer | Hold | Compact | Fail | Die | Stop


@dataclass(slots=True)
class Run:
    id: str
    session: str
    prompt: str
    options: RunOptions
    key: str | None  # None: somebody else's run
    steps: deque[Step]
    turn: int = 0
    in_turn: bool = False
    holding: Hold | None = None
    batch: tuple[ToolCall, ...] = ()
    decided: dict[str, Verdict] = field(default_factory=dict)
    executed: set[str] = field(default_factory=set)
    ran: list[ToolCall] = field(default_factory=list)  # those that were allowed
    parked: dict[str, Verdict] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)  # steering, not read yet
    cancelled: bool = False
    ended: StopReason | None = None  # None while it is active, or where it died


@dataclass(slots=True)
class Session:
    """What the server knows of a session. `history` says from when on each message is shown."""

    id: str
    title: str
    clock: FakeClock
    history_lag: Callable[[], int]
    idle_lag: Callable[[], int]
    folder: str = ""
    history: list[tuple[int, Spoken]] = field(default_factory=list)
    events: list[AgentEvent] = field(default_factory=list)
    next_id: int = 1
    run: Run | None = None
    failed: bool = False
    busy_until: int = 0

    def active(self) -> Run | None:
        if self.run is not None and self.run.ended and self.clock.now() >= self.busy_until:
            self.run = None
        return self.run

    def state(self) -> RunState:
        if self.active():
            return RunState.RUNNING
        return RunState.FAILED if self.failed else RunState.IDLE

    def shown(self) -> list[Spoken]:
        return [spoken for since, spoken in self.history if since <= self.clock.now()]

    def forget(self) -> None:
        """What a restart of the server leaves: what was saved of the history."""
        self.history = [entry for entry in self.history if entry[0] <= self.clock.now()]
        self.events = []
        self.next_id = 1
        self.run = None
        self.failed = False

    def begin(self, run: Run) -> None:
        self.run, self.failed = run, False
        self.history.append((self.clock.now(), Spoken(Role.USER, run.prompt)))
        self._tell(RunStarted())
        self._go_on(run)

    def finish(self, run: Run, more: Iterable[Step]) -> None:
        """End what the run holds at."""
        deaf = run.holding is not None and run.holding.deaf
        run.holding = None
        run.steps.extendleft(reversed(list(more)))
        self._go_on(run, heard=not deaf)

    def decide(self, run: Run, verdicts: Iterable[Verdict]) -> None:
        given = {verdict.call: verdict for verdict in verdicts}
        waiting = {call.id for call in run.batch}
        if not run.batch:
            run.parked |= given
        elif run.cancelled:
            self._end_cancelled(run)
        elif run.executed & given.keys():
            self._die()
        else:
            run.parked |= {call: given[call] for call in given.keys() - waiting}
            run.decided |= {call: given[call] for call in given.keys() & waiting}
            self._execute(run)

    def steer(self, run: Run, text: str) -> None:
        """Read where the next turn begins; a run that is at its last one never reads it. One that
        waits for decisions skips its calls."""
        run.texts.append(text)
        left = [call for call in run.batch if call.id not in run.executed]
        if left:
            self._tell(*[ToolRefused(call.id, SKIPPED) for call in left])
            run.batch = ()
            self._close_turn(run)
            self._go_on(run)

    def cancel(self, run: Run) -> None:
        """Noted; a run that waits for decisions does not wake from it."""
        run.cancelled = True
        if run.holding is not None and not run.holding.deaf:
            self._end_cancelled(run)

    def _go_on(self, run: Run, *, heard: bool = True) -> None:
        while run.ended is None and self.run is run and not run.batch and run.holding is None:
            if run.cancelled and (heard or self._asks(run)):
                self._end_cancelled(run)
            elif run.texts and not run.in_turn:
                self._remember(Spoken(Role.USER, run.texts.pop(0)))
                if not run.steps:
                    run.steps.append(Answer(f"heard: {self.history[-1][1].text}"))
            elif run.steps:
                self._do(run, run.steps.popleft())
            else:
                self._complete(run, StopReason.COMPLETED)

    def _asks(self, run: Run) -> bool:
        return bool(run.steps and isinstance(run.steps[0], Answer) and run.steps[0].calls)

    def _do(self, run: Run, step: Step) -> None:
        match step:
            case Answer(text, calls, used):
                self._answer(run, text, calls, used)
            case Hold():
                self._open_turn(run)
                run.holding = step
            case Compact(times):
                for _ in range(times):
                    self._open_turn(run)
                    self._tell(CompactionStarted(), Noted("compaction_completed"))
            case Fail(error):
                self._open_turn(run)
                self._tell(RunFailed(error))
                run.ended, self.failed, self.run = StopReason.ERROR, True, None
            case Die():
                self._die()
            case Stop(reason):
                self._complete(run, reason)

    def _answer(self, run: Run, text: str, calls: tuple[ToolCall, ...], used: Usage | None) -> None:
        self._open_turn(run)
        if text:
            self._tell(TextCompleted(text))
        if used:
            self._tell(UsageReported(used))
        if text or calls:
            self._remember(Spoken(Role.ASSISTANT, text))
        if not calls:
            self._close_turn(run)
            return
        run.batch, run.executed = calls, set()
        run.decided = {call.id: run.parked.pop(call.id) for call in calls if call.id in run.parked}
        self._tell(ToolCallsProposed(calls), WaitingForDecisions(tuple(c.id for c in calls)))
        self._execute(run)

    def _execute(self, run: Run) -> None:
        """Calls run in the order proposed, up to the first that is undecided."""
        for call in run.batch:
            if call.id in run.executed:
                continue
            verdict = run.decided.get(call.id)
            if verdict is None:
                return
            if verdict.ruling is Ruling.ALLOW:
                self._tell(ToolStarted(call.id, call.name), ToolFinished(call.id))
                run.ran.append(call)
            elif verdict.reason:
                self._tell(ToolFinished(call.id))  # a result of our own, as if the call had run
            else:
                self._tell(ToolRefused(call.id, "Tool call rejected by user"))
            run.executed.add(call.id)
            self._remember(Spoken(Role.TOOL, ""))
        run.batch = ()
        self._close_turn(run)
        self._go_on(run)

    def _open_turn(self, run: Run) -> None:
        if not run.in_turn:
            run.turn, run.in_turn = run.turn + 1, True
            self._tell(TurnStarted(run.turn))

    def _close_turn(self, run: Run) -> None:
        if run.in_turn:
            run.in_turn = False
            self._tell(TurnCompleted())

    def _end_cancelled(self, run: Run) -> None:
        self._tell(*[ToolFinished(call.id, cancelled=True) for call in run.batch])
        run.batch, run.holding = (), None
        self._complete(run, StopReason.CANCELLED)

    def _complete(self, run: Run, reason: StopReason) -> None:
        """The event comes first; the session is idle a little later."""
        self._close_turn(run)
        turns = max(1, run.turn)
        usage = (USAGE.prompt_tokens, USAGE.completion_tokens, USAGE.total_tokens)
        self._tell(RunCompleted(reason, Usage(*(turns * part for part in usage))))
        run.ended = reason
        self.busy_until = self.clock.now() + self.idle_lag()

    def _die(self) -> None:
        self.run, self.failed = None, True

    def _remember(self, spoken: Spoken) -> None:
        self.history.append((self.clock.now() + self.history_lag(), spoken))

    def _tell(self, *happenings: Happening) -> None:
        run = self.run.id if self.run else None
        for what in happenings:
            self.events.append(AgentEvent(self.next_id, run, what))
            self.next_id += 1
