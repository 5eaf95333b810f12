"""What happens to messages that come while a turn is open (protocol 30 to 35)."""

from typing import Any

from parley.core.approval import Choice
from parley.core.batch import BatchStatus, ToolCall
from parley.core.turn import Outcome
from parley.errors import RateLimited
from parley.services.intake import ANSWERED
from tests.fakes.agent_runs import Answer, Hold
from tests.protocol import checks
from tests.protocol.simulation import Simulation, inbound
from tests.protocol.test_approvals import ASK, COMMAND, ran, until_asked
from tests.services.stage import Before


def working(mode: str, *steps: Answer | Hold, **configuration: Any) -> Simulation:
    """A run is at work on a first message; it holds until it is finished."""
    simulation = Simulation(busy_mode=mode, **configuration)
    simulation.agent.script(*(steps or (Hold(),)))
    simulation.send(inbound(1, "first"))
    while not simulation.agent.runs:
        assert simulation.turn_the_world()
    return simulation


def finish(simulation: Simulation, *more: Answer | Hold, after: float = 8) -> None:
    simulation.clock.after(after, lambda: simulation.agent.finish("session-1", *more))


def at(simulation: Simulation, seconds: float, number: int, text: str) -> None:
    """A webhook that comes while FollowRun is at work."""
    message = inbound(number, text)
    simulation.clock.after(seconds, lambda: simulation.intake.accept(message, "c"))


def test_a_steering_message_is_read_by_the_run() -> None:
    simulation = working("steer")
    at(simulation, 1, 2, "use the other branch")
    finish(simulation, Answer("Reading."), Answer("As you say."))
    simulation.settle()
    assert len(simulation.agent.runs) == 1
    assert simulation.agent.steered == ["use the other branch"]
    assert simulation.channel.chunks == ["Reading.\n\nAs you say."]
    assert [text for _, text in simulation.channel.told] == [
        "Passed on to the running agent. "
        "If it finishes before it reads this, it is your next message."
    ]
    assert len(simulation.turns()[0].messages) == 2
    checks.at_rest(simulation)


def test_a_text_that_the_run_never_read_becomes_the_next_turn_and_its_sender_is_told() -> None:
    simulation = working("steer", Hold(deaf=True))
    simulation.agent.sessions["session-1"].run.turn = 1  # type: ignore[union-attr]
    at(simulation, 1, 2, "too late")
    dropped = simulation.agent.sessions["session-1"]

    def end() -> None:
        run = dropped.active()
        assert run is not None
        run.texts.clear()  # the last inference has begun: nothing is read any more
        simulation.agent.finish("session-1", Answer("Done."))

    simulation.clock.after(8, end)
    simulation.settle()
    assert [run.prompt for run in simulation.agent.runs] == ["first", "too late"]
    assert simulation.channel.told[-1][1] == (
        "The agent finished before it read this, so it is your next message."
    )
    assert simulation.channel.chunks == ["Done.", "answer to: too late"]
    checks.at_rest(simulation)


def test_of_two_texts_those_that_entered_are_a_prefix() -> None:
    simulation = working("steer")
    at(simulation, 1, 2, "one")
    at(simulation, 5, 3, "two")

    def end() -> None:
        run = simulation.agent.sessions["session-1"].active()
        assert run is not None
        del run.texts[1:]
        simulation.agent.finish("session-1", Answer("Heard one."))

    simulation.clock.after(9, end)
    simulation.settle()
    assert [run.prompt for run in simulation.agent.runs] == ["first", "two"]
    assert len(simulation.turns()[0].messages) == 2


def test_steering_during_an_approval_skips_its_calls() -> None:
    simulation = Simulation(policy=ASK, busy_mode="steer")
    simulation.agent.script(Answer("", (COMMAND,)), Answer("Then not."))
    simulation.send(inbound(1, "deploy"))
    until_asked(simulation)
    simulation.send(inbound(2, "no, wait"))
    late = simulation.click(Choice.ALLOW, delay=20_000)
    simulation.settle()
    assert simulation.agent.steered == ["no, wait"]
    assert ran(simulation) == []
    assert simulation.agent.decisions == {}
    assert simulation.batches()[0].status is BatchStatus.SUPERSEDED
    assert "newer message" in simulation.channel.asked[0].settled[-1]
    assert late.told[0].text.startswith("This was settled before. ⏭️")
    assert len(simulation.agent.runs) == 1
    checks.at_rest(simulation)


def test_an_interrupting_message_stops_the_run_and_is_next() -> None:
    simulation = working("interrupt")
    at(simulation, 3, 2, "do this instead")
    simulation.settle()
    assert simulation.turns()[0].outcome is Outcome.CANCELLED
    assert [run.prompt for run in simulation.agent.runs] == ["first", "do this instead"]
    assert simulation.channel.chunks[-1] == "answer to: do this instead"


