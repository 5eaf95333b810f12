"""What Parley needs of a coding agent. Named for the need, never for the server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, Self

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

    from parley.core.batch import ToolCall, Verdict
    from parley.core.events import AgentEvent
    from parley.core.session import RunOptions, SessionStatus, Spoken


class EventStream(Protocol):
    """A session's events from a cursor on. Closed by leaving its context."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
        /,
    ) -> None: ...

    def next(self, timeout: float) -> AgentEvent | None:
        """The next event, or None after `timeout` seconds without one. Raises AgentUnreachable when
        the stream broke: reopen it from the last event's id."""
        ...


class Agent(Protocol):
    """The coding agent, as a conversation needs it.

    Every call may raise AgentUnreachable and AccessRefused. Calls with a `key` are idempotent as
    long as the agent remembers the key: it forgets all at a restart.
    """

    def booted_at(self) -> int:
        """When the agent's present memory began, in milliseconds, give or take two seconds."""
        ...

    def open_session(self, title: str, key: str, folder: str = "") -> str:
        """A new session's id. It works in that folder of the server's, if one is named."""
        ...

    def session(self, session: str) -> SessionStatus:
        """Raises SessionGone."""
        ...

    def history_length(self, session: str) -> int:
        """How many messages the session holds. Raises SessionGone."""
        ...

    def history(self, session: str, since: int) -> Sequence[Spoken]:
        """The session's messages from index `since` on, oldest first. The last ones may lag behind
        the events by a few seconds. Raises SessionGone."""
        ...

    def start_run(self, session: str, prompt: str, options: RunOptions, key: str) -> str:
        """Send the prompt and the images; the run's id. Raises SessionGone, SessionBusy, KeyReused,
        AgentRejected. The agent approves no tool call by itself."""
        ...

    def steer(self, session: str, run: str, text: str, key: str) -> None:
        """Pass a text on to the run. Returning does not say that the run will read it: one that is
        at its last inference ends first. A run that waits for decisions skips its calls. Raises
        RunGone, SessionBusy, KeyReused."""
        ...

    def events(self, session: str, cursor: int) -> EventStream:
        """Events with ids above the cursor, then live ones."""
        ...

    def proposed(self, session: str) -> tuple[str | None, tuple[ToolCall, ...]]:
        """The active run and the calls of its last batch, decided ones included."""
        ...

    def decide(self, session: str, run: str, verdicts: Sequence[Verdict], key: str) -> None:
        """(22) All decisions of a batch in one request. Raises RunGone, SessionBusy, KeyReused."""
        ...

    def cancel(self, session: str, run: str, key: str) -> None:
        """Ask the run to end. Does not wake a run that waits for decisions. Raises RunGone."""
        ...
