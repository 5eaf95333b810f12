"""Publishing an approved change: a branch, and a pull request of it."""

from dataclasses import dataclass

from parley.core.tasks import names, publishing
from parley.core.tasks.change import Change, ChangeState
from parley.core.tasks.project import Project
from parley.core.tasks.task import Task
from parley.errors import ForgeError, SecretMissing, WorkbenchError
from parley.ports import Changes, Registry, Secrets, Tasks, Telemetry
from parley.ports.work import Depot, Forge, Merged, Publisher, Source

BUNDLE_BYTES = 256_000_000


class Unpublishable(Exception):
    """Nothing that time would mend. The text is for people."""


@dataclass(frozen=True, slots=True)
class PublishChange:
    """Runs no agent, and nothing that one left: what is merged is the bundle's commit, once it is
    the patch that was reviewed."""

    tasks: Tasks
    registry: Registry
    changes: Changes
    depot: Depot
    publisher: Publisher
    forge: Forge
    secrets: Secrets
    telemetry: Telemetry

    def publish(self, id: str) -> None:
        """Bring an approved change to its forge, and note what came of it: applied, conflicted, or
        pending again with the reason. Whatever is not approved is left alone.

        On repeat: a branch that is pushed is not pushed again, a pull request that is open not
        opened again. Raises what may be over soon (a ParleyError that is retryable), with nothing
        noted: whoever gave up repeating it withdraws the change.
        """
        change = self.changes.get(id)
        if change is None or change.state is not ChangeState.APPROVED:
            return
        try:
            self._publish(change)
        except (Unpublishable, WorkbenchError, ForgeError, SecretMissing) as error:
            if getattr(error, "retryable", False):
                raise
            self.telemetry.failure("change_not_published", error, task=id)
            self.changes.withdrawn(id, str(error))

    def _publish(self, change: Change) -> None:
        task, project = self._task(change), self._project(change)
        source = self._source(change, project)
        merged = self._pushed(change, task, source)
        if merged.conflicts:
            self.changes.conflicted(change.id, merged.conflicts)
            self.telemetry.event("change_conflicted", task=change.id, files=len(merged.conflicts))
            return
        url = self._opened(change, task, source, merged)
        self.changes.published(change.id, merged.branch, merged.commit, url)
        self.telemetry.event("change_published", task=change.id, commit=merged.commit)
        self.telemetry.count("ChangesPublished")

    def _task(self, change: Change) -> Task:
        task = self.tasks.get(change.id)
        if task is None:
            raise Unpublishable("The task that made it is no longer there")
        return task

    def _project(self, change: Change) -> Project:
        project = self.registry.project(change.project)
        if project is None:
            raise Unpublishable(f"Project `{change.project}` is no longer there")
        if not project.repository:
            raise Unpublishable(f"Project `{change.project}` has no repository any more")
        if not project.credential:
            raise Unpublishable(
                f"Project `{change.project}` names no credential to push and open requests with"
            )
        return project

    def _source(self, change: Change, project: Project) -> Source:
        """The credential as it is now: one that was renewed a moment ago counts."""
        credential = self.secrets.get(project.credential, fresh=True)
        branch = change.snapshot.base_ref or project.default_branch
        return Source(project.repository, branch, credential)

    def _pushed(self, change: Change, task: Task, source: Source) -> Merged:
        snapshot = change.snapshot
        try:
            bundle = self.depot.get(snapshot.bundle_key, BUNDLE_BYTES)
        except LookupError:
            raise Unpublishable("The files of the change are gone") from None
        return self.publisher.publish(
            source,
            bundle,
            snapshot.commit,
            snapshot.base,
            snapshot.patch_sha256,
            names.branch(change.id),
            publishing.message(change, task),
        )

    def _opened(self, change: Change, task: Task, source: Source, merged: Merged) -> str:
        try:
            return self.forge.open_pull_request(
                source.repository,
                source.credential,
                merged.branch,
                source.branch,
                publishing.title(change, task),
                publishing.body(change, task, moved=merged.moved),
            )
        except ForgeError as error:
            if error.retryable:
                raise
            raise Unpublishable(f"{error}. Its branch `{merged.branch}` is pushed") from error
