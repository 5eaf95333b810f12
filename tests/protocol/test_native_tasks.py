"""Native tasks on the whole path: a message of its session, a run, and an answer to the chat."""

from dataclasses import replace
from typing import Any, cast

import pytest

from parley.adapters.dynamodb.contexts import open_contexts
from parley.core.context import DeliveryContext
from parley.core.limits import HOUR, IDLE_TTL, SECOND
from parley.core.tasks import native
from parley.core.tasks.task import Cost, TaskState
from tests.fakes.agent_runs import Answer, Hold
from tests.protocol import checks
from tests.protocol.native_plays import CONVERSATION, done, expire_everything, until_running
from tests.protocol.native_simulation import SCRIPT, NativeSimulation
from tests.protocol.simulation import inbound


def test_the_answer_goes_to_the_chat_and_its_beginning_to_the_task() -> None:
    text = "I fixed it. " * 100
    simulation = done(Answer(text))
    task = simulation.task()
    assert (task.state, task.summary) == (TaskState.COMPLETED, text.strip()[:500])
    assert task.cost == Cost(tokens=15)
    assert simulation.channel.chunks == [text.strip()]
    assert simulation.channel.posts[0].delivery.meta == {"channel": "D1"}
    checks.at_rest(simulation)


def test_the_session_has_the_tasks_title_and_the_projects_folder() -> None:
    simulation = done(Answer("Done."))
    [session] = simulation.agent.sessions.values()
    assert (session.title, session.folder) == ("Task: fix it", "/srv/demo")


def test_a_chats_session_has_no_folder() -> None:
    simulation = NativeSimulation()
    simulation.send(inbound(1, "hello"))
    simulation.settle()
    [session] = simulation.agent.sessions.values()
    assert session.folder == ""


@pytest.mark.parametrize(("chosen", "used"), [("large", "large"), ("", "small")])
def test_the_model_is_the_tasks_or_else_the_channels(chosen: str, used: str) -> None:
    simulation = NativeSimulation(slack={"model": "small"})
    simulation.ask_for(chosen=chosen)
    simulation.settle()
    [run] = simulation.agent.runs
    assert run.options.model == used


def test_a_task_that_goes_on_is_the_next_turn_of_the_session() -> None:
    simulation = done(Answer("One."))
    simulation.agent.script(Answer("Two."))
    simulation.ask_for("t2", "and now the docs", session="t1")
    simulation.settle()
    assert [run.session for run in simulation.agent.runs] == ["session-1", "session-1"]
    assert [run.prompt for run in simulation.agent.runs] == ["fix it", "and now the docs"]
    assert [simulation.task(id).summary for id in ("t1", "t2")] == ["One.", "Two."]
    assert [turn.id for turn in simulation.turns(CONVERSATION)] == ["t1", "t2"]


def test_a_session_of_long_ago_is_told_in_words() -> None:
    """The conversation expires after a week without a word, and with it the agent's session."""
    simulation = done(Answer("I used a queue."))
    simulation.clock.advance(IDLE_TTL + HOUR)
    expire_everything(simulation, "STATE")
    simulation.ask_for("t2", "now test it", session="t1")
    simulation.settle()
    assert [run.session for run in simulation.agent.runs] == ["session-1", "session-2"]
    told = simulation.agent.runs[1].prompt
    assert "Asked: fix it\n\nCame of it: I used a queue." in told
    assert told.endswith("\n\n---\n\nnow test it")


def test_tasks_of_other_sessions_run_beside_each_other_and_beside_the_chat() -> None:
    simulation = NativeSimulation()
    for _ in range(3):
        simulation.agent.script(Hold(), Answer("Done."))
    simulation.ask_for("t1")
    simulation.ask_for("t2")
    simulation.send(inbound(1, "hello"))
    until_running(simulation, 3)
    for session in list(simulation.agent.sessions):
        simulation.agent.finish(session, Answer("Done."))
    simulation.settle()
    assert len(simulation.agent.sessions) == 3
    assert [simulation.task(id).state for id in ("t1", "t2")] == [TaskState.COMPLETED] * 2
    checks.at_rest(simulation)


def test_two_tasks_of_one_session_are_never_one_prompt() -> None:
    """The store lets the second one wait. If it did not, they were two turns all the same."""
    simulation = NativeSimulation()
    simulation.ask_for("t1", "first")
    second = replace(simulation.task(), id="t2", prompt="second", created_at=2**41, outcome=None)
    simulation.task_store.tasks.create(replace(second, state=TaskState.PENDING))
    simulation.store.inbox.accept(native.message_of(second, 0), "title", simulation.clock.now())
    simulation.settle()
    assert [run.prompt for run in simulation.agent.runs] == ["first", "second"]


def test_what_a_notification_left_in_the_chat_waits_for_a_person() -> None:
    simulation = NativeSimulation()
    now = simulation.clock.now()
    left = DeliveryContext("slack:channel:D1", now - SECOND, now + HOUR, "disk", "failed", "", "")
    contexts = open_contexts(cast(Any, simulation.dynamodb), "conversations")
    contexts.put(left)
    simulation.ask_for()
    simulation.settle()
    assert simulation.agent.runs[0].prompt == "fix it"
    simulation.send(inbound(now + 1, "what happened?"))
    simulation.settle()
    assert "disk" in simulation.agent.runs[1].prompt


def test_nobody_is_shown_a_receipt_for_a_task() -> None:
    simulation = done(Answer("Done."))
    assert simulation.channel.acknowledged == []


def test_a_task_of_the_api_runs_and_its_answer_is_kept() -> None:
    simulation = NativeSimulation()
    simulation.agent.script(Answer("Done."))
    simulation.ask_for(requester=SCRIPT, delivery=None)
    simulation.settle()
    assert simulation.task().summary == "Done."
    assert simulation.channel.posts == []
    [turn] = simulation.turns(CONVERSATION)
    assert [part.text for part in turn.reply] == ["Done."]
    checks.at_rest(simulation)
