"""What cannot work is said in the chat, and nothing is lost by it."""

from collections.abc import Callable

import pytest
from botocore.exceptions import ReadTimeoutError

from parley.core import replies
from parley.core.limits import ATTEMPTS, MINUTE
from parley.errors import (
    AccessRefused,
    AgentRejected,
    ChannelMisconfigured,
    ChannelUnavailable,
    RateLimited,
    Undeliverable,
)
from tests.fakes.agent_runs import Answer, Compact, Die, Fail, Hold, Stop
from tests.protocol import checks
from tests.protocol.simulation import KEY, Simulation, inbound
from tests.protocol.test_crashes import SCENARIOS, Scenario, between_intent_and_count, check

Record = Callable[[str, int], None]


def settled(stage: Callable[[Simulation], None]) -> Simulation:
    simulation = Simulation()
    stage(simulation)
    simulation.send(inbound(1, "hello"))
    simulation.settle()
    checks.at_rest(simulation)
    return simulation


def unreachable(simulation: Simulation) -> None:
    simulation.agent.down = True


def refuses_access(simulation: Simulation) -> None:
    for _ in range(9):
        simulation.agent.fail("open_session", AccessRefused("401"))


def rejects_the_prompt(simulation: Simulation) -> None:
    simulation.agent.fail("start_run", AgentRejected("invalid_context"))


def run_fails(simulation: Simulation) -> None:
    simulation.agent.script(Fail("upstream exploded"))


def run_dies_silently(simulation: Simulation) -> None:
    simulation.agent.script(Answer("so far"), Die())


def loops(simulation: Simulation) -> None:
    simulation.agent.script(Compact(99), Hold())


def exhausted(simulation: Simulation) -> None:
    simulation.agent.script(Answer("much"), Stop())


def says_nothing(simulation: Simulation) -> None:
    simulation.agent.script(Answer(""))


