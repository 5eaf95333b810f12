"""What a runner and those beside it do, their policies allow: also which keys, and which machine.

The emulators enforce no policies, so a missing permission would first be found in an account.
"""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from parley.core.limits import INLINE_BYTES
from parley.core.tasks.change import Ruling
from parley.core.tasks.heard import Said
from tests.fakes.dynamodb import InMemoryDynamoDB
from tests.protocol.parts import Surroundings
from tests.tasks.simulation import GivenParts, TaskSimulation
from tests.tasks.work import Work, Write
from tests.template.task_play import OPERATIONS, TRANSACTED
from tests.template.test_policies import MANAGED, each, policies_of, statements

MACHINES = {"conversation": "${AWS::StackName}-conversation", "task": "${AWS::StackName}-task"}
FUNCTIONS = {
    "RouteTask": "RouteTaskFunction",
    "RunNative": "RunNativeTaskFunction",
    "RunWorktree": "WorktreeFunction",
    "RecordTask": "RecordTaskFunction",
    "ReviewChange": "ReviewChangeFunction",
    "PublishChange": "PublishFunction",
    "SettleChange": "SettleChangeFunction",
}
Done = defaultdict[str, set[str]]


@dataclass
class Noting:
    """A part whose calls are permissions: of a method, or of all of them."""

    part: Any
    permissions: dict[str, str]
    note: Any

    def __getattr__(self, method: str) -> Any:
        if method in self.permissions:
            self.note(self.permissions[method])
        return getattr(self.part, method)


class Conversations:
    """The conversation machine, which here runs nothing."""

    def start(self, conversation: str, generation: int) -> None:
        return None

    def call_back(self, token: str, directive: object) -> bool:
        return True


@dataclass
class ObservedTasks(TaskSimulation):
    """Notes who asks AWS for what, and a runner's keys."""

    done: Done = field(default_factory=lambda: defaultdict(set))
    keys: Done = field(default_factory=lambda: defaultdict(set))
    actor: str = "WebhooksFunction"

    def __post_init__(self) -> None:
        self.client = InMemoryDynamoDB(before=self._before)
        super().__post_init__()
        self.done.clear()
        self.news.tell = self._tell

    @contextmanager
    def acting(self, actor: str) -> Iterator[None]:
        before, self.actor = self.actor, actor
        try:
            yield
        finally:
            self.actor = before

    def note(self, permission: str) -> None:
        self.done[self.actor].add(permission)

    def _before(self, operation: str, request: Any) -> None:
        if operation in OPERATIONS:
            index = "index/" if "IndexName" in request else ""
            self.note(f"dynamodb:{index}{OPERATIONS[operation]}")
        if self.actor == "WorktreeFunction" and "Key" in request:
            self.keys[operation].add(request["Key"]["pk"]["S"].partition("#")[0])
        if operation == "transact_write_items":
            for action in request["TransactItems"]:
                self.done[self.actor].update(f"dynamodb:{TRANSACTED[kind]}" for kind in action)

    @property
    def parts(self) -> GivenParts:
        given = super().parts
        machine = {
            "start": "states:StartExecution task",
            "call_back": "states:SendTaskSuccess task",
        }
        files = {"get": "s3:GetObject tasks", "put": "s3:PutObject tasks"}
        if self.actor != "WorktreeFunction":
            given.__dict__["depot"] = Noting(given.depot, files, self.note)
        given.__dict__["executions"] = Noting(self.machine, machine, self.note)
        told = {"spread": "lambda:InvokeFunction"}
        given.__dict__["news"] = Noting(self.news, told, self.note)
        return given

    def _world(self) -> Any:
        world: Any = super()._world()
        started = {
            "start": "states:StartExecution conversation",
            "call_back": "states:SendTaskSuccess conversation",
        }
        executions = Noting(Conversations(), started, self.note)
        return Surroundings(
            world.configuration, executions, self.clock, world.ids, self.telemetry
        ).as_world()

    def _functions(self) -> dict[str, Any]:
        def acting(name: str, function: Any) -> Any:
            def run(event: dict[str, Any]) -> Any:
                with self.acting(FUNCTIONS[name]):
                    return function(event)

            return run

        return {name: acting(name, function) for name, function in super()._functions().items()}

    def _tell(self, task: str) -> None:
        with self.acting("ReportTaskFunction"):
            self.steps.reporting.tell(task)

    def sweep(self) -> int:
        with self.acting("SweeperFunction"):
            return super().sweep()


