"""What an agent's notifications come to: what is passed on, and what only has to be known."""

from collections.abc import Sequence

from parley.adapters.agent_process.acp.connection import Notification
from parley.adapters.agent_process.acp.updates import heard
from parley.adapters.agent_process.acp.values import record, text
from parley.core.tasks.heard import Offered, ToolSeen, Used
from parley.ports.work import Watch

MOST_PLACES = 10_000  # tool calls whose places are remembered


class Hearing:
    """Until it is `live`, all but commands is an earlier turn told again. What a session that goes
    on has cost before is taken off; where that is not known, what it costs is not known."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._places: dict[str, Sequence[str]] = {}
        self._paid: float | None = 0.0
        self.session = ""
        self.live = False
        self.worked = False  # something was passed on but commands and costs

    def resumed(self) -> None:
        self._paid = None

    def renewed(self) -> None:
        self._paid = 0.0

    def places(self, tool: str) -> Sequence[str]:
        """Those that a tool call has named so far."""
        return self._places.get(tool, ())

    def notified(self, notification: Notification) -> None:
        session = text(notification.params.get("sessionId"))
        if notification.method != "session/update":
            return
        if self.session and session != self.session:
            return  # an agent's own helpers: what they do is told in its tool calls
        event = heard(record(notification.params.get("update")))
        if isinstance(event, ToolSeen) and event.paths and len(self._places) < MOST_PLACES:
            self._places[event.id] = event.paths
        if isinstance(event, Used):
            self._used(event)
        elif event is not None and (self.live or isinstance(event, Offered)):
            self.worked |= not isinstance(event, Offered)
            self._watch.hear(event)

    def _used(self, event: Used) -> None:
        if not self.live:
            self._paid = event.amount
        elif event.amount is not None and self._paid is not None:
            amount = max(0.0, event.amount - self._paid)
            self._watch.hear(Used(amount=amount, currency=event.currency, cumulative=True))
