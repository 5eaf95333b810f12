"""A task as a message, and a turn's end as a task's."""

from dataclasses import replace
from typing import Any

import pytest

from parley.core import replies
from parley.core.delivery import Chat, Delivery
from parley.core.message import Message, MessageId, Sender
from parley.core.reply import Part
from parley.core.tasks import native
from parley.core.tasks.task import API, Cost, Requester, TaskState
from parley.core.turn import Outcome, Turn, Usage
from tests.core.tasks.builders import DELIVERY, NOW, task


def ended(outcome: Outcome, text: str = "", reason: str = "", **more: Any) -> Turn:
    """A turn with the reply that the engine composes."""
    notice = more.get("notice", "")
    told = replies.compose(outcome, text, reason, notice)
    made = Turn(
        id="t1",
        conversation="task:t1",
        messages=("M#1",),
        prompt="fix the test",
        delivery=DELIVERY,
        correlation_id="t1",
        created_at=NOW,
        outcome=outcome,
        reply=(Part(told),),
    )
    return replace(made, **more)


def test_a_task_is_one_message_of_its_session() -> None:
    message = native.message_of(task(session="t0"), NOW + 5)
    assert message.conversation == "task:t0"
    assert message.id == MessageId("task", "task", "t0", "t1")
    assert (message.text, message.sender) == ("fix the test", Sender("U1", "Ada"))
    assert (message.sent_at, message.accepted_at) == (NOW, NOW + 5)


def test_its_answer_goes_to_the_chat_as_a_target_of_its_own() -> None:
    delivery = native.message_of(task(), NOW).delivery
    assert replace(delivery, target=DELIVERY.target) == DELIVERY
    assert delivery.target == "task:t1"


def test_a_task_of_no_chat_is_answered_nowhere() -> None:
    asked = task(delivery=None, requester=Requester(API, "script"))
    message = native.message_of(asked, NOW)
    assert message.delivery == Delivery(API, "script", Chat.direct(), "task:t1")
    assert message.sender.id == "script"


def test_somebody_of_another_place_bears_its_name() -> None:
    asked = task(requester=Requester(API, "U1"))
    assert native.message_of(asked, NOW).sender.id == "api:U1"


def test_later_tasks_come_later() -> None:
    positions = [native.message_of(task(created_at=at), NOW).position for at in (9, 10, NOW)]
    assert positions == sorted(positions)


def test_a_tasks_turn_has_its_id_and_a_chats_has_none_of_it() -> None:
    message = native.message_of(task(), NOW)
    chat = replace(message, id=MessageId("slack", "T1", "D1", "1"))
    assert (native.turn_id(message), native.turn_id(chat)) == ("t1", None)
    turn = ended(Outcome.COMPLETED, "Done.")
    assert native.task_of(turn) == "t1"
    assert native.task_of(replace(turn, conversation="slack:dm:U1")) is None
    assert isinstance(message, Message)


@pytest.mark.parametrize(
    ("turn", "state", "summary"),
    [
        (ended(Outcome.COMPLETED, "Done."), TaskState.COMPLETED, "Done."),
        (ended(Outcome.COMPLETED, "⚠️ Careful."), TaskState.COMPLETED, "⚠️ Careful."),
        (
            ended(Outcome.COMPLETED, "Done.", notice=replies.NEW_SESSION),
            TaskState.COMPLETED,
            "Done.",
        ),
        (ended(Outcome.SILENT), TaskState.COMPLETED, replies.NO_TEXT),
        (ended(Outcome.FAILED), TaskState.FAILED, "Inference failed"),
        (ended(Outcome.FAILED, "I began."), TaskState.FAILED, "I began."),
        (ended(Outcome.FAILED, "I began.", "broken"), TaskState.FAILED, "broken"),
        (
            ended(Outcome.FAILED, "⚠️ Careful.", "broken\n\ninside"),
            TaskState.FAILED,
            "broken\n\ninside",
        ),
        (ended(Outcome.EXHAUSTED, "x", replies.EXHAUSTED), TaskState.FAILED, replies.EXHAUSTED),
        (ended(Outcome.EXPIRED, "x", replies.EXPIRED), TaskState.FAILED, replies.EXPIRED),
        (
            ended(Outcome.INTERRUPTED, "x", replies.INTERRUPTED),
            TaskState.FAILED,
            replies.INTERRUPTED,
        ),
        (ended(Outcome.REFUSED, "", replies.TOO_LONG), TaskState.FAILED, replies.TOO_LONG),
        (ended(Outcome.CANCELLED, "Half.", replies.CANCELLED), TaskState.CANCELLED, "Half."),
        (ended(Outcome.CANCELLED, "", replies.CANCELLED), TaskState.CANCELLED, ""),
        (
            ended(Outcome.FAILED, reply=(Part("Another release's words."),)),
            TaskState.FAILED,
            "Another release's words.",
        ),
    ],
)
def test_a_turns_end_is_its_tasks(turn: Turn, state: TaskState, summary: str) -> None:
    outcome = native.outcome_of(turn)
    assert (outcome.state, outcome.summary) == (state, summary)


def test_a_summary_is_not_long() -> None:
    assert len(native.outcome_of(ended(Outcome.COMPLETED, "x" * 9_000)).summary) == 500


@pytest.mark.parametrize(
    ("usage", "cost"),
    [
        (None, None),
        (Usage(), None),
        (Usage(10, 5, 15), Cost(tokens=15)),
        (Usage(10, 5, 0), Cost(tokens=15)),
    ],
)
@pytest.mark.parametrize("outcome", [Outcome.COMPLETED, Outcome.FAILED, Outcome.CANCELLED])
def test_what_is_not_known_of_the_cost_is_not_nothing(
    outcome: Outcome, usage: Usage | None, cost: Cost | None
) -> None:
    assert native.outcome_of(ended(outcome, usage=usage)).cost == cost