def applied(simulation: ObservedTasks) -> None:
    simulation.ask("demo @stub fix it")
    simulation.settle()
    simulation.rule("t1", Ruling.APPLY)


def revised(simulation: ObservedTasks) -> None:
    simulation.ask("demo @stub fix it")
    simulation.settle()
    simulation.rule("t1", Ruling.REVISE, "and the other one")


def with_a_long_prompt_and_a_session(simulation: ObservedTasks) -> None:
    simulation.ask(f"demo @stub {'long ' * INLINE_BYTES}")
    simulation.settle()
    simulation.ask("demo @stub session=t1 go on")


def one_after_the_other(simulation: ObservedTasks) -> None:
    simulation.at_once = 1
    simulation.agents.script = (Write("a.txt", "half"), Said("Working."), Work(90))
    for _ in range(3):
        simulation.ask("demo @stub fix it")


def cancelled(simulation: ObservedTasks) -> None:
    simulation.agents.script = (Write("a.txt", "half"), Said("Working."), Work(90))
    simulation.clock.after(30_000, lambda: simulation.cancel("t1"))
    simulation.ask("demo @stub fix it")


def impossible(simulation: ObservedTasks) -> None:
    simulation.ask("demo @nobody fix it")


def native(simulation: ObservedTasks) -> None:
    simulation.ask("demo what is new?")
    simulation.settle()
    simulation.cancel("t1")


def dead(simulation: ObservedTasks) -> None:
    simulation.ask("demo @stub fix it")
    simulation.machine.kill_all()
    simulation.sweep_until_quiet()


def not_publishable(simulation: ObservedTasks) -> None:
    def fail(change: str) -> None:
        raise RuntimeError("no forge")

    simulation.published = fail
    applied(simulation)


SCENARIOS = (
    applied,
    revised,
    with_a_long_prompt_and_a_session,
    one_after_the_other,
    cancelled,
    impossible,
    native,
    dead,
    not_publishable,
)


@pytest.fixture(scope="module")
def observed() -> ObservedTasks:
    """All scenarios together."""
    together = ObservedTasks()
    for scenario in SCENARIOS:
        simulation = ObservedTasks()
        scenario(simulation)
        simulation.settle()
        simulation.sweep()
        for actor, actions in simulation.done.items():
            together.done[actor] |= actions
        for operation, keys in simulation.keys.items():
            together.keys[operation] |= keys
    return together


def allowed(function: str) -> set[str]:
    found = set()
    for statement in statements(policies_of(function)):
        actions = statement["Action"]
        for action in [actions] if isinstance(actions, str) else actions:
            found |= set(_qualified(action, str(statement["Resource"])))
    return found


def _qualified(action: str, resource: str) -> Iterator[str]:
    match action.partition(":")[0]:
        case "states":
            yield from (f"{action} {name}" for name, arn in MACHINES.items() if arn in resource)
        case "s3":
            yield f"{action} {'tasks' if '/tasks/' in resource else 'texts'}"
        case "dynamodb" if "/index/" in resource:
            yield action.replace(":", ":index/")
        case _:
            yield action


@pytest.mark.parametrize(
    "function", [*FUNCTIONS.values(), "ReportTaskFunction", "SweeperFunction", "WebhooksFunction"]
)
def test_function_may_do_what_it_does(function: str, observed: ObservedTasks) -> None:
    assert observed.done[function] - allowed(function) == set()


def test_runner_touches_no_other_keys_than_it_may(observed: ObservedTasks) -> None:
    (write, read, _) = MANAGED["RunTasks"]["PolicyDocument"]["Statement"]
    keys = {
        name: {each.partition("#")[0] for each in _leading(statement)}
        for name, statement in (("write", write), ("read", read))
    }
    assert observed.keys["update_item"] <= keys["write"]
    assert observed.keys["get_item"] <= keys["write"] | keys["read"]


def _leading(statement: dict[str, Any]) -> list[str]:
    found: list[str] = statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
    return found


def test_what_a_function_may_not_do_would_be_seen(observed: ObservedTasks) -> None:
    assert "dynamodb:UpdateItem" in observed.done["RecordTaskFunction"]
    assert "states:StartExecution task" in observed.done["WebhooksFunction"]
    assert "lambda:InvokeFunction" in set(each("RecordTaskFunction", "Action"))
