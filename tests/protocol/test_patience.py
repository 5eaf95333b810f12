"""Each kind of waiting has its own patience, and nothing waits or tries for ever."""

import itertools

import pytest

from parley.core import replies
from parley.core.approval import Choice
from parley.core.batch import ToolCall
from parley.core.limits import ATTEMPTS, HOUR, MINUTE
from parley.core.turn import Outcome
from parley.errors import (
    AccessRefused,
    AgentUnreachable,
    ChannelError,
    ChannelUnavailable,
    ParleyError,
    RateLimited,
    SendUncertain,
    SessionBusy,
    SessionGone,
    StoreUnavailable,
)
from tests.fakes.agent_runs import Answer, Hold
from tests.protocol import checks
from tests.protocol.simulation import Simulation, inbound
from tests.protocol.test_approvals import ASK, COMMAND, ran
from tests.protocol.test_stops import ask_to_stop

VIEW = ToolCall("c1", "stakpak__view", {})


def for_an_hour(simulation: Simulation) -> None:
    end = simulation.clock.now() + HOUR
    while simulation.clock.now() < end and simulation.turn_the_world():
        continue


def test_cuts_of_the_stream_long_after_each_other_do_not_end_a_run() -> None:
    simulation = Simulation()
    simulation.agent.script(Answer("part one"), Hold())
    for seconds in (30, 330):
        simulation.clock.after(seconds, lambda: simulation.agent.fail("next"))
    simulation.clock.after(
        600, lambda: simulation.agent.finish("session-1", Answer("the real answer"))
    )
    simulation.send(inbound(1, "hello"))
    simulation.settle()
    assert simulation.channel.chunks == ["part one\n\nthe real answer"]


def test_an_agent_that_cannot_be_spoken_to_at_all_does_not_keep_a_turn_from_ending() -> None:
    class Unreadable(ParleyError):
        pass

    simulation = Simulation()
    simulation.agent.script(Answer("so far"), Hold())

    def broken(_call: str) -> None:
        raise Unreadable

    simulation.clock.after(20, lambda: setattr(simulation.agent, "before", broken))
    simulation.send(inbound(1, "hello"))
    for_an_hour(simulation)
    assert replies.BROKEN in simulation.channel.chunks[-1]
    checks.at_rest(simulation)


def test_a_server_that_loses_every_session_is_given_up() -> None:
    simulation = Simulation()

    def gone(call: str) -> None:
        if call == "history_length":
            raise SessionGone("not_found")

    simulation.agent.before = gone
    simulation.send(inbound(1, "hello"))
    for_an_hour(simulation)
    checks.at_rest(simulation)
    assert replies.SESSIONS_LOST in simulation.channel.chunks[0]
    assert simulation.agent.opened < 20


def test_a_rate_limit_before_does_not_use_up_the_patience_for_a_later_chunk() -> None:
    simulation = Simulation()
    simulation.agent.script(Answer("a" * 9_000))
    simulation.channel.fail(1, RateLimited(61))
    simulation.channel.fail(3, SendUncertain("read timeout"))
    simulation.send(inbound(1, "hello"))
    simulation.settle()
    assert "".join(simulation.channel.chunks) == "a" * 9_000


def test_a_busy_session_before_does_not_use_up_the_patience_for_the_server() -> None:
    simulation = Simulation()
    simulation.send(inbound(1, "first"))
    simulation.settle()
    simulation.agent.start_foreign_run("session-1", "foreign", Hold())

    def finish_then_lose_an_answer() -> None:
        simulation.agent.finish("session-1")
        simulation.agent.fail("start_run", after=True)

    simulation.clock.after(180, finish_then_lose_an_answer)
    simulation.agent.script(Answer("the answer"))
    simulation.send(inbound(2, "second"))
    simulation.settle()
    assert simulation.channel.chunks[-1] == "the answer"
    assert simulation.agent.runs_of("second") == 1


def test_a_run_that_dies_with_its_batch_undecided_is_noticed_soon() -> None:
    simulation = Simulation()
    simulation.agent.script(Answer("so far", (VIEW,)))
    polls: list[str] = []

    def die_at_the_first_look(call: str) -> None:
        if call == "proposed":
            polls.append(call)
            if len(polls) == 1:
                simulation.agent.sessions["session-1"].run = None
                simulation.agent.sessions["session-1"].failed = True

    simulation.agent.before = die_at_the_first_look
    simulation.send(inbound(1, "hello"))
    begun = simulation.clock.now()
    simulation.settle()
    assert replies.VANISHED in simulation.channel.chunks[0]
    assert simulation.clock.now() - begun < MINUTE


