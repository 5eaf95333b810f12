"""Coding tasks played through, with a note of which function asked AWS for what."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from parley.core.commands import TaskCommand, parse
from parley.core.tasks.change import ChangeState
from parley.ports import Started
from tests.fakes.dynamodb import InMemoryDynamoDB
from tests.tasks.machine import TaskMachine
from tests.tasks.simulation import TaskSimulation
from tests.tasks.test_commands_in_chat import commanding, inbound

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
CHAT, REPORT = "WebhooksFunction", "ReportTaskFunction"
INDEX = "index"  # a query that goes to one


class PlayedTasks:
    """`done` is what each function did: actions, and INDEX."""

    def __init__(self) -> None:
        self.actor = "nobody"
        self.done: defaultdict[str, set[str]] = defaultdict(set)
        self.simulation = TaskSimulation(client=InMemoryDynamoDB(before=self._note), at_once=1)
        simulation, tell = self.simulation, self.simulation.news.tell
        simulation.hook = self._heard
        functions = {name: self._as(name, do) for name, do in simulation.machine.functions.items()}
        simulation.machine = NotedMachine(simulation.clock, functions)
        simulation.machine.notes = self.note
        simulation.news.tell = self._acting_as(REPORT, tell)
        self.messages = 0

    def note(self, action: str) -> None:
        self.done[self.actor].add(action)

    def say(self, text: str) -> str:
        self.messages += 1
        command = parse(text, "slack")
        assert isinstance(command, TaskCommand)
        with self.acting(CHAT):
            told = commanding(self.simulation).carry_out(command, inbound(text, self.messages))
        return told.text

    def waiting_change(self) -> str:
        """The newest task's, whose change waits for a review."""
        for task in self.simulation.store.tasks.recent(20):
            if task.change and self.simulation.change_state(task.id) is ChangeState.PENDING:
                return task.id
        raise AssertionError("no change waits")

    @contextmanager
    def acting(self, actor: str) -> Iterator[None]:
        before, self.actor = self.actor, actor
        try:
            yield
        finally:
            self.actor = before

    def _as(self, name: str, do: Callable[..., Any]) -> Callable[..., Any]:
        return self._acting_as(f"{name}Function", do)

    def _acting_as(self, actor: str, do: Callable[..., Any]) -> Callable[..., Any]:
        def invoke(*given: Any) -> Any:
            with self.acting(actor):
                return do(*given)

        return invoke

    def _note(self, operation: str, request: Any) -> None:
        if operation in OPERATIONS:
            self.note(f"dynamodb:{OPERATIONS[operation]}")
            if "IndexName" in request:
                self.note(INDEX)
        if operation == "transact_write_items":
            for action in request["TransactItems"]:
                self.done[self.actor].update(f"dynamodb:{TRANSACTED[kind]}" for kind in action)

    def _heard(self, call: str) -> None:
        if call == "before depot.get":
            self.note("s3:GetObject")
        if call == "before depot.put":
            self.note("s3:PutObject")


class NotedMachine(TaskMachine):
    notes: Callable[[str], None]

    def start(self, task: str, generation: int) -> Started:
        self.notes("states:StartExecution")
        return super().start(task, generation)

    def call_back(self, token: str) -> bool:
        self.notes("states:SendTaskSuccess")
        return super().call_back(token)


def played() -> dict[str, set[str]]:
    """What each function did over tasks that wait, are cancelled, reviewed and gone on with."""
    play = PlayedTasks()
    simulation = play.simulation
    for words in ("first", "second", "third"):
        play.say(f"/task demo @stub {words}")
    play.say("/tasks")
    play.say(f"/cancel {simulation.store.tasks.recent(1)[0].id}")
    simulation.settle()
    play.say(f"/apply {play.waiting_change()}")
    simulation.settle()
    play.say(f"/revise {play.waiting_change()} more of it")
    simulation.settle()
    _revise_and_die(play, play.waiting_change())
    simulation.sweep_until_quiet()
    play.say("/task demo @stub nobody looks at this")
    simulation.machine.run(horizon=9 * 24 * 3_600_000)
    return play.done


def _revise_and_die(play: PlayedTasks, change: str) -> None:
    """SettleChange finds that the task which goes on from it is missing."""
    heard = play.simulation.hook

    def die(call: str) -> None:
        heard(call)
        if call == "before tasks.create":
            raise ConnectionError("the process died")

    play.simulation.hook = die
    try:
        play.say(f"/revise {change} once more")
    except ConnectionError:
        play.simulation.hook = heard
