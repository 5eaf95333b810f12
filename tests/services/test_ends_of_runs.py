"""Runs that end in unusual ways, and agents that answer in unusual ways."""

from functools import partial

import pytest

from parley.core import replies
from parley.core.batch import ToolCall
from parley.core.conversation import Conversation
from parley.core.directive import Next
from parley.core.events import StopReason
from parley.core.limits import MINUTE
from parley.core.patience import BUSY_PATIENCE
from parley.core.session import Role, Spoken
from parley.errors import (
    AccessRefused,
    AgentError,
    AgentUnreachable,
    ChannelError,
    ChannelUnavailable,
    KeyReused,
    RateLimited,
    RunGone,
    SendUncertain,
    SessionGone,
)
from tests.fakes.agent_runs import Answer, Die, Fail, Hold, Step, Stop
from tests.protocol import checks
from tests.protocol.simulation import Simulation, inbound
from tests.protocol.test_stops import ask_to_stop
from tests.services.stage import Before, invoke, sent, started

CALLS = (ToolCall("c1", "view", {"path": "a"}),)


def settled(simulation: Simulation) -> list[str]:
    """What the chat reads in the end."""
    simulation.settle()
    checks.at_rest(simulation)
    return simulation.channel.chunks


@pytest.mark.parametrize(
    ("end", "reply"),
    [
        (Stop(StopReason.ERROR), f"so far\n\n⚠️ {replies.GENERIC_FAILURE}"),
        (Stop(StopReason.CANCELLED), f"so far\n\n⚠️ {replies.CANCELLED}"),
        (Fail(""), f"so far\n\n⚠️ {replies.GENERIC_FAILURE}"),
    ],
    ids=["completed with an error", "cancelled by somebody else", "failed without a reason"],
)
def test_ends_that_say_little(end: Step, reply: str) -> None:
    assert settled(sent(Answer("so far"), end)) == [reply]


@pytest.mark.parametrize("end", [Fail("aborted"), Die(), Stop(StopReason.ERROR)])
def test_whatever_end_follows_a_stop_the_turn_is_cancelled(end: Step) -> None:
    simulation = started(Hold(deaf=True))
    simulation.clock.after(10, lambda: ask_to_stop(simulation))
    simulation.clock.after(20, lambda: simulation.agent.finish("session-1", end))
    # The agent in memory ends a cancelled run by itself; this one fails before it gets there.
    simulation.agent.runs[0].steps.clear()
    simulation.clock.after(19, lambda: setattr(simulation.agent.runs[0], "cancelled", False))
    assert settled(simulation) == [f"⚠️ {replies.CANCELLED}"]


def test_a_stop_that_finds_the_run_just_ended_leaves_the_answer() -> None:
    simulation = started(Hold())
    simulation.agent.fail("cancel", RunGone("just ended"))
    simulation.clock.after(10, lambda: ask_to_stop(simulation))
    simulation.clock.after(20, lambda: simulation.agent.finish("session-1", Answer("the answer")))
    assert settled(simulation) == ["the answer"]


def test_a_stop_whose_cancel_does_not_get_through_is_tried_again() -> None:
    simulation = started(Hold())
    simulation.agent.fail("cancel", AgentUnreachable("no connection"))
    simulation.clock.after(10, lambda: ask_to_stop(simulation))
    simulation.clock.after(20, lambda: simulation.agent.finish("session-1", Answer("the answer")))
    assert settled(simulation) == [f"⚠️ {replies.CANCELLED}"]


@pytest.mark.parametrize(
    ("idle_lag", "history_lag", "reply"),
    [
        (0, 0, "one\n\ntwo"),
        (1_500, 1_000, "one\n\ntwo"),
        (60_000, 3_000, "one\n\ntwo"),
        (60_000, 60_000, "two"),
    ],
    ids=["at once", "a little later", "idle much later", "never in time"],
)
def test_the_history_is_asked_when_the_session_has_saved_it(
    idle_lag: int, history_lag: int, reply: str
) -> None:
    simulation = started(Answer("one"), Hold())
    simulation.agent.idle_lag, simulation.agent.history_lag = idle_lag, history_lag
    simulation.agent.sessions["session-1"].history.pop()  # "one" is not saved yet either
    simulation.agent.lose_events("session-1", up_to=4)
    simulation.clock.after(20, lambda: _finish(simulation, history_lag))
    assert settled(simulation) == [reply]


def _finish(simulation: Simulation, history_lag: int) -> None:
    shown = simulation.clock.now() + history_lag
    simulation.agent.sessions["session-1"].history.append((shown, Spoken(Role.ASSISTANT, "one")))
    simulation.agent.finish("session-1", Answer("two"))


@pytest.mark.parametrize(
    ("error", "after"),
    [(KeyReused("decided before"), True), (RunGone("just moving on"), False)],
    ids=["decided under this key before", "the run is not there for a moment"],
)
def test_a_decision_that_is_refused(error: AgentError, after: bool) -> None:
    simulation = sent(Answer("", CALLS), Answer("done"))
    simulation.agent.fail("decide", error, after=after)
    assert settled(simulation) == ["done"]
    assert len(simulation.agent.decisions) == 1


def test_a_session_that_is_gone_under_the_run_ends_the_turn() -> None:
    simulation = started(Answer("so far"), Hold())
    simulation.agent.fail("session", SessionGone("no such session"))
    assert settled(simulation) == ["so far\n\n⚠️ no such session"]


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (AgentUnreachable("no connection"), replies.LOST_CONTACT),
        (AccessRefused("401"), replies.ACCESS_LOST),
    ],
)
def test_an_agent_that_is_lost_for_good_is_given_up(error: AgentError, reason: str) -> None:
    simulation = started(Answer("so far"), Hold())
    for _ in range(99):
        simulation.agent.fail("next", error)
    assert settled(simulation) == [f"⚠️ {reason}"]


