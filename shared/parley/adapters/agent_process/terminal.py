"""An agent that speaks no ACP: asked once, on a pseudo-terminal, and listened to until it ends."""

import os
import termios
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import IO

from parley.adapters.agent_process.asking_to_end import AskedToEnd
from parley.adapters.agent_process.environment import environment_for
from parley.adapters.agent_process.invocation import Invocation, Unfit, invocation_of
from parley.adapters.agent_process.pipes import TICK, Pipes
from parley.adapters.agent_process.process import DEVNULL, PIPE, Child, launch
from parley.adapters.agent_process.reading import Aside, Reading
from parley.adapters.agent_process.secrecy import masked
from parley.adapters.agent_process.verdicts import conclude
from parley.core.tasks.coding_agent import Output
from parley.core.tasks.heard import AgentEnd, Said, Stop
from parley.ports.work import Account, Job, Watch, Wish

ROWS, COLUMNS = 40, 120
NO_OUTPUT = "(no output)"
SETTLES = 1.0  # seconds after which a line is heard that has no end yet
_WISHES = {
    Wish.CANCEL: (Stop.CANCELLED, "It was cancelled"),
    Wish.TIME_UP: (Stop.TIME_UP, "The time was up"),
}


@dataclass(frozen=True, slots=True)
class Terminal:
    """Our end of a pseudo-terminal, and the agent's, which has a name."""

    ours: IO[bytes]
    theirs: IO[bytes]
    name: str

    def alone(self) -> IO[bytes]:
        """Our end, the other one left to the agent: when the last of its processes has closed it,
        there is nothing more to read."""
        self.theirs.close()
        return self.ours

    def close(self) -> None:
        self.theirs.close()
        self.ours.close()


def open_terminal() -> Terminal | None:
    """None where there is none to be had, as on Lambda."""
    try:
        ours, theirs = os.openpty()
    except OSError:
        return None
    termios.tcsetwinsize(theirs, (ROWS, COLUMNS))
    name = os.ttyname(theirs)
    return Terminal(os.fdopen(ours, "rb", buffering=0), os.fdopen(theirs, "wb", buffering=0), name)


def run_terminal(
    job: Job,
    watch: Watch,
    account: Account | None,
    monotonic: Callable[[], float],
    opened: Callable[[], Terminal | None] = open_terminal,
) -> AgentEnd:
    """Run the agent to its end. Raises NotInstalled, ProcessesLeft, and OSError where no process
    can be had."""
    try:
        invocation = invocation_of(job)
    except Unfit as unfit:
        return AgentEnd(Stop.UNFIT, str(unfit))
    terminal = opened()
    try:
        child = _start(job, invocation, account, terminal)
        try:
            output = child.stdout if terminal is None else terminal.alone()
            errors = None if _shared(job, terminal) else child.stderr
            listener = _Listener(job, child, output, errors, watch, monotonic)
            return listener.listen(invocation.stdin)
        finally:
            child.end()
    finally:
        if terminal is not None:
            terminal.close()


def _start(
    job: Job, invocation: Invocation, account: Account | None, terminal: Terminal | None
) -> Child:
    theirs = PIPE if terminal is None else terminal.theirs
    return launch(
        invocation.argv,
        job.worktree,
        environment_for(job.worktree, job.agent.settings, job.environment),
        account,
        stdin=DEVNULL if invocation.stdin is None else PIPE,
        stdout=theirs,
        stderr=theirs if _shared(job, terminal) else PIPE,
        terminal="" if terminal is None else terminal.name,
    )


def _shared(job: Job, terminal: Terminal | None) -> bool:
    """Whether standard error goes to the terminal, too; not where the lines on it are parsed."""
    return terminal is not None and job.agent.output is Output.TEXT


class _Listener:
    def __init__(
        self,
        job: Job,
        child: Child,
        output: IO[bytes],
        errors: IO[bytes] | None,
        watch: Watch,
        monotonic: Callable[[], float],
    ) -> None:
        self._job, self._child, self._watch, self._monotonic = job, child, watch, monotonic
        self._output = output
        self._reading = Reading(job.agent.output, watch.hear)
        self._aside = Aside(self._reading.parser)
        self._asked = AskedToEnd(child.pid, monotonic)
        self._heard_at = self._settled_at = monotonic()
        self._readers = [output] if errors is None else [output, errors]

    def listen(self, told: bytes | None) -> AgentEnd:
        """`told` is what the agent reads; then its input ends, which is what some wait for."""
        stdin = None if told is None else self._child.stdin
        pipes = Pipes(self._readers, stdin, self._child.pid)
        if told:
            pipes.send(told)
        try:
            while (status := self._child.poll()) is None and not self._asked.overdue:
                self._look_up()
                self._take(pipes.receive(TICK))
                if stdin is not None and not pipes.unsent:
                    stdin.close()
            self._take(pipes.rest())
        finally:
            pipes.close()
        self._reading.end()
        return self._end(status)

    def _look_up(self) -> None:
        wish, now = self._watch.wish(), self._monotonic()
        if wish in _WISHES:
            self._asked.ask(*_WISHES[wish])
        elif now - self._heard_at > self._job.stall_seconds:
            silence = f"Nothing was heard of it for {self._job.stall_seconds:.0f} s"
            self._asked.ask(Stop.STALLED, silence)
        elif now - self._settled_at > SETTLES:
            self._reading.settle()
            self._settled_at = now
        self._asked.warn()

    def _take(self, came: Iterable[tuple[IO[bytes], bytes]]) -> None:
        for file, content in came:
            self._heard_at = self._settled_at = self._monotonic()
            if file is self._output:
                self._reading.feed(content)
            elif verdict := self._aside.feed(content):
                self._asked.ask(verdict.stop, verdict.reason)

    def _end(self, status: int | None) -> AgentEnd:
        parser, aside = self._reading.parser, self._aside.last()
        if self._asked.stop is not None:
            return self._told(self._asked.stop, self._asked.reason)
        if not self._reading.said:
            text = aside if self._job.agent.output is Output.TEXT else ""
            self._watch.hear(Said(text or NO_OUTPUT))
        verdict = conclude(parser.verdict, status or 0, aside or self._reading.last)
        return self._told(verdict.stop, verdict.reason)

    def _told(self, stop: Stop, reason: str) -> AgentEnd:
        reason = masked(reason, self._job.environment.values())
        return AgentEnd(stop, reason, self._reading.parser.session)
