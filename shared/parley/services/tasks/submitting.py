"""Asking for a task: kept once under its id, whoever asks and however often."""

from dataclasses import dataclass

from parley.core.delivery import Delivery
from parley.core.tasks.change import Change
from parley.core.tasks.project import known
from parley.core.tasks.request import BadRequest, TaskRequest
from parley.core.tasks.task import Requester, Task
from parley.errors import ParleyError
from parley.ports import Clock, Registry, Tasks, Telemetry
from parley.services.tasks.dispatching import Dispatching


@dataclass(frozen=True, slots=True)
class Submitting:
    tasks: Tasks
    registry: Registry
    dispatching: Dispatching
    clock: Clock
    telemetry: Telemetry

    def submit(
        self, request: TaskRequest, id: str, requester: Requester, delivery: Delivery | None
    ) -> Task:
        """Keep the task and start it if there is a slot; the task as it stands then. On repeat: the
        first one, which may have another request. Raises BadRequest, with nothing written."""
        if self.tasks.get(id) is None:
            self._create(self._asked_for(request, id, requester, delivery))
        return self._started(id)

    def submit_follow_up(
        self, change: Change, words: str, id: str, requester: Requester, delivery: Delivery | None
    ) -> Task:
        """A task that goes on from a change: in its task's session, on top of what it has. On
        repeat: the first one. Raises BadRequest."""
        if self.tasks.get(id) is None:
            earlier = self._earlier(change.id, change.project)
            self._create(
                Task(
                    id=id,
                    project=change.project,
                    prompt=words,
                    session=earlier.session,
                    requester=requester,
                    delivery=delivery,
                    created_at=self.clock.now(),
                    agent=earlier.chosen_agent,
                    model=earlier.model,
                    mode=earlier.mode,
                    thinking=earlier.thinking,
                    on_top=change.id,
                )
            )
        return self._started(id)

    def _asked_for(
        self, request: TaskRequest, id: str, requester: Requester, delivery: Delivery | None
    ) -> Task:
        if self.registry.project(request.project) is None:
            names = known(self.registry.projects())
            raise BadRequest(f"There is no project `{request.project}`. Projects: {names}")
        session = id
        if request.session:
            session = self._earlier(request.session, request.project).session
        return Task(
            id=id,
            project=request.project,
            prompt=request.prompt,
            session=session,
            requester=requester,
            delivery=delivery,
            created_at=self.clock.now(),
            agent=request.agent,
            model=request.model,
            mode=request.mode,
            thinking=request.thinking,
        )

    def _earlier(self, id: str, project: str) -> Task:
        found = self.tasks.get(id)
        if found is None:
            raise BadRequest(f"There is no task `{id}` whose session could go on")
        if found.project != project:
            raise BadRequest(f"Task `{id}` is of project `{found.project}`, not of `{project}`")
        return found

    def _create(self, task: Task) -> None:
        self.tasks.create(task)
        self.telemetry.event("task_created", task=task.id, project=task.project)
        self.telemetry.count("TasksCreated")

    def _started(self, id: str) -> Task:
        """The task is kept: what keeps it from starting now is found by the sweeper."""
        try:
            self.dispatching.dispatch(id)
        except ParleyError as error:
            self.telemetry.failure("task_not_dispatched", error, task=id)
        task = self.tasks.get(id)
        if task is None:
            raise LookupError(f"task {id} has vanished")
        return task
