"""An agent that speaks ACP, from its start to its last process."""

from collections.abc import Callable

from parley.adapters.agent_process.acp.answering import Answering
from parley.adapters.agent_process.acp.calls import Calls, Gone, Interrupted
from parley.adapters.agent_process.acp.connection import Broken, Connection, Reply
from parley.adapters.agent_process.acp.hearing import Hearing
from parley.adapters.agent_process.acp.options import Unfit
from parley.adapters.agent_process.acp.session import Refused, Session
from parley.adapters.agent_process.acp.updates import used
from parley.adapters.agent_process.acp.values import record, text
from parley.adapters.agent_process.environment import environment_for
from parley.adapters.agent_process.process import Child, launch
from parley.adapters.agent_process.secrecy import masked
from parley.core.tasks.heard import AgentEnd, Stop
from parley.ports.work import Account, Job, Watch

LAST_WORDS = 800  # characters of what a crashed agent wrote
FAREWELL = 2.0  # seconds for an agent whose turn is over to write its session down
_STOPS = {
    "end_turn": AgentEnd(Stop.DONE),
    "max_tokens": AgentEnd(Stop.LIMIT, "It ran out of tokens"),
    "max_turn_requests": AgentEnd(Stop.LIMIT, "It reached its limit of model calls"),
    "refusal": AgentEnd(Stop.REFUSED, "The model refused"),
    "cancelled": AgentEnd(Stop.FAILED, "It cancelled its turn, and nobody had asked it to"),
    "": AgentEnd(Stop.DONE),
}


def run_acp(
    job: Job, watch: Watch, account: Account | None, monotonic: Callable[[], float]
) -> AgentEnd:
    """Raises NotStarted, ProcessesLeft, and what the watch raises."""
    agent = job.agent
    environment = environment_for(job.worktree, agent.settings, job.environment)
    child = launch(agent.command, job.worktree, environment, account)
    connection = Connection(child)
    try:
        end = _Run(job, watch, monotonic, child, connection).end()
        reason = masked(end.reason, job.environment.values())
        return AgentEnd(end.stop, reason, end.session)
    finally:
        connection.close()
        child.end()


class _Run:
    def __init__(
        self,
        job: Job,
        watch: Watch,
        monotonic: Callable[[], float],
        child: Child,
        connection: Connection,
    ) -> None:
        hearing = Hearing(watch)
        answering = Answering(job, watch, hearing, connection)
        self._job = job
        self._watch = watch
        self._child = child
        self._connection = connection
        self._calls = Calls(connection, hearing, answering, watch, monotonic, job.stall_seconds)
        self._session = Session(job, self._calls, hearing)

    def end(self) -> AgentEnd:
        end = self._played()
        return AgentEnd(end.stop, end.reason, self._session.id)

    def _played(self) -> AgentEnd:
        try:
            self._session.begin()
            end = self._of(self._session.prompt())
            self._calls.farewell(FAREWELL)
            return end
        except Unfit as unfit:
            return AgentEnd(Stop.UNFIT, str(unfit))
        except Refused as refused:
            return AgentEnd(Stop.FAILED, str(refused))
        except Broken as broken:
            return AgentEnd(Stop.FAILED, str(broken))
        except Interrupted as interrupted:
            return AgentEnd(interrupted.stop, self._why(interrupted.stop))
        except Gone:
            return AgentEnd(Stop.CRASHED, self._crash())

    def _of(self, reply: Reply) -> AgentEnd:
        if reply.error is not None:
            return AgentEnd(Stop.FAILED, str(reply.error))
        result = record(reply.result)
        if usage := used(result.get("usage")):
            self._watch.hear(usage)
        reason = text(result.get("stopReason"))
        unknown = AgentEnd(Stop.FAILED, f"It ended for a reason unknown here: `{reason[:100]}`")
        return _STOPS.get(reason, unknown)

    def _why(self, stop: Stop) -> str:
        if stop is Stop.STALLED:
            return f"Nothing was heard of it for {self._job.stall_seconds:.0f} s"
        return "It was cancelled" if stop is Stop.CANCELLED else "The time was up"

    def _crash(self) -> str:
        status = self._child.wait(1.0)
        if status is None:
            how = "it closed its output"
        else:
            how = f"exit status {status}" if status >= 0 else f"signal {-status}"
        said = self._connection.log.last(LAST_WORDS)
        return f"It ended before its turn did ({how})" + (f": {said}" if said else "")
