"""Tasks in a chat: asked for, listed, cancelled; their changes ruled on, in words or by buttons."""

from dataclasses import replace
from typing import Any

import pytest

from parley.core.commands import Misused, TaskCommand, parse
from parley.core.delivery import Chat, Delivery
from parley.core.message import Address, Attachment, Inbound, MessageId, Sender
from parley.core.reading import Told
from parley.core.tasks.change import ChangeClick, ChangeState, Ruling
from parley.core.tasks.task import Task, TaskState
from parley.services.tasks.commanding import TaskCommanding
from tests.tasks.simulation import TaskSimulation
from tests.tasks.work import Work

HERE = Delivery("slack", "U1", Chat.of_group("C1"), "slack:channel:C1", {"channel": "C1"})
THERE = Delivery("slack", "U2", Chat.direct(), "slack:channel:D2", {"channel": "D2"})


def inbound(text: str, number: int = 1, by: str = "U1", at: Delivery = HERE) -> Inbound:
    said = MessageId("slack", "T1", at.meta["channel"], str(number))
    sender = Sender(by, f"name of {by}")
    return Inbound(said, sender, Address.MENTION, text, at, f"{number:012d}", number)


def commanding(simulation: TaskSimulation) -> TaskCommanding:
    parts = simulation.parts
    return TaskCommanding(
        submitting=parts.submitting,
        cancelling=parts.cancelling,
        ruling=parts.ruling,
        tasks=parts.store.tasks,
        changes=parts.store.changes,
        clock=simulation.clock,
    )


def said(simulation: TaskSimulation, text: str, **message: Any) -> Told:
    command = parse(text, "slack")
    assert isinstance(command, TaskCommand)
    assert not isinstance(command, Misused)
    return commanding(simulation).carry_out(command, inbound(text, **message))


def only_task(simulation: TaskSimulation) -> Task:
    [task] = simulation.store.tasks.recent(10)
    return task


def test_a_task_is_asked_for_and_told_with_all_that_is_needed() -> None:
    simulation = TaskSimulation()
    told = said(simulation, "/task demo @stub model=m fix\n\nthe test")
    task = only_task(simulation)
    assert (task.prompt, task.agent, task.model) == ("fix\n\nthe test", "stub", "m")
    assert (task.requester.channel, task.requester.id, task.requester.installation) == (
        "slack",
        "U1",
        "T1",
    )
    assert task.delivery == HERE
    assert told == Told(
        f"Task `{task.id}` on `demo` has begun, with `stub` (acp). "
        f"`/parley cancel {task.id}` ends it.",
        reply_follows=True,
    )


def test_the_same_message_again_is_the_same_task() -> None:
    simulation = TaskSimulation()
    first, again = (said(simulation, "/task demo @stub fix it") for _ in range(2))
    assert first == again
    said(simulation, "/task demo @stub fix it", number=2)
    assert len(simulation.store.tasks.recent(10)) == 2


def test_a_task_that_waits_knows_its_place() -> None:
    simulation = TaskSimulation(at_once=1)
    for number in (1, 2, 3):
        simulation.clock.advance(10)
        told = said(simulation, "/task demo @stub fix it", number=number)
    assert "waits for a free slot (1 before it)" in told.text
    assert "withdraws it" in told.text


def test_a_task_that_cannot_begin_says_why() -> None:
    told = said(TaskSimulation(), "/task demo @nobody fix it")
    assert "`nobody` is no agent of project `demo`" in told.text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("/task shop fix it", "There is no project `shop`. Projects: `demo`."),
        ("/task demo session=nope fix it", "There is no task `nope` whose session could go on."),
    ],
)
def test_what_is_not_there_is_told(text: str, words: str) -> None:
    simulation = TaskSimulation()
    assert said(simulation, text) == Told(words)
    assert simulation.store.tasks.recent(10) == []


def test_files_that_come_with_it_are_not_used_which_is_told() -> None:
    simulation = TaskSimulation()
    command = parse("/task demo @stub fix it")
    assert isinstance(command, TaskCommand)
    file = Attachment("a.log", "text/plain", 3, "ref")
    message = replace(inbound("/task demo @stub fix it"), attachments=(file,))
    told = commanding(simulation).carry_out(command, message)
    assert told.text.endswith("\nThe files that came with it are not used: a task takes text only.")


def test_tasks_of_others_in_other_chats_are_only_counted() -> None:
    simulation = TaskSimulation(at_once=1)
    said(simulation, "/task demo @stub mine")
    said(simulation, "/task demo @stub theirs", by="U2", at=THERE)
    told = said(simulation, "/tasks", number=2)
    assert "mine" in told.text
    assert "theirs" not in told.text
    assert told.text.endswith("_1 more of other people, in other chats._")
    assert "theirs" in said(simulation, "/tasks", by="U2").text


def test_tasks_of_a_chat_are_for_all_of_it() -> None:
    simulation = TaskSimulation()
    said(simulation, "/task demo @stub ours")
    assert "ours" in said(simulation, "/tasks", by="U3").text


def test_what_waits_for_a_review_is_listed_so() -> None:
    simulation = TaskSimulation()
    said(simulation, "/task demo @stub fix it")
    simulation.settle()
    assert said(simulation, "/tasks").text.startswith("**To be reviewed**\n")


def test_a_waiting_task_is_cancelled_at_once() -> None:
    simulation = TaskSimulation(at_once=1)
    simulation.ask("demo @stub first")
    simulation.ask("demo @stub second")
    assert said(simulation, "/cancel t2") == Told("🛑 Task `t2` is cancelled.")
    assert simulation.task("t2").state is TaskState.CANCELLED


def test_a_running_task_is_ended() -> None:
    simulation = TaskSimulation()
    simulation.agents.script = (Work(60),)
    told: list[Told] = []

    def cancel(call: str) -> None:
        if call == "before agents.run":
            simulation.hook = lambda _call: None
            told.append(said(simulation, "/cancel t1"))

    simulation.hook = cancel
    simulation.ask("demo @stub fix it")
    simulation.settle()
    assert told[0].text == "🛑 Task `t1` is being ended. What it has done so far is kept."
    assert simulation.task().state is TaskState.CANCELLED


def test_what_is_over_cannot_be_cancelled() -> None:
    simulation = TaskSimulation()
    simulation.ask("demo @stub fix it")
    simulation.settle()
    assert said(simulation, "/cancel t1").text == "Task `t1` was over before: completed."
    assert said(simulation, "/cancel t9").text == "I don't know this task."


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("/apply t1", ChangeState.APPROVED),
        ("/reject t1 not so", ChangeState.REJECTED),
        ("/revise t1 also that", ChangeState.SUPERSEDED),
    ],
)
def test_changes_are_ruled_on_in_words(text: str, state: ChangeState) -> None:
    simulation = TaskSimulation()
    simulation.ask("demo @stub fix it")
    simulation.settle()
    assert said(simulation, text).text.startswith("Recorded. ")
    assert simulation.change_state() is state


def test_a_button_rules_on_a_change() -> None:
    simulation = TaskSimulation()
    simulation.ask("demo @stub fix it")
    simulation.settle()
    revise = ChangeClick("t1", Ruling.REVISE, Sender("U1", "Ada"), "T1", HERE)
    assert "What should be different?" in commanding(simulation).click(revise).text
    refused = commanding(simulation).click(replace(revise, actor=Sender("U7")))
    assert refused.text.startswith("You can't decide this.")
    applied = commanding(simulation).click(replace(revise, ruling=Ruling.APPLY))
    assert applied.text == "Recorded. ✅ Approved by Ada, and being published."
