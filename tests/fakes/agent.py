"""The agent server in memory, as it looks through the port.

It keeps the server's traps: keys are remembered only until a restart, a cancel does not wake a run
that waits, a decision on a call that has run kills the run without a word, a decision that came too
early lies in wait for a later call, event ids begin again at 1, and the history lags.
"""

from collections import deque
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from parley.core.batch import ToolCall, Verdict
from parley.core.events import AgentEvent, Gap
from parley.core.session import RunOptions, SessionStatus, Spoken
from parley.errors import AgentUnreachable, RunGone, SessionBusy, SessionGone
from tests.fakes.agent_calls import Calls, Hook
from tests.fakes.agent_runs import Answer, Run, Session, Step
from tests.fakes.world import FakeClock


class FakeAgent(Calls):
    """Runs follow the scripts queued by `script`, or answer "answer to: <prompt>" at once."""

    def __init__(
        self, clock: FakeClock, before: Hook | None = None, after: Hook | None = None
    ) -> None:
        super().__init__(clock, before, after)
        self.history_lag = 0  # milliseconds until an answer shows in the history
        self.idle_lag = 0  # milliseconds from the last event until the session is idle
        self.runs: list[Run] = []
        self.decisions: dict[str, tuple[Verdict, ...]] = {}  # by key
        self.cancelled: list[str] = []  # run ids
        self.steered: list[str] = []  # texts, whether or not they were read
        self.sessions: dict[str, Session] = {}
        self.opened = 0
        self.boots = 0
        self._booted_at = clock.now()
        self._scripts: deque[tuple[Step, ...]] = deque()
        self._swallowed = 0

    # What a test does to the server

    def script(self, *steps: Step) -> None:
        """What the next run that nothing is scripted for will do."""
        self._scripts.append(steps)

    def restart(self) -> None:
        """Runs, events and keys are forgotten; event ids begin again; streams break."""
        with self.lock:
            self.boots += 1
            self._booted_at = self.clock.now()
            self.forget_keys()
            for session in self.sessions.values():
                session.forget()

    def start_foreign_run(self, session: str, prompt: str, *steps: Step) -> str:
        """Somebody else's run in our session."""
        with self.lock:
            return self._begin(self._known(session), prompt, RunOptions(), None, steps).id

    def finish(self, session: str, *more: Step) -> None:
        """End what the session's run holds at, and let it do more."""
        with self.lock:
            run = self.sessions[session].active()
            assert run is not None, f"no run in {session}"
            self.sessions[session].finish(run, more)

    def lose_session(self, session: str) -> None:
        del self.sessions[session]

    def lose_events(self, session: str, up_to: int) -> None:
        """Those with ids up to this one fall out of the ring: a later stream has a gap."""
        found = self.sessions[session]
        found.events = [event for event in found.events if (event.id or 0) > up_to]

    def swallow(self, count: int) -> None:
        """The next events are skipped in the stream that reads them, without a word."""
        self._swallowed += count

    def runs_of(self, prompt: str) -> int:
        """How many runs this prompt started."""
        return sum(run.prompt == prompt for run in self.runs)

    # The port

    def booted_at(self) -> int:
        return self.locked("booted_at", self._reckoned_boot)

    def open_session(self, title: str, key: str, folder: str = "") -> str:
        body = (title, folder)
        return self.locked(
            "open_session",
            lambda: self.once("sessions", key, body, lambda: self._open(title, folder)),
        )

    def session(self, session: str) -> SessionStatus:
        return self.locked("session", lambda: self._status(self._known(session)))

    def history_length(self, session: str) -> int:
        return self.locked("history_length", lambda: len(self._known(session).shown()))

    def history(self, session: str, since: int) -> Sequence[Spoken]:
        return self.locked("history", lambda: self._known(session).shown()[since:])

    def start_run(self, session: str, prompt: str, options: RunOptions, key: str) -> str:
        def begin() -> str:
            found = self._known(session)
            return self.once(
                f"{session}/messages",
                key,
                (prompt, options),
                lambda: self._begin(found, prompt, options, key, ()).id,
            )

        return self.locked("start_run", begin)

    def events(self, session: str, cursor: int) -> "FakeStream":
        return FakeStream(self, session, cursor)

    def proposed(self, session: str) -> tuple[str | None, tuple[ToolCall, ...]]:
        return self.locked("proposed", lambda: self._proposed(session))

    def decide(self, session: str, run: str, verdicts: Sequence[Verdict], key: str) -> None:
        def decide() -> str:
            active = self._active(session, run)
            self.decisions[key] = tuple(verdicts)
            self.sessions[session].decide(active, verdicts)
            return run

        body = (run, frozenset(verdicts))
        self.locked("decide", lambda: self.once(f"{session}/decisions", key, body, decide))

    def steer(self, session: str, run: str, text: str, key: str) -> None:
        def steer() -> str:
            active = self._active(session, run)
            self.steered.append(text)
            self.sessions[session].steer(active, text)
            return run

        body = (run, text)
        self.locked("steer", lambda: self.once(f"{session}/messages", key, body, steer))

    def cancel(self, session: str, run: str, key: str) -> None:
        def cancel() -> str:
            self.sessions[session].cancel(self._active(session, run))
            self.cancelled.append(run)
            return run

        self.locked("cancel", lambda: self.once(f"{session}/cancel", key, run, cancel))

    # How it works

    def _reckoned_boot(self) -> int:
        """From an uptime in whole seconds."""
        uptime = (self.clock.now() - self._booted_at) // 1000
        return self.clock.now() - uptime * 1000

    def _known(self, session: str) -> Session:
        if session not in self.sessions:
            raise SessionGone(session)
        return self.sessions[session]

    def _active(self, session: str, run: str) -> Run:
        found = self.sessions[session].active() if session in self.sessions else None
        if found is None or found.id != run or found.ended:
            raise RunGone(run)
        return found

    def _open(self, title: str, folder: str) -> str:
        name = f"session-{self.opened + 1}"
        self.opened += 1
        self.sessions[name] = Session(
            name, title, self.clock, lambda: self.history_lag, lambda: self.idle_lag, folder
        )
        return name

    def _status(self, session: Session) -> SessionStatus:
        run = session.active()
        return SessionStatus(session.state(), run.id if run else None)

    def _begin(
        self,
        session: Session,
        prompt: str,
        options: RunOptions,
        key: str | None,
        steps: tuple[Step, ...],
    ) -> Run:
        if session.active():
            raise SessionBusy(session.id)
        if not steps and self._scripts:
            steps = self._scripts.popleft()
        steps = steps or (Answer(f"answer to: {prompt}"),)
        run = Run(f"run-{len(self.runs) + 1}", session.id, prompt, options, key, deque(steps))
        self.runs.append(run)
        session.begin(run)
        return run

    def _proposed(self, session: str) -> tuple[str | None, tuple[ToolCall, ...]]:
        run = self.sessions[session].active() if session in self.sessions else None
        return (run.id, run.batch) if run and run.batch else (None, ())

    def enter(self, stream: "FakeStream") -> None:
        self.locked("events", lambda: self._enter(stream))

    def _enter(self, stream: "FakeStream") -> None:
        """Replay from the cursor on; live only where it is too old for the ring, or too new."""
        stream.boot = self.boots
        found = self.sessions.get(stream.session)
        newest = found.next_id - 1 if found else 0
        oldest = found.events[0].id if found and found.events else newest + 1
        if oldest is not None and stream.place + 1 < oldest:
            stream.gap = AgentEvent(None, None, Gap(oldest, newest))
        stream.place = newest if stream.gap else min(stream.place, newest)

    def take(self, stream: "FakeStream") -> AgentEvent | None:
        """The stream's next event, if there is one now."""
        with self.lock:
            if stream.boot != self.boots or self.down:
                raise AgentUnreachable("the stream broke")
            event = self._after(stream)
            while event is not None and self._swallowed:
                self._swallowed -= 1
                event = self._after(stream)
            return event

    def _after(self, stream: "FakeStream") -> AgentEvent | None:
        """Any session has a stream, also one that does not exist."""
        events = self.sessions[stream.session].events if stream.session in self.sessions else []
        if not events or (events[-1].id or 0) <= stream.place:
            return None
        event = events[max(0, stream.place + 1 - (events[0].id or 0))]
        stream.place = event.id or 0
        return event


class FakeStream:
    """An event stream. Where no event comes, waiting for one moves the clock."""

    def __init__(self, agent: FakeAgent, session: str, cursor: int) -> None:
        self.agent = agent
        self.session = session
        self.place = cursor
        self.boot = -1
        self.gap: AgentEvent | None = None

    def __enter__(self) -> Self:
        self.agent.enter(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
        /,
    ) -> None:
        self.boot = -1

    def next(self, timeout: float) -> AgentEvent | None:
        return self.agent.call("next", lambda: self._await(timeout))

    def _await(self, timeout: float) -> AgentEvent | None:
        if self.gap is not None:
            gap, self.gap = self.gap, None
            return gap
        end = self.agent.clock.now() + round(timeout * 1000)
        while True:
            event = self.agent.take(self)
            if event is not None or self.agent.clock.now() >= end:
                return event
            self.agent.clock.step(end)
