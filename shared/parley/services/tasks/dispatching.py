"""Starting what waits: the oldest first, as slots come free."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from parley.core.configuration import Configuration
from parley.core.tasks.choosing import Choice, Impossible, choose
from parley.core.tasks.project import Project
from parley.core.tasks.task import Task, TaskState
from parley.errors import ExecutionsUnavailable
from parley.ports import Begun, Clock, Registry, Tasks, Telemetry
from parley.ports.work import News, TaskExecutions

# Pending tasks in one go. A request looks at few, since somebody waits for its answer; what is
# behind them is found by the next end and by the sweep.
LOOKED_AT = 500
LOOKED_AT_BY_REQUESTS = 50


@dataclass(frozen=True, slots=True)
class Dispatching:
    tasks: Tasks
    registry: Registry
    executions: TaskExecutions
    news: News
    clock: Clock
    telemetry: Telemetry
    configuration: Callable[[], Configuration]

    def dispatch(self, newest: str = "") -> int:
        """Begin pending tasks, the oldest first, until the stage is full; how many. A task whose
        project is full, or whose session is at work, does not keep others waiting. `newest` is
        looked at last, since the index may not have it yet. Repeats begin nothing twice: called
        after each request, after each task's end, and every minute."""
        begun = 0
        full: set[str] = set()  # projects
        for id in self._waiting(newest):
            task = self.tasks.get(id)
            if task is None or task.state is not TaskState.PENDING or task.project in full:
                continue
            came = self._try(task)
            if came is Begun.STAGE_FULL:
                break
            if came is Begun.PROJECT_FULL:
                full.add(task.project)
            begun += came is Begun.BEGUN
        return begun

    def _waiting(self, newest: str) -> Iterator[str]:
        most = LOOKED_AT_BY_REQUESTS if newest else LOOKED_AT
        for id in islice(self.tasks.pending(), most):
            if id != newest:
                yield id
        if newest:
            yield newest

    def _try(self, task: Task) -> Begun:
        project = self.registry.project(task.project)
        if project is None:
            return self._fail(task, f"Project `{task.project}` is no longer there")
        choice = self._choice(task, project)
        if isinstance(choice, Impossible):
            return self._fail(task, choice.reason)
        limit = self.configuration().tasks_at_once
        begun = self.tasks.begin(task, choice, limit, project.limit, self.clock.now())
        if begun is Begun.BEGUN:
            self.telemetry.event("task_begun", task=task.id, path=choice.path)
            self._start(task.id)
        return begun

    def _choice(self, task: Task, project: Project) -> Choice | Impossible:
        agents = {agent.name: agent for agent in self.registry.agents()}
        session = self.tasks.session(task.session) if task.continues else None
        return choose(task, project, agents, session, self.configuration().manners.model)

    def _start(self, task: str) -> None:
        try:
            self.executions.start(task, 1)
        except ExecutionsUnavailable as error:
            self.telemetry.failure("task_not_started", error, task=task)

    def _fail(self, task: Task, reason: str) -> Begun:
        if self.tasks.fail(task, reason, self.clock.now()):
            self.telemetry.event("task_impossible", task=task.id)
            self.news.spread(task.id)
        return Begun.NOT_PENDING