def test_an_agent_that_comes_back_is_followed_on() -> None:
    simulation = started(Answer("the answer"))
    for _ in range(3):
        simulation.agent.fail("events", AccessRefused("401"))
    assert settled(simulation) == ["the answer"]


@pytest.mark.parametrize(
    ("end", "reply"),
    [
        (Answer("the answer"), "the answer"),
        (Die(), f"⚠️ {replies.INTERRUPTED}"),
    ],
    ids=["still at work", "dead already"],
)
def test_a_run_of_which_only_the_new_boot_knows_is_never_started_again(
    end: Step, reply: str
) -> None:
    """The server restarts between the mark and the POST, whose answer is then lost too."""
    simulation = sent(*((end,) if isinstance(end, Die) else (Hold(), end)))

    def restart_once(call: str) -> None:
        if call == "start_run" and not simulation.agent.boots:
            simulation.clock.advance(10_000)
            simulation.agent.restart()

    simulation.agent.before = restart_once
    simulation.agent.fail("start_run", after=True)
    simulation.clock.after(40, lambda: _finish_if_any(simulation))
    assert settled(simulation) == [reply]
    assert simulation.agent.runs_of("hello") == 1


def _finish_if_any(simulation: Simulation) -> None:
    if simulation.agent.sessions["session-1"].active():
        simulation.agent.finish("session-1")


def test_a_session_that_stays_busy_for_hours_is_given_up() -> None:
    simulation = sent()
    simulation.settle()
    simulation.agent.start_foreign_run("session-1", "not ours", Hold())
    simulation.send(inbound(2, "second"))
    begun = simulation.clock.now()
    assert settled(simulation)[1:] == [f"⚠️ {replies.BUSY_TOO_LONG}"]
    assert 0 <= simulation.clock.now() - begun - BUSY_PATIENCE < 2 * MINUTE


@pytest.mark.parametrize("error", [RateLimited(7), SendUncertain("no answer")])
def test_a_turn_that_waited_long_has_all_the_patience_for_its_reply(error: ChannelError) -> None:
    simulation = sent()
    simulation.settle()
    simulation.agent.start_foreign_run("session-1", "not ours", Hold())
    simulation.send(inbound(2, "second"))
    simulation.channel.fail(2, error)  # after the first reply
    assert settled(simulation)[1:] == [f"⚠️ {replies.BUSY_TOO_LONG}"]


def test_the_notice_that_the_agent_is_busy_is_left_to_whoever_noted_it_first() -> None:
    simulation = sent()
    simulation.settle()
    turns = simulation.store.turns

    def noted_by_another(*given: object) -> bool:
        turns.record_told(*given)  # type: ignore[arg-type]
        return turns.record_told(*given)  # type: ignore[arg-type]

    simulation.with_store(turns=Before(turns, record_told=noted_by_another))
    simulation.agent.start_foreign_run("session-1", "not ours", Hold())
    simulation.clock.after(200, lambda: simulation.agent.finish("session-1"))
    simulation.send(inbound(2, "second"))
    assert settled(simulation)[1:] == ["answer to: second"]
    assert simulation.channel.progress == []


def test_a_task_out_of_order_hands_back_to_the_start() -> None:
    simulation = sent()
    simulation.turn_the_world()  # accepted, not claimed
    assert invoke(simulation, "FollowRun", 1, Next.FOLLOW) == Next.START
    simulation.agent.fail("start_run")
    assert invoke(simulation, "StartTurn", 2, Next.START) == Next.WAIT
    assert invoke(simulation, "FollowRun", 3, Next.FOLLOW) == Next.START
    assert invoke(simulation, "DeliverReply", 4, Next.DELIVER) == Next.START
    assert invoke(simulation, "StartTurn", 5, Next.START) == Next.FOLLOW
    assert invoke(simulation, "FollowRun", 6, Next.FOLLOW) == Next.DELIVER
    assert invoke(simulation, "FollowRun", 7, Next.FOLLOW) == Next.DELIVER
    assert invoke(simulation, "DeliverReply", 8, Next.DELIVER) == Next.DONE
    assert simulation.channel.chunks == ["answer to: hello"]


def test_a_state_that_cannot_be_seen_for_a_moment_does_not_end_the_watch() -> None:
    simulation = Simulation()
    inbox, unseen = simulation.store.inbox, [True]

    def read(conversation: str) -> Conversation | None:
        follows = simulation.agent.runs and unseen
        return None if follows else inbox.read(conversation)

    simulation.with_store(inbox=Before(inbox, read=read))
    simulation.agent.script(Hold())
    simulation.send(inbound(1, "hello"))
    simulation.clock.after(10, lambda: simulation.agent.finish("session-1", Answer("the answer")))
    simulation.clock.after(10, unseen.clear)
    assert settled(simulation) == ["the answer"]


@pytest.mark.parametrize("error", [None, ChannelUnavailable("503")], ids=["shown", "refused"])
def test_messages_that_come_during_a_run_get_their_receipts_then(
    error: ChannelError | None,
) -> None:
    simulation = started(Hold())
    simulation.channel.refuse_acknowledgement = error
    for number, text in [(2, "second"), (3, "third")]:
        message = inbound(number, text)
        simulation.clock.after(9 + number, partial(simulation.intake.accept, message, "c"))
    shown: list[str] = []

    def finish() -> None:
        shown.extend(message.text for message in simulation.channel.acknowledged)
        simulation.agent.finish("session-1", Answer("one"))

    simulation.clock.after(20, finish)
    assert settled(simulation) == ["one", "answer to: second\n\nthird"]
    assert shown == ["hello"] + ([] if error else ["second", "third"])