@pytest.mark.parametrize(
    ("stage", "sentence"),
    [
        (unreachable, replies.UNREACHABLE),
        (refuses_access, replies.ACCESS_REFUSED),
        (rejects_the_prompt, "invalid_context"),
        (run_fails, "⚠️ upstream exploded"),
        (run_dies_silently, f"so far\n\n⚠️ {replies.VANISHED}"),
        (loops, replies.LOOPING),
        (exhausted, replies.EXHAUSTED),
        (says_nothing, replies.NO_TEXT),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_a_failure_is_told_in_plain_words(
    stage: Callable[[Simulation], None], sentence: str
) -> None:
    simulation = settled(stage)
    assert sentence in "\n".join(simulation.channel.chunks)
    assert len(simulation.channel.chunks) == 1


def test_an_empty_answer_never_shows_an_older_one() -> None:
    simulation = Simulation()
    simulation.agent.script(Answer("an earlier answer"))
    simulation.send(inbound(1, "first"))
    simulation.settle()
    simulation.agent.script(Answer(""))
    simulation.send(inbound(2, "second"))
    simulation.settle()
    assert simulation.channel.chunks == ["an earlier answer", replies.NO_TEXT]


@pytest.mark.parametrize(
    "error",
    [Undeliverable("channel_not_found"), ChannelMisconfigured("invalid_auth")],
    ids=["channel gone", "wrong token"],
)
def test_an_undeliverable_reply_is_kept_and_the_conversation_goes_on(
    error: Undeliverable | ChannelMisconfigured,
) -> None:
    simulation = Simulation()
    simulation.channel.fail(1, error)
    simulation.send(inbound(1, "hello"))
    simulation.settle()
    checks.at_rest(simulation)
    turns = [item for item in simulation.dynamodb.items("conversations") if "T#" in item["sk"]["S"]]
    assert [item["undelivered"]["S"] for item in turns] == [str(error)]
    assert simulation.telemetry.counts["RepliesUndelivered"] == 1
    simulation.send(inbound(2, "again"))
    simulation.settle()
    assert simulation.channel.chunks == ["answer to: again"]


def test_a_rate_limit_is_waited_out_by_the_machine() -> None:
    simulation = Simulation()
    simulation.channel.fail(1, RateLimited(30))
    simulation.send(inbound(1, "hello"))
    begun = simulation.clock.now()
    simulation.settle()
    assert simulation.channel.chunks == ["answer to: hello"]
    assert simulation.clock.now() - begun >= 30_000


def test_a_platform_with_a_fault_gets_the_reply_when_it_recovers() -> None:
    simulation = Simulation()
    for send in range(1, 8):
        simulation.channel.fail(send, ChannelUnavailable("503"))
    simulation.send(inbound(1, "hello"))
    simulation.settle()
    assert simulation.channel.chunks == ["answer to: hello"]


def test_a_send_without_an_answer_is_repeated_only_after_its_intent_lapsed() -> None:
    simulation = Simulation()
    simulation.channel.post_unheard(1)
    simulation.send(inbound(1, "hello"))
    simulation.settle()
    first, second = simulation.channel.posts
    assert second.at - first.at >= 20_000


def test_a_slow_platform_gets_a_long_reply_over_several_invocations() -> None:
    simulation = Simulation()
    simulation.channel.limit, simulation.channel.duration = 10, 6.0
    simulation.agent.script(Answer("0123456789" * 9))
    simulation.send(inbound(1, "hello"))
    simulation.settle()
    checks.at_rest(simulation)
    assert simulation.channel.chunks == ["0123456789"] * 9
    [execution] = simulation.stepfunctions.by_name.values()
    assert execution.execution.entered.count("DeliverReply") > 1


def test_a_turn_whose_executions_keep_dying_ends_with_a_stated_failure() -> None:
    simulation = Simulation()
    simulation.agent.script(Answer("so far"), Hold())
    simulation.send(inbound(1, "hello"))
    for _ in range(ATTEMPTS):
        while (running := simulation.stepfunctions.next_due()) is None:
            simulation.turn_the_world()
        while running.execution.state != "FollowRun":
            simulation.stepfunctions.step(running)
        simulation.stepfunctions.kill(running)
    simulation.settle()
    checks.at_rest(simulation)
    assert replies.BROKEN in simulation.channel.chunks[-1]
    assert simulation.agent.cancelled == ["run-1"]


def test_a_platform_that_never_answers_is_not_posted_to_for_ever() -> None:
    simulation = Simulation()
    for send in range(1, 99):
        simulation.channel.post_unheard(send)
    simulation.send(inbound(1, "hello"))
    simulation.settle()
    checks.at_rest(simulation)
    assert 2 <= len(simulation.channel.posts) <= 4
    assert simulation.telemetry.counts["RepliesUndelivered"] == 1


def test_a_lost_session_is_replaced_and_the_chat_is_told() -> None:
    simulation = Simulation()
    simulation.send(inbound(1, "first"))
    simulation.settle()
    simulation.agent.lose_session("session-1")
    simulation.send(inbound(2, "second"))
    simulation.settle()
    assert simulation.channel.chunks[1:] == [f"{replies.NEW_SESSION}\n\nanswer to: second"]


def test_the_chat_is_told_once_when_a_foreign_run_keeps_the_agent_busy() -> None:
    simulation = Simulation()
    simulation.send(inbound(1, "first"))
    simulation.settle()
    simulation.agent.start_foreign_run("session-1", "not ours", Hold())
    simulation.clock.after(200, lambda: simulation.agent.finish("session-1"))
    simulation.send(inbound(2, "second"))
    simulation.settle()
    (busy,) = simulation.channel.progress
    assert (busy.texts, busy.replaced) == ([replies.BUSY], True)
    assert simulation.channel.chunks[1:] == ["answer to: second"]


def test_a_notice_that_the_agent_is_busy_is_tried_once() -> None:
    simulation = Simulation()
    simulation.send(inbound(1, "first"))
    simulation.settle()
    simulation.agent.start_foreign_run("session-1", "not ours", Hold())
    simulation.channel.refuse_progress = ChannelUnavailable("503")
    simulation.clock.after(200, lambda: simulation.agent.finish("session-1"))
    simulation.send(inbound(2, "second"))
    simulation.settle()
    assert len(simulation.telemetry.told("notice_not_sent")) == 1
    assert simulation.channel.chunks[1:] == ["answer to: second"]


def test_a_run_that_takes_too_long_is_cancelled_and_said_so() -> None:
    simulation = settled(lambda sim: sim.agent.script(Hold()))
    assert replies.OUT_OF_TIME in simulation.channel.chunks[0]
    assert simulation.agent.cancelled == ["run-1"]


def test_a_message_too_long_for_the_agent_is_refused_with_a_reply() -> None:
    simulation = Simulation()
    simulation.send(inbound(1, "x" * 1_950_000))
    simulation.settle()
    assert replies.TOO_LONG in simulation.channel.chunks[0]
    assert simulation.agent.runs == []


def test_an_execution_that_dies_unnoticed_is_replaced_by_the_sweep() -> None:
    simulation = Simulation()
    simulation.agent.script(Answer("so far"), Hold())
    simulation.send(inbound(1, "hello"))
    simulation.turn_the_world()
    running = simulation.stepfunctions.next_due()
    assert running is not None
    simulation.stepfunctions.step(running)
    running.dead = True
    simulation.clock.after(30, lambda: simulation.agent.finish("session-1"))
    begun = simulation.clock.now()
    simulation.settle()
    assert simulation.channel.chunks == ["so far"]
    assert simulation.clock.now() - begun < 4 * MINUTE


def test_a_stop_is_obeyed_by_its_own_turn_only() -> None:
    simulation = Simulation()
    simulation.agent.script(Hold())
    simulation.send(inbound(1, "hello"))
    table = simulation.dynamodb

    def ask_to_stop() -> None:
        state = simulation.state()
        assert state is not None
        table.update_item(
            TableName="conversations",
            Key={"pk": {"S": f"C#{KEY}"}, "sk": {"S": "STATE"}},
            UpdateExpression="SET #stop = :turn",
            ExpressionAttributeNames={"#stop": "stop"},
            ExpressionAttributeValues={":turn": {"S": state.turn or ""}},
        )

    simulation.clock.after(20, ask_to_stop)
    simulation.settle()
    assert simulation.channel.chunks == [f"⚠️ {replies.CANCELLED}"]
    simulation.send(inbound(2, "next"))
    simulation.settle()
    assert simulation.channel.chunks[1:] == ["answer to: next"]


def lose_answer() -> None:
    raise ReadTimeoutError(endpoint_url="loopback")


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_a_table_whose_answer_gets_lost_loses_and_doubles_nothing(
    scenario: Scenario, record_count: Record
) -> None:
    undisturbed = Simulation()
    scenario.play(undisturbed)
    undisturbed.settle()
    places = undisturbed.points.reached
    data_calls = [at for at, place in enumerate(places) if "_item" in place or "query" in place]
    for index in data_calls:
        simulation = Simulation({index: lose_answer})
        scenario.play(simulation)
        simulation.settle()
        repeats = 1 if between_intent_and_count(places, index) else 0
        try:
            check(simulation, scenario, repeats)
        except AssertionError as error:
            raise AssertionError(
                f"{scenario.name}, at {index} ({places[index]}): {error}"
            ) from error
    record_count(f"lost answer: {scenario.name}", len(data_calls))
