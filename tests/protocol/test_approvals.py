"""A person decides on tool calls, on the whole path (protocol 20 to 29, 36, 37)."""

from typing import Any

import pytest

from parley.core.approval import Choice
from parley.core.batch import BatchStatus, ToolCall
from parley.core.directive import Next
from parley.core.limits import HOUR, STEPS_PER_EXECUTION
from parley.core.policy import ApprovalMode, ToolPolicy
from parley.core.turn import Outcome
from parley.errors import Undeliverable
from tests.fakes.agent_runs import Answer
from tests.protocol import checks
from tests.protocol.simulation import Simulation, inbound
from tests.services.stage import invoke

ASK = ToolPolicy(ApprovalMode.ASK, frozenset({"view"}))
COMMAND = ToolCall("c1", "stakpak__run_command", {"command": "make deploy"})
VIEW = ToolCall("c2", "view", {"path": "README.md"})


def asked(*calls: ToolCall, **configuration: Any) -> Simulation:
    """A message was sent, and its run waits for a person."""
    simulation = Simulation(policy=ASK, **configuration)
    simulation.agent.script(Answer("Let me see.", calls or (COMMAND,)), Answer("Done."))
    simulation.send(inbound(1, "deploy"))
    until_asked(simulation)
    return simulation


def until_asked(simulation: Simulation, prompts: int = 1) -> None:
    while len(simulation.channel.asked) < prompts:
        assert simulation.turn_the_world()


def ran(simulation: Simulation) -> list[str]:
    return [call.name for run in simulation.agent.runs for call in run.ran]


def test_an_allowed_call_runs_and_the_prompt_says_so() -> None:
    simulation = asked()
    assert ran(simulation) == []
    click = simulation.click(Choice.ALLOW)
    simulation.settle()
    assert ran(simulation) == [COMMAND.name]
    assert simulation.channel.chunks == ["Let me see.\n\nDone."]
    assert click.told[0].text.startswith("Recorded. ✅ Allowed by U1")
    prompt = simulation.channel.asked[0]
    assert "make deploy" in prompt.prompt.text
    assert prompt.settled[-1] == "✅ Allowed by U1\n1. `run_command` `make deploy` — ran"
    checks.at_rest(simulation)


def test_a_denied_call_does_not_run_and_the_model_hears_why() -> None:
    simulation = asked()
    simulation.click(Choice.DENY)
    simulation.settle()
    assert ran(simulation) == []
    [verdicts] = simulation.agent.decisions.values()
    assert verdicts[0].reason == "Denied by U1."
    assert simulation.batches()[0].status is BatchStatus.DENIED
    assert simulation.channel.asked[0].settled[-1].endswith("`make deploy` — not run")
    assert simulation.channel.chunks == ["Let me see.\n\nDone."]


LONG = ToolCall("c1", "run_command", {"command": "echo " + "very " * 2_000 + "dangerous"})


def test_what_a_prompt_has_no_room_for_stands_in_a_file_beside_it() -> None:
    simulation = asked(LONG)
    prompt = simulation.channel.asked[0].prompt
    [posted] = simulation.channel.posts
    assert posted.file == f"calls-{prompt.id}.md"
    assert LONG.arguments["command"] in posted.chunk
    assert f"All of it is in_ `{posted.file}`" in prompt.text
    assert len(prompt.text) <= simulation.channel.prompt_size


def test_a_channel_that_takes_no_files_still_asks() -> None:
    simulation = Simulation(policy=ASK)
    simulation.agent.script(Answer("", (LONG,)), Answer("Done."))
    simulation.channel.fail(1, Undeliverable("no files here"))
    simulation.send(inbound(1, "deploy"))
    until_asked(simulation)
    assert "All of it is in" not in simulation.channel.asked[0].prompt.text
    simulation.click(Choice.DENY)
    simulation.settle()
    assert ran(simulation) == []


