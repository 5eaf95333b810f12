"""parley.ports.work.AgentRunner: agents as processes of this machine."""

import os
from collections.abc import Callable

from parley.adapters.agent_process import setting_up
from parley.adapters.agent_process.acp.run import run_acp
from parley.adapters.agent_process.hygiene import adopt_orphans, children, end_all
from parley.adapters.agent_process.process import NotStarted
from parley.adapters.agent_process.terminal import run_terminal
from parley.core.tasks.heard import AgentEnd, Stop
from parley.ports.work import Account, Job, Watch, Worktree


class AgentProcesses:
    """Made before any agent has run: whatever this process has started by then is not an agent's,
    and is spared by `sweep`. `monotonic` counts seconds."""

    def __init__(self, account: Account | None, monotonic: Callable[[], float]) -> None:
        if account is not None and account.uid in (0, os.getuid()):
            raise ValueError("agents have an account of their own, or none")
        adopt_orphans()
        self._account = account
        self._monotonic = monotonic
        self._spared = children()

    def set_up(self, worktree: Worktree, command: str, watch: Watch) -> str:
        try:
            return setting_up.run(worktree, command, watch, self._account, self._monotonic)
        except NotStarted as problem:
            return str(problem)

    def run(self, job: Job, watch: Watch) -> AgentEnd:
        start = run_acp if job.agent.supports_acp else run_terminal
        try:
            return start(job, watch, self._account, self._monotonic)
        except NotStarted as problem:
            return AgentEnd(Stop.FAILED, str(problem))

    def sweep(self) -> None:
        end_all(self._spared, self._account)
