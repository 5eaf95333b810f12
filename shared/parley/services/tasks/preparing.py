"""Everything an agent begins with: its worktree, its session, its secrets."""

from dataclasses import dataclass

from parley.core.tasks.coding_agent import CodingAgent
from parley.core.tasks.project import Project
from parley.core.tasks.task import Session, Task
from parley.errors import StoreUnavailable, WorkbenchError
from parley.ports import Changes, Secrets, Tasks, Telemetry
from parley.ports.work import Depot, Homes, Job, Source, Workbench, Worktree
from parley.services.tasks.remembering import remembered

FILE_BYTES = 256_000_000


@dataclass(frozen=True, slots=True)
class Preparing:
    tasks: Tasks
    changes: Changes
    workbench: Workbench
    homes: Homes
    secrets: Secrets
    telemetry: Telemetry

    def job(self, task: Task, project: Project, agent: CodingAgent, depot: Depot) -> Job:
        """Raises WorkbenchError or SecretMissing, whose text is for people; StoreUnavailable and
        SecretUnavailable, after which the task may be begun anew."""
        worktree = self.workbench.prepare(task.id, self._source(task, project, depot))
        session = self.tasks.session(task.session) if task.continues else None
        # Another agent's files may hold its keys, and its session is nothing to this one.
        its_own = session is not None and session.agent == agent.name
        restored = session is not None and its_own and self._restored(worktree, session, depot)
        return Job(
            agent=agent,
            worktree=worktree,
            prompt=task.prompt,
            model=task.chosen_model,
            mode=task.mode,
            thinking=task.thinking,
            resume=session.agent_session if session and restored else "",
            earlier=remembered(self.tasks, session) if session else "",
            environment=self._environment(agent),
        )

    def kept(self, worktree: Worktree, agent: CodingAgent) -> bytes:
        """What the agent keeps for the next task of its session; empty where it keeps nothing."""
        return self.homes.pack(worktree.home, agent.keeps) if agent.keeps else b""

    def _source(self, task: Task, project: Project, depot: Depot) -> Source:
        credential = self.secrets.get(project.credential) if project.credential else ""
        source = Source(
            repository=project.repository,
            branch=project.default_branch,
            credential=credential,
            brings_configuration=project.brings_configuration,
            place=task.session,
        )
        if not task.on_top:
            return source
        change = self.changes.get(task.on_top)
        if change is None:
            raise WorkbenchError("The change that this task goes on from is no longer there")
        try:
            bundle = depot.get(change.snapshot.bundle_key, FILE_BYTES)
        except LookupError:
            raise WorkbenchError("The files of the change it goes on from are gone") from None
        return Source(
            repository=source.repository,
            branch=change.snapshot.base_ref,
            credential=credential,
            base=change.snapshot.base,
            on_top=(bundle, change.snapshot.commit),
            brings_configuration=source.brings_configuration,
            place=source.place,
        )

    def _restored(self, worktree: Worktree, session: Session, depot: Depot) -> bool:
        """Whether the agent finds its session. Where it does not, it is told of it in words."""
        if not session.files:
            return False
        try:
            self.homes.unpack(worktree.home, depot.get(session.files, FILE_BYTES))
        except (LookupError, ValueError, StoreUnavailable) as error:
            self.telemetry.failure("session_not_restored", error, session=session.id)
            return False
        return True

    def _environment(self, agent: CodingAgent) -> dict[str, str]:
        return {name: self.secrets.get(secret) for name, secret in agent.environment.items()}