def test_policys_decisions_and_the_persons_go_in_one_request() -> None:
    simulation = asked(VIEW, COMMAND)
    assert simulation.agent.decisions == {}
    simulation.click(Choice.ALLOW)
    simulation.settle()
    [verdicts] = simulation.agent.decisions.values()
    assert [verdict.ruling for verdict in verdicts] == ["allow", "allow"]
    assert simulation.channel.asked[0].prompt.buttons[0].label == "Allow"


def test_only_those_who_asked_may_decide() -> None:
    simulation = asked()
    click = simulation.click(Choice.ALLOW, by="U2")
    for _ in range(3):
        simulation.turn_the_world()
    assert click.told[0].text == "You can't decide this. Those who can: `U1`."
    assert ran(simulation) == []
    simulation.click(Choice.ALLOW)
    simulation.settle()
    assert ran(simulation) == [COMMAND.name]


def test_listed_approvers_replace_those_who_asked() -> None:
    simulation = asked(slack={"approvers": ["U9"]})
    mine = simulation.click(Choice.ALLOW)
    theirs = simulation.click(Choice.ALLOW, by="U9", delay=10)
    simulation.settle()
    assert mine.told[0].text == "You can't decide this. Those who can: `U9`."
    assert theirs.told[0].text.startswith("Recorded.")
    assert simulation.batches()[0].by == "U9"


def test_a_second_click_reports_the_first_decision() -> None:
    simulation = asked()
    simulation.click(Choice.DENY)
    second = simulation.click(Choice.ALLOW, delay=5_000)
    simulation.settle()
    assert second.told[0].text == "This was settled before. ❌ Denied by U1."
    assert ran(simulation) == []


def test_a_click_can_be_repeated_by_the_platform() -> None:
    simulation = asked()
    simulation.click(Choice.ALLOW)
    simulation.click(Choice.ALLOW)
    simulation.settle()
    assert len(simulation.agent.decisions) == 1
    assert ran(simulation) == [COMMAND.name]


def test_an_expired_prompt_ends_the_turn_and_runs_nothing() -> None:
    simulation = asked(approval_expiry_hours=2)
    simulation.clock.advance(2 * HOUR)
    late = simulation.click(Choice.ALLOW)
    simulation.settle()
    assert ran(simulation) == []
    assert late.told[0].text.startswith("This was settled before. ⏱️ Expired")
    assert simulation.turns()[0].outcome is Outcome.EXPIRED
    assert "Nobody decided in time" in simulation.channel.chunks[0]
    assert "Expired" in simulation.channel.asked[0].settled[-1]
    assert simulation.agent.cancelled


def test_nobody_clicks_and_the_machine_wakes_by_itself() -> None:
    simulation = asked(approval_expiry_hours=2)
    simulation.settle()
    assert simulation.turns()[0].outcome is Outcome.EXPIRED
    assert ran(simulation) == []
    checks.at_rest(simulation)


def test_a_decision_in_words_counts_like_a_click() -> None:
    simulation = asked()
    approval = simulation.channel.asked[0].prompt.id
    said = simulation.send(inbound(2, f"/approve {approval}"))
    simulation.settle()
    assert said.told[0].text.startswith("Recorded. ✅")
    assert ran(simulation) == [COMMAND.name]
    assert len(simulation.agent.runs) == 1


def test_a_denial_in_words_gives_its_reason_to_the_model() -> None:
    simulation = asked()
    approval = simulation.channel.asked[0].prompt.id
    simulation.send(inbound(2, f"!deny {approval} not on a Friday"))
    simulation.settle()
    [verdicts] = simulation.agent.decisions.values()
    assert verdicts[0].reason == "Denied by U1: not on a Friday"


def test_always_allow_counts_from_the_next_batch_on_and_only_here() -> None:
    simulation = asked()
    simulation.click(Choice.ALWAYS)
    simulation.settle()
    again = ToolCall("c9", COMMAND.name, {"command": "make undeploy"})
    simulation.agent.script(Answer("", (again,)), Answer("Undone."))
    simulation.send(inbound(2, "undeploy"))
    simulation.settle()
    assert len(simulation.channel.asked) == 1
    assert [call.id for run in simulation.agent.runs for call in run.ran] == ["c1", "c9"]


