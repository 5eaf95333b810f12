"""What each function does in a simulation is what its policy allows, and nothing more.

The emulators enforce no policies, so a missing permission would first be found in an account.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, cast

import pytest

from parley.adapters.dynamodb.contexts import open_contexts
from parley.core.approval import Choice
from parley.core.batch import ToolCall
from parley.core.context import DeliveryContext
from parley.core.fence import Fence, Holder
from parley.core.limits import ATTEMPTS, INLINE_BYTES, LEASE, PROMPT_BYTES, STEPS_PER_EXECUTION
from parley.core.policy import ApprovalMode, ToolPolicy
from parley.core.reading import Received
from parley.errors import ExecutionsUnavailable
from tests.fakes.agent_runs import Answer, Hold
from tests.protocol.native_simulation import NativeSimulation, TaskMachine
from tests.protocol.simulation import TABLE, Delivered, inbound
from tests.template.task_play import CHAT, INDEX, played
from tests.template.test_policies import actions_on

LONG = "long " * INLINE_BYTES
OPERATIONS = {
    "get_item": "GetItem",
    "put_item": "PutItem",
    "update_item": "UpdateItem",
    "delete_item": "DeleteItem",
    "query": "Query",
}
TRANSACTED = {
    "ConditionCheck": "ConditionCheckItem",
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
}
CALLS = {
    "texts.get": "s3:GetObject",
    "texts.put": "s3:PutObject",
    "executions.start": "states:StartExecution",
    "executions.call_back": "states:SendTaskSuccess",
    "task_executions.call_back": "states:SendTaskSuccess",
}
ASK = ToolPolicy(ApprovalMode.ASK, frozenset({"view"}))
Task = Callable[[dict[str, Any]], dict[str, Any]]


class ObservedMachine(TaskMachine):
    """The functions of the task machine that have to do with native tasks."""

    def _look(self, id: str) -> None:
        with acting(self.simulation, "RouteTaskFunction"):
            super()._look(id)

    def _wait(self, id: str) -> None:
        with acting(self.simulation, "RunNativeTaskFunction"):
            super()._wait(id)


def acting(simulation: NativeSimulation, actor: str) -> AbstractContextManager[None]:
    assert isinstance(simulation, Observed)
    return simulation.acting(actor)


class Observed(NativeSimulation):
    """Notes who asks AWS for what."""

    machine_as = ObservedMachine

    def __init__(self) -> None:
        self.actor = "nobody"
        self.done: defaultdict[str, set[str]] = defaultdict(set)
        self.broken: Counter[str] = Counter()  # how often a task still fails
        self.deaf_to_webhooks = False  # whether Step Functions is, when they call back
        super().__init__(policy=ASK, busy_mode="steer")

    @contextmanager
    def acting(self, actor: str) -> Iterator[None]:
        """Webhooks come while a task is at work."""
        before, self.actor = self.actor, actor
        try:
            yield
        finally:
            self.actor = before

    def _before_data(self, operation: str, request: Any) -> None:
        if operation in OPERATIONS:
            self.done[self.actor].add(f"dynamodb:{OPERATIONS[operation]}")
        if operation == "transact_write_items":
            kinds = (kind for action in request["TransactItems"] for kind in action)
            self.done[self.actor].update(f"dynamodb:{TRANSACTED[kind]}" for kind in kinds)
        super()._before_data(operation, request)

    def _watched(self, name: str, inner: Any) -> Any:
        return Noting(self, name, super()._watched(name, inner))

    def _tasks(self) -> dict[str, Task]:
        return {name: self._as(name, task) for name, task in super()._tasks().items()}

    def _as(self, name: str, task: Task) -> Task:
        def invoke(event: dict[str, Any]) -> dict[str, Any]:
            with self.acting(f"{name}Function"):
                if self.broken[name]:
                    self.broken[name] -= 1
                    if name == "FollowRun":
                        self._write_partly(event)
                    raise RuntimeError("broken")
                return task(event)

        return invoke

    def _write_partly(self, event: dict[str, Any]) -> None:
        """Some of a long reply, before the task breaks."""
        fence = Fence(event["generation"], event["step"], event["retry"])
        holder, until = Holder(event["conversation"], fence), self.clock.now() + LEASE
        turn = self.store.leases.acquire(holder, until).turn
        assert turn is not None
        self.store.turns.save_progress(holder, turn, 1, LONG, False, until)

    def _deliver(self, delivery: Any) -> None:
        with self.acting("WebhooksFunction"):
            super()._deliver(delivery)

    def sweep(self) -> None:
        with self.acting("SweeperFunction"):
            super().sweep()

    def heed_failures(self) -> None:
        with self.acting("SweeperFunction"):
            super().heed_failures()

    def at(self, seconds: float, number: int, text: str) -> None:
        """A message that comes while the run is at work."""
        delivered = Delivered(Received(inbound(number, text)), 0)
        self.clock.after(seconds, lambda: self._deliver(delivered))


class Noting:
    def __init__(self, simulation: Observed, name: str, inner: Any) -> None:
        self._simulation, self._name, self._inner = simulation, name, inner

    def __getattr__(self, method: str) -> Any:
        permission = CALLS.get(f"{self._name}.{method}")
        if permission:
            self._simulation.done[self._simulation.actor].add(permission)
        webhook = self._simulation.actor == "WebhooksFunction"
        if method == "call_back" and webhook and self._simulation.deaf_to_webhooks:
            raise ExecutionsUnavailable("no answer")
        return getattr(self._inner, method)


def plain(simulation: Observed) -> None:
    simulation.send(inbound(1, "hello"))


def with_long_texts(simulation: Observed) -> None:
    simulation.agent.script(Answer(LONG))
    simulation.send(inbound(1, LONG))


def with_a_text_that_the_agent_refuses(simulation: Observed) -> None:
    simulation.send(inbound(1, "x" * (PROMPT_BYTES + 1)))


def after_a_notification(simulation: Observed) -> None:
    left = DeliveryContext("slack:channel:D1", created_at=0, expires_at=2**53, summary="it failed")
    open_contexts(cast(Any, simulation.dynamodb), TABLE).put(left)
    simulation.send(inbound(1, "what happened?"))


def with_tool_calls(simulation: Observed) -> None:
    simulation.agent.script(Answer("", (ToolCall("c1", "view", {}),)), Answer("done"))
    simulation.send(inbound(1, "look"))


def proposed(simulation: Observed) -> None:
    """A batch is recorded about which somebody is to be asked."""
    command = ToolCall("c1", "run_command", {"command": LONG})
    simulation.agent.script(Answer("", (command,)), Answer("done"))
    simulation.send(inbound(1, "deploy"))
    while not simulation.batches():
        assert simulation.turn_the_world()


def asked(simulation: Observed) -> None:
    proposed(simulation)
    while not simulation.channel.asked:
        assert simulation.turn_the_world()


def with_a_decision(simulation: Observed) -> None:
    asked(simulation)
    simulation.click(Choice.ALWAYS)


def with_a_call_back_that_is_lost(simulation: Observed) -> None:
    simulation.deaf_to_webhooks = True
    asked(simulation)
    simulation.click(Choice.ALLOW)


def with_a_newer_message_instead_of_a_decision(simulation: Observed) -> None:
    asked(simulation)
    simulation.send(inbound(2, "no, wait"))


def with_a_newer_message_before_anybody_is_asked(simulation: Observed) -> None:
    proposed(simulation)
    simulation.at(0, 2, "no, wait")
    simulation.clock.advance(0)


def with_a_failure_while_a_text_is_on_its_way(simulation: Observed) -> None:
    simulation.agent.script(Hold())
    simulation.send(inbound(1, "hello"))
    while not simulation.agent.runs:
        assert simulation.turn_the_world()
    simulation.at(1, 2, "use the other branch")

    def break_it() -> None:
        simulation.broken["FollowRun"] = 4

    simulation.clock.after(60, break_it)


def with_a_broken_follower(simulation: Observed) -> None:
    simulation.broken["FollowRun"] = 4
    simulation.send(inbound(1, "hello"))


def with_a_delivery_that_keeps_failing(simulation: Observed) -> None:
    """Each failure of the task is an attempt and its three retries."""
    simulation.broken["DeliverReply"] = 4 * ATTEMPTS
    simulation.send(inbound(1, "hello"))


def with_a_foreign_run_in_the_session(simulation: Observed) -> None:
    simulation.send(inbound(1, "hello"))
    simulation.settle()
    simulation.agent.start_foreign_run("session-1", "not ours", Hold())
    simulation.clock.after(60, lambda: simulation.agent.finish("session-1"))
    simulation.send(inbound(2, "again"))


def with_a_long_execution(simulation: Observed) -> None:
    simulation.send(inbound(1, "hello"))
    simulation.turn_the_world()
    (running,) = simulation.stepfunctions.by_name.values()
    running.execution.data["step"] = STEPS_PER_EXECUTION


def after_a_death(simulation: Observed) -> None:
    simulation.send(inbound(1, "hello"))
    simulation.turn_the_world()
    for running in simulation.stepfunctions.by_name.values():
        running.dead = True


def with_a_native_task(simulation: Observed) -> None:
    simulation.agent.script(Answer(LONG))
    simulation.ask_for(prompt=LONG)


def with_a_native_task_that_is_cancelled_while_somebody_is_asked(simulation: Observed) -> None:
    command = ToolCall("c1", "run_command", {"command": LONG})
    simulation.agent.script(Answer("", (command,)), Answer("done"))
    simulation.ask_for()
    simulation.settle_until_asked()
    with simulation.acting("GatewayFunction"):
        simulation.cancel()


def with_a_native_task_whose_cancelling_died(simulation: Observed) -> None:
    """RouteTask finds it when the machine is started anew, or else the sweep."""
    command = ToolCall("c1", "run_command", {"command": LONG})
    simulation.agent.script(Answer("", (command,)), Answer("done"))
    simulation.ask_for()
    simulation.settle_until_asked()
    simulation.task_store.tasks.cancel(simulation.task(), simulation.clock.now())
    simulation.machine.start("t1", 2)


def with_a_native_task_whose_callback_is_lost(simulation: Observed) -> None:
    simulation.machine.deaf = True
    simulation.ask_for()
    while simulation.task().outcome is None:
        assert simulation.turn_the_world()
    simulation.machine.deaf = False


SCENARIOS = (
    plain,
    with_long_texts,
    with_a_text_that_the_agent_refuses,
    after_a_notification,
    with_tool_calls,
    with_a_decision,
    with_a_call_back_that_is_lost,
    with_a_newer_message_instead_of_a_decision,
    with_a_newer_message_before_anybody_is_asked,
    with_a_failure_while_a_text_is_on_its_way,
    with_a_broken_follower,
    with_a_delivery_that_keeps_failing,
    with_a_foreign_run_in_the_session,
    with_a_long_execution,
    after_a_death,
    with_a_native_task,
    with_a_native_task_that_is_cancelled_while_somebody_is_asked,
    with_a_native_task_whose_cancelling_died,
    with_a_native_task_whose_callback_is_lost,
)


@pytest.fixture(scope="module")
def done() -> dict[str, set[str]]:
    """What each function asked for, over all scenarios."""
    together: defaultdict[str, set[str]] = defaultdict(set)
    for scenario in SCENARIOS:
        simulation = Observed()
        scenario(simulation)
        simulation.settle()
        for actor, actions in simulation.done.items():
            together[actor] |= actions
    together[CHAT] |= played()[CHAT] - {INDEX}  # commands about coding tasks
    return together


def allowed(function: str) -> Iterator[str]:
    for service in ("dynamodb", "s3", "states"):
        yield from (f"{service}:{action}" for action in actions_on(function, service))


@pytest.mark.parametrize(
    "function",
    [
        "WebhooksFunction",
        "StartTurnFunction",
        "FollowRunFunction",
        "DeliverReplyFunction",
        "AskApprovalFunction",
        "FailTurnFunction",
        "SweeperFunction",
    ],
)
def test_function_may_do_what_it_does_and_nothing_more(
    function: str, done: dict[str, set[str]]
) -> None:
    assert set(allowed(function)) == done[function]


@pytest.mark.parametrize(
    "function", ["GatewayFunction", "RouteTaskFunction", "RunNativeTaskFunction"]
)
def test_function_may_do_what_native_tasks_need_of_it(
    function: str, done: dict[str, set[str]]
) -> None:
    """They do more, which is played elsewhere."""
    assert done[function] - set(allowed(function)) == set()
    assert "states:SendTaskSuccess" in done[function] or function == "RunNativeTaskFunction"
