"""The simulation with native tasks: beside the conversation machine there is one for tasks, whose
part here is small. It hands a task over, waits for the callback, looks, and records the outcome."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, cast

from parley.adapters.dynamodb.task_store import open_task_store
from parley.adapters.silent import SilentChannel
from parley.composition.native_tasks import NativeTasks
from parley.core.conversation import Conversation
from parley.core.delivery import Chat, Delivery
from parley.core.tasks import names
from parley.core.tasks.choosing import Choice
from parley.core.tasks.project import Project
from parley.core.tasks.task import API, ExecutionPath, Requester, Task
from parley.errors import ParleyError
from parley.ports import Begun, Started, TaskStore
from tests.machine.interpreter import ProcessDied
from tests.protocol.parts import SimulatedTasks
from tests.protocol.points import Action
from tests.protocol.simulation import TABLE, Simulation

PROJECT = Project(id="demo", name="Demo", path="/srv/demo")
CHAT = Delivery("slack", "U1", Chat.direct(), "slack:channel:D1", {"channel": "D1"})
ADA = Requester("slack", "U1", "Ada", "T1")
SCRIPT = Requester(API, "script")


@dataclass
class TaskMachine:
    """`waiting` has the token that a task's execution waits with; None where it is about to go
    on. A task that is not in it is over, and has been."""

    simulation: "NativeSimulation"
    waiting: dict[str, str | None] = field(default_factory=dict)
    deaf: bool = False  # callbacks get lost
    at_work: str | None = None  # whose function runs
    _tokens: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def start(self, task: str, generation: int) -> Started:
        self.waiting[task] = None
        return Started.RUNNING

    def call_back(self, token: str) -> bool:
        for task, waits_with in self.waiting.items():
            if waits_with == token and not self.deaf:
                self.waiting[task] = None
                return True
        return False

    def step(self) -> bool:
        """One state of one execution; False where all of them wait."""
        due = [task for task, token in self.waiting.items() if token is None]
        if not due:
            return False
        self.at_work = due[0]
        try:
            self._run(due[0])
        except (ParleyError, ProcessDied):
            self._retry(due[0])
        finally:
            self.at_work = None
        return True

    def give_up_attempt(self) -> None:
        """The time of the function at work is up, while it is at work still."""
        if self.at_work is not None:
            self._retry(self.at_work)

    def wait_anew(self) -> None:
        """The state that waits is retried: with another token, and without a look before."""
        for task, token in list(self.waiting.items()):
            if token is not None:
                self._wait(task)

    def _retry(self, task: str) -> None:
        """With another token."""
        if task in self.waiting:
            self.waiting[task] = None

    def _run(self, id: str) -> None:
        self._look(id)
        tasks, task = self.simulation.task_store.tasks, self.simulation.task(id)
        if task.outcome is not None:
            tasks.end(task, task.outcome, None, self.simulation.clock.now())
            self.waiting.pop(id, None)
        if id not in self.waiting:
            return  # over, or it was while this was left behind
        self._wait(id)

    def _look(self, id: str) -> None:
        self.simulation.native.ending.look(self.simulation.task(id))

    def _wait(self, id: str) -> None:
        token = f"task-token-{next(self._tokens)}"
        self.waiting[id] = token
        self.simulation.native.run.run(id, token)


class NativeSimulation(Simulation):
    machine_as: type[TaskMachine] = TaskMachine

    def __init__(self, actions: Mapping[int, Action] | None = None, **options: Any) -> None:
        self.asked_for: list[str] = []
        self.machine = self.machine_as(self)
        self.silent = SilentChannel()
        self.tasks_as = cast(Any, self._with_native)
        super().__init__(actions, **options)
        self.task_store.registry.put_project(PROJECT)

    @cached_property
    def task_store(self) -> TaskStore:
        return open_task_store(cast(Any, self.dynamodb), TABLE, now=self.clock.now)

    @property
    def native(self) -> NativeTasks:
        executions = self._watched("task_executions", self.machine)
        return NativeTasks(self._world, self.store, Parts(self.task_store, executions))

    def _with_native(self, world: Any, store: Any, channels: Any, agent: Any) -> SimulatedTasks:
        channels = {**channels, API: self._watched("silent", self.silent)}
        tasks = SimulatedTasks(world, store, channels, agent)
        executions = self._watched("task_executions", self.machine)
        tasks.__dict__["native"] = NativeTasks(world, store, LaterParts(self, executions))
        return tasks

    # What happens from outside.

    def ask_for(self, id: str = "t1", prompt: str = "fix it", **fields: Any) -> Task:
        """A native task of the project is asked for, and begins at once."""
        quiet, self.points = self.points, type(self.points)()
        try:
            given: dict[str, Any] = {"requester": ADA, "delivery": CHAT, "session": id} | fields
            model = given.pop("chosen", "")
            made = Task(id, "demo", prompt, created_at=self.clock.now(), **given)
            task = self.task_store.tasks.create(made)
            choice = Choice(ExecutionPath.NATIVE, model=model)
            begun = self.task_store.tasks.begin(task, choice, 9, 9, self.clock.now())
            assert begun is Begun.BEGUN
            self.asked_for.append(id)
            self.machine.start(id, 1)
            return self.task(id)
        finally:
            self.points = quiet

    def cancel(self, id: str = "t1") -> None:
        """As the use case does it: noted first, then told to whoever works."""
        try:
            task = self.task_store.tasks.cancel(self.task(id), self.clock.now())
            if task.outcome is None and not task.state.over:
                self.native.stopping.stop(task)
        except (ParleyError, ProcessDied):
            return

    def settle_until_asked(self) -> None:
        while not self.channel.asked:
            assert self.turn_the_world()

    def outlive_task(self) -> None:
        self.machine.give_up_attempt()
        super().outlive_task()

    def outlive_execution(self, *, with_event: bool) -> None:
        self.machine.give_up_attempt()
        super().outlive_execution(with_event=with_event)

    def sweep(self) -> None:
        super().sweep()
        for id in list(self.machine.waiting):
            try:
                self.native.ending.look(self.task(id))
            except (ParleyError, ProcessDied):
                continue

    def turn_the_world(self) -> bool:
        return self.machine.step() or super().turn_the_world()

    def _at_rest(self) -> bool:
        return not self.machine.waiting and super()._at_rest()

    # What can be seen afterwards.

    def task(self, id: str = "t1") -> Task:
        def read() -> Task:
            found = self.task_store.tasks.get(id)
            assert found is not None
            return found

        made: Task = self._quietly(read)
        return made

    def states(self) -> list[Conversation]:
        sessions = {self.task(id).session for id in self.asked_for}
        found = [self.state(names.conversation(session)) for session in sorted(sessions)]
        return [*super().states(), *(state for state in found if state is not None)]


@dataclass(frozen=True)
class Parts:
    """What stands for parley.composition.tasks.TaskParts."""

    store: TaskStore
    executions: Any


@dataclass(frozen=True)
class LaterParts:
    simulation: NativeSimulation
    executions: Any

    @property
    def store(self) -> TaskStore:
        return self.simulation.task_store
