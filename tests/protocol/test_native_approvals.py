"""Tool calls of native tasks: the requester is asked, and where nobody can be, they are denied."""

from parley.core import replies
from parley.core.approval import Choice
from parley.core.tasks.task import API, Requester, TaskState
from tests.fakes.agent_runs import Answer
from tests.protocol.native_plays import ASK, COMMAND, VIEW
from tests.protocol.native_simulation import SCRIPT, NativeSimulation
from tests.protocol.simulation import inbound


def test_what_somebody_would_have_to_allow_is_denied_where_nobody_can() -> None:
    simulation = NativeSimulation(policy=ASK)
    simulation.agent.script(Answer("", (COMMAND, VIEW)), Answer("I could not."))
    simulation.ask_for(requester=SCRIPT, delivery=None)
    simulation.settle()
    [run] = simulation.agent.runs
    assert [call.name for call in run.ran] == ["view"]
    [verdicts] = simulation.agent.decisions.values()
    assert [(each.call, str(each.ruling)) for each in verdicts] == [("c1", "deny"), ("c2", "allow")]
    assert "nobody can be asked" in verdicts[0].reason
    assert simulation.task().summary == "I could not."


def test_a_tool_call_is_asked_about_in_the_requesters_chat() -> None:
    simulation = NativeSimulation(policy=ASK)
    simulation.agent.script(Answer("", (COMMAND,)), Answer("Deployed."))
    simulation.ask_for()
    simulation.settle_until_asked()
    assert simulation.channel.asked[0].delivery.meta == {"channel": "D1"}
    stranger = simulation.click(Choice.ALLOW, by="U2")
    while not stranger.told:
        simulation.turn_the_world()
    assert "You can't decide this" in stranger.told[0].text
    assert simulation.agent.runs[0].ran == []
    simulation.click(Choice.ALLOW, by="U1")
    simulation.settle()
    assert [call.name for call in simulation.agent.runs[0].ran] == [COMMAND.name]
    assert simulation.task().summary == "Deployed."


def test_a_tool_call_can_be_allowed_in_words() -> None:
    simulation = NativeSimulation(policy=ASK)
    simulation.agent.script(Answer("", (COMMAND,)), Answer("Deployed."))
    simulation.ask_for()
    simulation.settle_until_asked()
    simulation.send(inbound(1, f"/approve {simulation.channel.asked[0].prompt.id}"))
    simulation.settle()
    assert simulation.task().summary == "Deployed."


def test_an_approval_that_nobody_gives_fails_the_task() -> None:
    simulation = NativeSimulation(policy=ASK, approval_expiry_hours=1)
    simulation.agent.script(Answer("", (COMMAND,)), Answer("Deployed."))
    simulation.ask_for()
    simulation.settle()
    task = simulation.task()
    assert (task.state, task.summary) == (TaskState.FAILED, replies.EXPIRED)
    assert simulation.agent.runs[0].ran == []


def test_somebody_of_another_place_with_the_same_id_is_not_the_requester() -> None:
    simulation = NativeSimulation(policy=ASK)
    simulation.agent.script(Answer("", (COMMAND,)))
    simulation.ask_for(requester=Requester(API, "U1"))
    simulation.settle_until_asked()
    clicked = simulation.click(Choice.ALLOW, by="U1")
    while not clicked.told:
        simulation.turn_the_world()
    assert "You can't decide this" in clicked.told[0].text


def test_a_message_in_the_chat_does_not_disturb_a_task_that_waits() -> None:
    simulation = NativeSimulation(policy=ASK, busy_mode="interrupt")
    simulation.agent.script(Answer("", (COMMAND,)), Answer("Deployed."))
    simulation.ask_for()
    simulation.settle_until_asked()
    simulation.send(inbound(1, "hello"))
    while len(simulation.agent.runs) < 2:
        simulation.turn_the_world()
    simulation.click(Choice.ALLOW)
    simulation.settle()
    assert simulation.task().summary == "Deployed."