def test_an_interrupting_message_ends_the_wait_for_a_person() -> None:
    simulation = Simulation(policy=ASK, busy_mode="interrupt")
    simulation.agent.script(Answer("", (COMMAND,)), Answer("Done."))
    simulation.send(inbound(1, "deploy"))
    until_asked(simulation)
    said = simulation.send(inbound(2, "something else"))
    simulation.settle()
    assert said.told[0].text == "🛑 I am stopping what runs; your message comes next."
    assert ran(simulation) == []
    assert simulation.channel.chunks[-1] == "answer to: something else"


def test_a_rejected_message_is_not_taken_and_a_redelivery_says_so_again() -> None:
    simulation = working("reject")
    told = []

    def twice() -> None:
        for _ in range(2):
            told.append(simulation.intake.accept(inbound(2, "me too"), "c").text)

    simulation.clock.after(2, twice)
    finish(simulation)
    simulation.settle()
    assert len(told) == 2
    assert all("was not taken" in each for each in told)
    assert len(simulation.agent.runs) == 1


def test_a_message_rejected_once_stays_rejected_when_nothing_runs_any_more() -> None:
    simulation = working("reject")
    simulation.clock.after(2, lambda: simulation.intake.accept(inbound(2, "me too"), "c"))
    finish(simulation)
    simulation.settle()
    again = simulation.send(inbound(2, "me too"))
    simulation.settle()
    assert "was not taken" in again.told[0].text
    assert len(simulation.agent.runs) == 1


def test_the_mode_is_the_conversations_own_once_somebody_set_it() -> None:
    simulation = Simulation()
    simulation.send(inbound(1, "/queue reject"))
    simulation.settle()
    simulation.agent.script(Hold())
    simulation.send(inbound(2, "first"), delay=10)
    told = []
    simulation.clock.after(
        5, lambda: told.append(simulation.intake.accept(inbound(3, "second"), "c").text)
    )
    finish(simulation, after=9)
    simulation.settle()
    assert "was not taken" in told[0]


def test_a_follow_up_waits_its_turn() -> None:
    simulation = working("followup")
    at(simulation, 2, 2, "and then")
    finish(simulation)
    simulation.settle()
    assert [run.prompt for run in simulation.agent.runs] == ["first", "and then"]


def test_steering_skips_the_calls_of_a_batch_that_was_allowed_too_late() -> None:
    """A decided approval is posted first; the text then meets a run that goes on."""
    simulation = Simulation(policy=ASK, busy_mode="steer")
    calls = (COMMAND, ToolCall("c2", "stakpak__run_command", {"command": "b"}))
    simulation.agent.script(Answer("", calls), Hold(), Answer("Both."))
    simulation.send(inbound(1, "deploy"))
    until_asked(simulation)
    simulation.click(Choice.ALLOW)
    simulation.clock.after(6, lambda: simulation.intake.accept(inbound(2, "also this"), "c"))
    finish(simulation, after=15)
    simulation.settle()
    assert len(ran(simulation)) == 2
    assert simulation.agent.steered == ["also this"]


def test_a_text_that_comes_just_before_the_calls_is_passed_on_and_nobody_is_asked() -> None:
    """(33) Its webhook found no approval to supersede, and FollowRun had not seen it yet."""
    simulation = Simulation(policy=ASK, busy_mode="steer")
    simulation.agent.script(Hold())
    simulation.send(inbound(1, "first"))

    def say_and_go_on() -> None:
        simulation.intake.accept(inbound(2, "not that one"), "c")
        simulation.agent.finish("session-1", Answer("", (COMMAND,)), Answer("Then not."))

    simulation.clock.after(10.3, say_and_go_on)
    simulation.settle()
    checks.at_rest(simulation)
    assert simulation.agent.steered == ["not that one"]
    assert simulation.channel.asked == []
    assert ran(simulation) == []
    assert simulation.batches()[0].status is BatchStatus.SUPERSEDED
    assert simulation.closed() == []
    assert len(simulation.stepfunctions.by_name) == 1


def test_a_text_whose_webhook_died_before_it_could_supersede_is_passed_on() -> None:
    """(24, 33) Whoever comes back to the open batch looks at the queue too."""
    simulation = Simulation(policy=ASK, busy_mode="steer")
    simulation.agent.script(Answer("", (COMMAND,)), Answer("Then not."))
    simulation.send(inbound(1, "first"))
    until_asked(simulation)
    controls = simulation.store.controls
    simulation.with_store(controls=Before(controls, supersede=lambda *_given: False))
    simulation.intake.accept(inbound(2, "not that one"), "c")
    simulation.with_store(controls=controls)
    [running] = simulation.stepfunctions.by_name.values()
    simulation.stepfunctions.kill(running)
    simulation.settle()
    checks.at_rest(simulation)
    assert simulation.agent.steered == ["not that one"]
    assert "newer message" in simulation.channel.asked[0].settled[-1]
    assert ran(simulation) == []


def test_a_message_does_not_stop_a_turn_whose_answer_is_on_its_way() -> None:
    simulation = Simulation(busy_mode="interrupt")
    simulation.channel.fail(1, RateLimited(60))
    simulation.send(inbound(1, "first"))
    second = simulation.send(inbound(2, "second"), delay=30_000)
    simulation.settle()
    assert second.told == [ANSWERED]
    assert simulation.channel.chunks == ["answer to: first", "answer to: second"]