def test_new_forgets_what_was_always_allowed() -> None:
    simulation = asked()
    simulation.click(Choice.ALWAYS)
    simulation.settle()
    simulation.clock.advance(1_000)
    simulation.send(inbound(2, "/new"))
    simulation.agent.script(Answer("", (ToolCall("c9", COMMAND.name, {}),)), Answer("Undone."))
    simulation.send(inbound(3, "undeploy"), delay=10)
    until_asked(simulation, prompts=2)
    assert simulation.agent.opened == 2


def test_a_new_message_is_queued_and_its_sender_told() -> None:
    simulation = asked()
    said = simulation.send(inbound(2, "and then?"))
    simulation.turn_the_world()
    assert "your message is none" in said.told[0].text
    assert said.told[0].reply_follows
    simulation.click(Choice.ALLOW)
    simulation.settle()
    assert simulation.channel.chunks[-1] == "answer to: and then?"


def test_a_message_behind_a_decision_is_not_told_to_wait_for_one() -> None:
    simulation = asked()
    simulation.click(Choice.ALLOW)
    said = simulation.send(inbound(2, "and then?"))
    simulation.settle()
    assert said.told[0].text == ""
    assert simulation.channel.chunks[-1] == "answer to: and then?"


def test_a_reason_is_told_as_far_as_it_is_of_use() -> None:
    simulation = asked()
    approval = simulation.channel.asked[0].prompt.id
    simulation.send(inbound(2, f"/deny {approval} {'no ' * 20_000}"))
    simulation.settle()
    [verdicts] = simulation.agent.decisions.values()
    assert len(verdicts[0].reason) < 1_100


def test_a_turn_that_asks_for_ever_continues_as_a_new_execution() -> None:
    simulation = asked()
    assert invoke(simulation, "FollowRun", STEPS_PER_EXECUTION, Next.FOLLOW) == Next.START


def test_stop_ends_a_turn_that_waits_for_a_person() -> None:
    simulation = asked()
    before = simulation.clock.now()
    said = simulation.send(inbound(2, "/stop"))
    late = simulation.click(Choice.ALLOW, delay=5_000)
    simulation.settle()
    assert said.told[0].text == "🛑 Stopping."
    turn = simulation.turns()[0]
    assert turn.outcome is Outcome.CANCELLED
    assert ran(simulation) == []
    assert simulation.channel.posts[0].at - before < 3_000
    assert "Cancelled" in simulation.channel.asked[0].settled[-1]
    assert late.told[0].text.startswith("This was settled before. 🛑 Cancelled")


def test_a_restart_of_the_server_while_somebody_is_asked_is_noticed_and_said() -> None:
    simulation = asked()
    simulation.clock.advance(30_000)
    simulation.agent.restart()
    simulation.settle()
    assert simulation.turns()[0].outcome is Outcome.INTERRUPTED
    assert "restarted" in simulation.channel.chunks[0]
    assert ran(simulation) == []
    assert "Cancelled" in simulation.channel.asked[0].settled[-1]


@pytest.mark.parametrize("choice", [Choice.ALLOW, Choice.DENY])
def test_two_batches_with_the_same_ids_end_the_turn(choice: Choice) -> None:
    simulation = Simulation(policy=ASK)
    simulation.agent.script(Answer("", (COMMAND,)), Answer("", (COMMAND,)), Answer("Done."))
    simulation.send(inbound(1, "deploy"))
    until_asked(simulation)
    simulation.click(choice)
    simulation.settle()
    assert simulation.turns()[0].outcome is Outcome.FAILED
    assert len(simulation.agent.decisions) <= 2
    assert len(ran(simulation)) == (1 if choice is Choice.ALLOW else 0)
