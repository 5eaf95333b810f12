"""The server's state: what is on its disk, what is only in its memory, and what a restart does to
both.
"""

import asyncio
import time
from collections.abc import Callable

from local.agent.events import Event, EventLog
from local.agent.idempotency import IdempotencyRecords
from local.agent.journal import Journal
from local.agent.messages import text_of
from local.agent.model import Model
from local.agent.posts import MessagePost
from local.agent.runs import Run, RunState
from local.agent.sessions import Session, Sessions
from local.agent.settings import Settings, new_token

GoAway = Callable[[float], None]


class Agent:
    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()
        self.sessions = Sessions()
        self.model = Model(self.settings)
        self.journal = Journal()
        self.records = IdempotencyRecords()
        self.go_away: GoAway | None = (
            None  # set by whoever listens: close the door for so many seconds
        )
        self._logs: dict[str, EventLog] = {}
        self._runs: dict[str, Run] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._booted = time.monotonic()
        self._out_until = 0.0

    @property
    def uptime(self) -> float:
        return time.monotonic() - self._booted

    @property
    def out_of_order(self) -> bool:
        return time.monotonic() < self._out_until

    def start(self, session: Session, post: MessagePost) -> Run:
        log = self.log(session.id)

        def publish(run_id: str, variant: str, fields: dict[str, object]) -> Event:
            event = log.publish(run_id, variant, fields)
            self.journal.published(event)
            return event

        session.model = post.overrides.model or post.model or session.model
        run = Run(session, post, self.model, self.settings, publish)
        self._runs[session.id] = run
        self.journal.run(run.id, session.id, text_of(post.content))
        task = asyncio.create_task(run.work())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return run

    def active_run(self, session_id: str) -> Run | None:
        run = self._runs.get(session_id)
        return run if run and run.state.active else None

    def run_status(self, session_id: str) -> dict[str, object]:
        run = self._runs.get(session_id)
        if run is None or run.state is RunState.ENDED:
            return {"state": "idle"}
        if run.state is RunState.FAILED:
            return {"state": "failed"}
        return {"state": run.state.value, "run_id": run.id}

    def log(self, session_id: str) -> EventLog:
        """Any id has one: the server does not look whether there is such a session."""
        if session_id not in self._logs:
            self._logs[session_id] = EventLog(
                session_id, ring=self.settings.ring_events, buffer=self.settings.subscriber_events
            )
        return self._logs[session_id]

    def newest_events(self) -> dict[str, int]:
        return {session_id: log.newest for session_id, log in self._logs.items()}

    def restart(self, *, rotate_token: bool = False) -> None:
        """Runs, events and idempotency records are gone; sessions stay as last written."""
        self.cut_streams()
        self.cancel_runs()
        self._runs.clear()
        self._logs.clear()
        self.records.forget()
        for session in self.sessions.all():
            session.forget()
        if rotate_token:
            self.settings.token = new_token()
        self._booted = time.monotonic()

    def break_down(self, seconds: float) -> None:
        """Answer 503 to everything for a while, as a proxy in front of a dead server would."""
        self._out_until = time.monotonic() + seconds
        self.cut_streams()

    def cut_streams(self) -> None:
        for log in self._logs.values():
            log.cut()

    def cancel_runs(self) -> None:
        for task in self._tasks:
            task.cancel()
