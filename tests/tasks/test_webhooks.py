"""Tasks asked for in a chat, through the webhooks as they are put together for deployment."""

import json
from pathlib import Path
from typing import Any, cast

import pytest

from parley.adapters.dynamodb.task_store import open_task_store
from parley.composition.webhooks import Webhooks
from parley.core import saying
from parley.core.message import Sender
from parley.core.reading import Clicked, Reading, Received, Told
from parley.core.tasks.change import ChangeClick, ChangeState, Ruling
from parley.core.tasks.task import TaskOutcome, TaskState
from parley.settings import Settings
from tests.core.tasks.builders import PROJECT, STUB, change
from tests.fakes.dynamodb import InMemoryDynamoDB
from tests.fakes.world import CountingIds, FakeClock, RecordingTelemetry
from tests.gateway.office import Machines, Rented
from tests.protocol import parts
from tests.services.saying import direct
from tests.store.endpoints import create_table

CHANGE = "k3v9q2m8x1c7"
ENVIRONMENT = {
    "PARLEY_TABLE": "conversations",
    "PARLEY_BUCKET": "texts",
    "PARLEY_MACHINE_ARN": "arn:conversations",
    "PARLEY_TASK_MACHINE_ARN": "arn:tasks",
    "PARLEY_NEWS_FUNCTION": "news",
    "PARLEY_NOTICES_FUNCTION": "notices",
}


class Chat:
    """People who write to a deployment. U1 may talk to the agent, and rule on changes."""

    def __init__(self, folder: Path) -> None:
        self.clock = FakeClock()
        self.machines = Machines()
        table = InMemoryDynamoDB()
        create_table(table, "conversations")
        self.store = open_task_store(table, "conversations", now=self.clock.now)
        self.store.registry.put_project(PROJECT)
        self.store.registry.put_agent(STUB)
        document = folder / "configuration.json"
        slack = {"users": ["U1"], "approvers": ["U1"]}
        document.write_text(json.dumps({"channels": {"slack": slack}}))
        services = {"dynamodb": table, "stepfunctions": self.machines, "lambda": self.machines}
        world = Rented(
            Settings.from_env({**ENVIRONMENT, "PARLEY_CONFIGURATION": f"file:{document}"}),
            cast(Any, RecordingTelemetry()),
            cast(Any, self.clock),
            cast(Any, CountingIds()),
            services,
        )
        self.webhooks = Webhooks(world)

    def write(self, text: str, number: int = 1) -> Told:
        return self._told(Received(direct(number, text=text)))

    def press(self, ruling: Ruling, by: str = "U1", of: str = CHANGE) -> Told:
        click = ChangeClick(of, ruling, Sender(by), "T1", direct(1, sender=by).delivery)
        return self._told(Clicked(click))

    def _told(self, reading: Reading) -> Told:
        _, told = parts.receive(self.webhooks, reading)
        assert told is not None
        return told

    def reviewed(self) -> None:
        """A task whose change waits."""
        self.write("/task demo @stub fix it")
        [task] = self.store.tasks.recent(2)
        made = change(id=task.id, created_at=0, expires_at=self.clock.now() + 1)
        outcome = TaskOutcome(TaskState.COMPLETED, "done", snapshot=made.snapshot)
        assert self.store.tasks.end(task, outcome, made, self.clock.now())
        self.change = task.id


@pytest.fixture(name="chat")
def new_chat(tmp_path: Path) -> Chat:
    return Chat(tmp_path)


def test_a_task_is_kept_begun_and_told(chat: Chat) -> None:
    told = chat.write("/task demo @stub fix\nit")
    [task] = chat.store.tasks.recent(2)
    assert (task.prompt, task.state) == ("fix\nit", TaskState.RUNNING)
    assert task.id in told.text
    [started] = chat.machines.started
    assert (started["stateMachineArn"], json.loads(started["input"])["task"]) == (
        "arn:tasks",
        task.id,
    )


def test_a_command_that_is_delivered_again_is_one_task_and_says_nothing(chat: Chat) -> None:
    chat.write("/task demo @stub fix it")
    assert chat.write("/task demo @stub fix it") == Told()
    assert len(chat.store.tasks.recent(2)) == 1


def test_a_task_that_is_asked_for_wrongly_makes_none(chat: Chat) -> None:
    assert chat.write("/task demo").text.startswith("What is to be done?")
    assert not chat.store.tasks.recent(2)


def test_a_waiting_change_is_ruled_on_by_a_button(chat: Chat) -> None:
    chat.reviewed()
    told = chat.press(Ruling.REJECT, of=chat.change)
    assert told.text == "Recorded. ❌ Rejected by U1."
    found = chat.store.changes.get(chat.change)
    assert found is not None
    assert found.state is ChangeState.REJECTED


def test_a_task_that_nobody_works_on_yet_is_cancelled_at_once(chat: Chat) -> None:
    chat.write("/task demo @stub fix it")
    [task] = chat.store.tasks.recent(2)
    assert chat.write(f"/cancel {task.id}", number=2).text == f"🛑 Task `{task.id}` is cancelled."
    [task] = chat.store.tasks.recent(2)
    assert task.state is TaskState.CANCELLED


def test_a_button_does_nothing_for_who_may_not_talk_here(chat: Chat) -> None:
    chat.reviewed()
    assert chat.press(Ruling.APPLY, by="U9", of=chat.change) == Told(saying.STRANGER)


def test_a_button_of_a_change_that_is_forgotten_is_answered(chat: Chat) -> None:
    assert chat.press(Ruling.APPLY) == Told(saying.UNKNOWN_CHANGE)
