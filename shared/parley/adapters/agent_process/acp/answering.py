"""What an agent's own requests are answered. Every one is: some agents give up at an error that
they do not expect, or wait for ever."""

from collections.abc import Mapping

from parley.adapters.agent_process.acp.connection import (
    METHOD_NOT_FOUND,
    RESOURCE_NOT_FOUND,
    Connection,
    Request,
)
from parley.adapters.agent_process.acp.hearing import Hearing
from parley.adapters.agent_process.acp.permissions import Verdict, judge
from parley.adapters.agent_process.acp.updates import tool
from parley.adapters.agent_process.acp.values import record, text
from parley.core.tasks.heard import ToolSeen
from parley.ports.work import Job, Watch

REASON = "parley/reason"
_OWN_TOOLS = "This client has no files or terminals of its own: use the tools that you have"
_CANCELLED: Mapping[str, object] = {"outcome": {"outcome": "cancelled"}}


class Answering:
    """When `cancelling`, whatever is asked is answered that the turn is over."""

    def __init__(self, job: Job, watch: Watch, hearing: Hearing, connection: Connection) -> None:
        self._job = job
        self._watch = watch
        self._hearing = hearing
        self._connection = connection
        self.cancelling = False

    def asked(self, request: Request) -> None:
        match request.method:
            case "session/request_permission":
                self._connection.answer(request, self._permission(request.params))
            case "elicitation/create" | "session/elicitation":
                self._connection.answer(request, {"action": "decline"})
            case method if method.startswith(("fs/", "terminal/")):
                self._connection.refuse(request, RESOURCE_NOT_FOUND, _OWN_TOOLS)
            case method:
                reason = f"This client does not know {method[:200]}"
                self._connection.refuse(request, METHOD_NOT_FOUND, reason)

    def _permission(self, params: Mapping[str, object]) -> Mapping[str, object]:
        if self.cancelling:
            return _CANCELLED
        call = record(params.get("toolCall"))
        earlier = self._hearing.places(text(call.get("toolCallId")))
        verdict = judge(params, earlier, self._job.agent.permissions, self._job.worktree.path)
        if verdict.reason:
            self._note(call, verdict)
        if verdict.option is None:
            return {**_CANCELLED, "_meta": {REASON: verdict.reason}}
        chosen = {"outcome": {"outcome": "selected", "optionId": verdict.option}}
        return {**chosen, "_meta": {REASON: verdict.reason}} if verdict.reason else chosen

    def _note(self, call: Mapping[str, object], verdict: Verdict) -> None:
        seen = tool(call)
        if seen.id and self._hearing.live:
            said = f"Not allowed: {verdict.reason}"
            self._watch.hear(
                ToolSeen(seen.id, seen.title, seen.kind, "rejected", seen.given, said, seen.paths)
            )
