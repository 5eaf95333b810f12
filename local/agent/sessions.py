"""Sessions as the server keeps them on disk: they and their checkpointed messages outlive a
restart.
"""

import uuid
from dataclasses import dataclass, field

from local.agent.clock import timestamp
from local.agent.messages import Message


@dataclass(slots=True)
class Session:
    id: str
    title: str
    cwd: str | None
    created_at: str
    updated_at: str
    visibility: str = "PRIVATE"
    status: str = "ACTIVE"
    model: str | None = None
    history: list[Message] = field(default_factory=list)  # the run's own, ahead of the checkpoint
    checkpoint: tuple[Message, ...] = ()

    def save(self) -> None:
        """Write a checkpoint, if there is anything new in the history."""
        saved = tuple(self.history)
        if saved != self.checkpoint:
            self.checkpoint = saved
            self.updated_at = timestamp()

    def forget(self) -> None:
        """What the process had not written is gone with it."""
        self.history = list(self.checkpoint)


class Sessions:
    def __init__(self) -> None:
        self._sessions: dict[str, Session] = {}

    def create(self, title: str, cwd: str | None) -> Session:
        now = timestamp()
        session = Session(str(uuid.uuid4()), title, cwd, now, now)
        self._sessions[session.id] = session
        return session

    def find(self, session_id: str) -> Session | None:
        """A deleted session is still found, as on the real server's local store."""
        return self._sessions.get(session_id)

    def all(self) -> list[Session]:
        return list(self._sessions.values())

    def search(
        self, *, limit: int, offset: int, search: str | None, status: str | None
    ) -> list[Session]:
        wanted = status if status in ("ACTIVE", "DELETED") else "ACTIVE"
        found = [
            session
            for session in self._sessions.values()
            if session.status == wanted and (not search or search.lower() in session.title.lower())
        ]
        found.sort(key=lambda session: session.updated_at, reverse=True)
        return found[offset : offset + limit]