def test_deaths_far_apart_do_not_add_up() -> None:
    simulation = Simulation()
    simulation.agent.script(Answer("part"), Hold())
    deaths = [simulation.clock.now() + hour * HOUR // 2 for hour in range(1, ATTEMPTS + 3)]

    def die_when_due(call: str) -> None:
        if call == "next" and deaths and simulation.clock.now() >= deaths[0]:
            deaths.pop(0)
            simulation.die()

    simulation.agent.before = die_when_due
    simulation.clock.after(
        5 * 3600, lambda: simulation.agent.finish("session-1", Answer("the real answer"))
    )
    simulation.send(inbound(1, "hello"))
    simulation.settle()
    assert deaths == []
    assert simulation.channel.chunks == ["part\n\nthe real answer"]


def test_failures_in_a_row_leave_the_start_to_the_sweep() -> None:
    """A failure that stays costs an execution a minute at most, not one after the other."""
    simulation = Simulation()
    simulation.agent.script(Answer("so far"), Hold())
    simulation.send(inbound(1, "hello"))
    texts = simulation.store.turns

    class Unreadable:
        def __getattr__(self, name: str) -> object:
            return getattr(texts, name)

        def get(self, _conversation: str, _turn: str) -> object:
            raise RuntimeError("unreadable")

    simulation.with_store(turns=Unreadable())
    for_an_hour(simulation)
    assert len(simulation.stepfunctions.by_name) <= 70
    assert len(simulation.agent.runs) == 1


def test_faults_that_take_turns_end_the_sending_too() -> None:
    simulation = Simulation()
    for send in range(1, 999, 2):
        simulation.channel.post_unheard(send)
        simulation.channel.fail(send + 1, ChannelUnavailable("503"))
    simulation.send(inbound(1, "hello"))
    for_an_hour(simulation)
    checks.at_rest(simulation)
    assert len(simulation.channel.posts) <= 4
    assert simulation.telemetry.counts["RepliesUndelivered"] == 1


def test_faults_of_the_agent_that_take_turns_end_the_waiting_too() -> None:
    simulation = Simulation()
    simulation.send(inbound(1, "first"))
    simulation.settle()
    calls = itertools.count()

    def fault(call: str) -> None:
        if call == "start_run":
            raise (SessionBusy("409"), AgentUnreachable("502"))[next(calls) % 2]

    simulation.agent.before = fault
    simulation.send(inbound(2, "second"))
    begun = simulation.clock.now()
    for_an_hour(simulation)
    checks.at_rest(simulation)
    assert simulation.clock.now() - begun < HOUR // 2
    assert next(calls) < 40


def test_failures_before_a_claim_do_not_count_against_the_turn() -> None:
    simulation = Simulation()
    turns = simulation.store.turns

    class Contended:
        def __getattr__(self, name: str) -> object:
            return getattr(turns, name)

        def queued(self, conversation: str) -> object:
            if simulation.clock.now() < until:
                raise StoreUnavailable("contended")
            return turns.queued(conversation)

    until = simulation.clock.now() + 3 * MINUTE
    simulation.with_store(turns=Contended())
    simulation.send(inbound(1, "hello"))
    simulation.settle()
    assert simulation.channel.chunks == ["answer to: hello"]


def test_a_stop_before_the_run_is_posted_posts_none() -> None:
    simulation = Simulation()
    simulation.send(inbound(1, "first"))
    simulation.settle()
    simulation.agent.start_foreign_run("session-1", "not ours", Hold())
    simulation.clock.after(60, lambda: simulation.agent.finish("session-1"))
    simulation.send(inbound(2, "second"))
    simulation.clock.after(10, lambda: ask_to_stop(simulation))
    simulation.settle()
    assert simulation.agent.runs_of("second") == 0
    assert simulation.channel.chunks[-1] == f"⚠️ {replies.CANCELLED}"


def test_a_stream_that_is_cut_again_and_again_while_text_flows_is_no_lost_contact() -> None:
    simulation = Simulation()
    steps = [step for n in range(40) for step in (Answer(f"part {n}"), Hold())]
    simulation.agent.script(*steps)

    def flow_then_cut() -> None:
        session = simulation.agent.sessions["session-1"]
        if session.active() is not None:
            simulation.agent.finish("session-1")
            simulation.clock.after(1, lambda: simulation.agent.fail("next"))
            simulation.clock.after(8, flow_then_cut)

    simulation.clock.after(8, flow_then_cut)
    simulation.send(inbound(1, "hello"))
    simulation.settle()
    assert "part 39" in simulation.channel.chunks[-1]
    assert replies.LOST_CONTACT not in "".join(simulation.channel.chunks)


def test_a_refused_token_after_an_uncertain_post_does_not_deny_the_run() -> None:
    simulation = Simulation()
    simulation.agent.fail("start_run", after=True)
    simulation.agent.fail("start_run", AccessRefused("401"))
    simulation.send(inbound(1, "hello"))
    simulation.settle()
    assert replies.ACCESS_LOST in simulation.channel.chunks[0]


@pytest.mark.parametrize(
    ("error", "patience"),
    [
        (RateLimited(7), HOUR),
        (ChannelUnavailable("503"), HOUR),
        (SendUncertain("read timeout"), MINUTE),
    ],
    ids=lambda given: type(given).__name__,
)
def test_a_question_that_can_never_be_posted_ends_the_turn(
    error: ChannelError, patience: int
) -> None:
    simulation = Simulation(policy=ASK)
    simulation.agent.script(Answer("", (COMMAND,)))
    simulation.channel.refuse_prompts = [error] * 2_000
    simulation.send(inbound(1, "deploy"))
    begun = simulation.clock.now()
    simulation.settle()
    assert patience <= simulation.clock.now() - begun < patience + 10 * MINUTE
    assert simulation.turns()[0].outcome is Outcome.FAILED
    assert replies.CANNOT_ASK in simulation.channel.chunks[0]
    assert ran(simulation) == []
    assert len(simulation.stepfunctions.by_name) == 1  # nobody took it for dead meanwhile
    checks.at_rest(simulation)


def test_a_question_that_was_refused_for_a_while_is_asked() -> None:
    simulation = Simulation(policy=ASK)
    simulation.agent.script(Answer("", (COMMAND,)), Answer("Done."))
    simulation.channel.refuse_prompts = [RateLimited(600), ChannelUnavailable("503")]
    simulation.send(inbound(1, "deploy"))
    while not simulation.channel.asked:
        assert simulation.turn_the_world()
    simulation.click(Choice.ALLOW)
    simulation.settle()
    assert ran(simulation) == [COMMAND.name]
    assert len(simulation.stepfunctions.by_name) == 1
