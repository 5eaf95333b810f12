"""The agent in memory keeps the server's promises, and its traps."""

from collections.abc import Callable
from typing import Any

import pytest

from parley.core.batch import Ruling, ToolCall, Verdict
from parley.core.events import (
    AgentEvent,
    Gap,
    Happening,
    RunCompleted,
    RunFailed,
    RunStarted,
    StopReason,
    TextCompleted,
    ToolCallsProposed,
    ToolFinished,
    ToolStarted,
    TurnCompleted,
    TurnStarted,
    WaitingForDecisions,
)
from parley.core.session import Role, RunOptions, RunState, SessionStatus, Spoken
from parley.core.turn import Usage
from parley.errors import (
    AgentRejected,
    AgentUnreachable,
    KeyReused,
    RunGone,
    SessionBusy,
    SessionGone,
)
from parley.ports import Agent
from tests.fakes.agent import FakeAgent
from tests.fakes.agent_runs import Answer, Compact, Die, Fail, Hold, Stop
from tests.fakes.world import START, FakeClock

CALLS = (ToolCall("tc_1", "view", {}), ToolCall("tc_2", "run", {"command": "ls"}))
ALLOWED = [Verdict(call.id, Ruling.ALLOW) for call in CALLS]
END = [TurnCompleted(), RunCompleted(StopReason.COMPLETED, Usage(10, 5, 15))]
CANCELLED = RunCompleted(StopReason.CANCELLED, Usage(10, 5, 15))


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def agent(clock: FakeClock) -> FakeAgent:
    return FakeAgent(clock)


@pytest.fixture
def session(agent: FakeAgent) -> str:
    return agent.open_session("title", "create")


def start(agent: Agent, session: str, prompt: str = "hi", key: str = "k") -> str:
    return agent.start_run(session, prompt, RunOptions(), key)


def read(agent: Agent, session: str, cursor: int = 0) -> list[AgentEvent]:
    events = []
    with agent.events(session, cursor) as stream:
        while event := stream.next(2):
            events.append(event)
    return events


def told(agent: Agent, session: str, cursor: int = 0) -> list[Happening]:
    return [event.what for event in read(agent, session, cursor)]


def test_a_run_answers_its_prompt(agent: FakeAgent, session: str, clock: FakeClock) -> None:
    run = start(agent, session)
    events = read(agent, session)
    text = TextCompleted("answer to: hi")
    assert [event.what for event in events] == [RunStarted(), TurnStarted(1), text, *END]
    assert [event.id for event in events] == [1, 2, 3, 4, 5]
    assert {event.run for event in events} == {run}
    assert clock.now() == START + 2000
    assert agent.session(session) == SessionStatus(RunState.IDLE, None)
    expected = [Spoken(Role.USER, "hi"), Spoken(Role.ASSISTANT, "answer to: hi")]
    assert agent.history(session, 0) == expected
    assert agent.history(session, 1) == expected[1:]
    assert agent.history_length(session) == 2


def test_event_ids_grow_over_the_runs_of_a_session(agent: FakeAgent, session: str) -> None:
    start(agent, session, key="one")
    start(agent, session, key="two")
    assert [event.id for event in read(agent, session, 7)] == [8, 9, 10]


def test_one_key_starts_one_run(agent: FakeAgent, session: str) -> None:
    assert start(agent, session) == start(agent, session)
    assert agent.runs_of("hi") == 1
    with pytest.raises(KeyReused):
        start(agent, session, "other")
    assert agent.open_session("title", "create") == session


def test_a_key_is_forgotten_at_a_restart_and_after_a_day(
    agent: FakeAgent, session: str, clock: FakeClock
) -> None:
    start(agent, session)
    agent.restart()
    start(agent, session)
    assert agent.runs_of("hi") == 2
    clock.sleep(24 * 3600)
    start(agent, session)
    assert agent.runs_of("hi") == 3


def test_a_restart_loses_runs_events_and_open_streams(
    agent: FakeAgent, session: str, clock: FakeClock
) -> None:
    agent.script(Hold())
    with agent.events(session, 0) as stream:
        run = start(agent, session)
        assert stream.next(1) is not None
        clock.sleep(60)
        assert agent.booted_at() == START
        agent.restart()
        with pytest.raises(AgentUnreachable):
            stream.next(1)
    assert agent.booted_at() == START + 60_000
    assert agent.session(session) == SessionStatus(RunState.IDLE, None)
    assert read(agent, session) == []
    assert agent.history(session, 0) == [Spoken(Role.USER, "hi")]
    with pytest.raises(RunGone):
        agent.cancel(session, run, "c")
    with agent.events(session, 50) as stream:
        start(agent, session, "again")
        event = stream.next(1)
    assert event is not None
    assert event.id == 1


def test_a_session_takes_one_run_at_a_time(agent: FakeAgent, session: str) -> None:
    agent.start_foreign_run(session, "theirs", Hold())
    with pytest.raises(SessionBusy):
        start(agent, session)
    agent.finish(session, Answer("done"))
    assert told(agent, session) == [RunStarted(), TurnStarted(1), TextCompleted("done"), *END]
    start(agent, session)
    assert [run.key for run in agent.runs] == [None, "k"]


def test_a_session_may_be_lost(agent: FakeAgent, session: str) -> None:
    agent.lose_session(session)
    calls: list[Callable[[], Any]] = [
        lambda: agent.session(session),
        lambda: agent.history(session, 0),
        lambda: agent.history_length(session),
        lambda: start(agent, session),
    ]
    for call in calls:
        with pytest.raises(SessionGone):
            call()
    assert read(agent, session) == []
    assert agent.proposed(session) == (None, ())
    assert agent.open_session("title", "another") != session


def test_the_session_turns_idle_and_the_history_complete_a_little_later(
    agent: FakeAgent, session: str, clock: FakeClock
) -> None:
    agent.idle_lag = agent.history_lag = 1500
    run = start(agent, session)
    assert agent.session(session) == SessionStatus(RunState.RUNNING, run)
    with pytest.raises(SessionBusy):
        start(agent, session, key="next")
    assert agent.history_length(session) == 1
    clock.sleep(1.5)
    assert agent.session(session) == SessionStatus(RunState.IDLE, None)
    assert agent.history_length(session) == 2


@pytest.mark.parametrize(
    ("steps", "expected", "state"),
    [
        ([Answer()], END, RunState.IDLE),
        ([Fail("no model")], [RunFailed("no model")], RunState.FAILED),
        ([Die()], [], RunState.FAILED),
        (
            [Stop(StopReason.MAX_TURNS)],
            [TurnCompleted(), RunCompleted(StopReason.MAX_TURNS, Usage(10, 5, 15))],
            RunState.IDLE,
        ),
    ],
    ids=["nothing said", "error", "silent death", "turns used up"],
)
def test_ends_of_a_run(
    agent: FakeAgent, session: str, steps: Any, expected: Any, state: RunState
) -> None:
    agent.script(Compact(1), *steps)
    start(agent, session)
    assert told(agent, session)[4:] == expected
    assert agent.session(session) == SessionStatus(state, None)
    assert agent.history_length(session) == 1
    start(agent, session, "next", "next")
    assert agent.session(session).state is RunState.IDLE


def test_a_batch_waits_for_all_its_decisions(agent: FakeAgent, session: str) -> None:
    agent.script(Answer("let me see", CALLS), Answer("seen"))
    run = start(agent, session)
    before = told(agent, session)
    waits = [ToolCallsProposed(CALLS), WaitingForDecisions(("tc_1", "tc_2"))]
    assert before == [RunStarted(), TurnStarted(1), TextCompleted("let me see"), *waits]
    assert agent.proposed(session) == (run, CALLS)
    verdicts = [ALLOWED[0], Verdict("tc_2", Ruling.DENY, "no")]
    for _ in range(2):
        agent.decide(session, run, verdicts, "batch")
    ran = [ToolStarted("tc_1", CALLS[0].name), ToolFinished("tc_1")]
    after = told(agent, session, len(before))
    end = [TurnCompleted(), RunCompleted(StopReason.COMPLETED, Usage(20, 10, 30))]
    second = [TurnStarted(2), TextCompleted("seen")]
    assert after == [*ran, ToolFinished("tc_2"), TurnCompleted(), *second, *end]
    assert agent.decisions == {"batch": tuple(verdicts)}
    assert agent.proposed(session) == (None, ())
    with pytest.raises(KeyReused):
        agent.decide(session, run, ALLOWED, "batch")
    with pytest.raises(RunGone):
        agent.decide(session, run, ALLOWED, "other")


def test_a_decision_on_a_call_that_has_run_kills_the_run_without_a_word(
    agent: FakeAgent, session: str
) -> None:
    agent.script(Answer("", CALLS))
    run = start(agent, session)
    agent.decide(session, run, ALLOWED[:1], "first")
    count = len(read(agent, session))
    agent.decide(session, run, ALLOWED, "all")
    assert agent.session(session) == SessionStatus(RunState.FAILED, None)
    assert len(read(agent, session)) == count


def test_a_decision_that_came_too_early_runs_a_later_call(agent: FakeAgent, session: str) -> None:
    agent.script(Hold(), Answer("", CALLS))
    run = start(agent, session)
    agent.decide(session, run, ALLOWED, "early")
    agent.finish(session)
    assert agent.session(session).state is RunState.IDLE


def test_a_cancel_does_not_wake_a_run_that_waits_but_a_decision_then_does(
    agent: FakeAgent, session: str
) -> None:
    agent.script(Answer("", CALLS), Answer("never said"))
    run = start(agent, session)
    agent.cancel(session, run, "cancel")
    assert agent.session(session) == SessionStatus(RunState.RUNNING, run)
    agent.decide(session, run, ALLOWED, "reject")
    done = [ToolFinished("tc_1", cancelled=True), ToolFinished("tc_2", cancelled=True)]
    assert told(agent, session)[4:] == [*done, TurnCompleted(), CANCELLED]
    assert agent.cancelled == [run]


def test_a_cancel_ends_a_tool_but_not_a_model_call(agent: FakeAgent, session: str) -> None:
    agent.script(Hold())
    agent.cancel(session, start(agent, session), "one")
    assert told(agent, session)[-1] == CANCELLED
    agent.script(Hold(deaf=True), Answer("said all the same"))
    agent.cancel(session, start(agent, session, key="two"), "two")
    assert agent.session(session).state is RunState.RUNNING
    agent.finish(session)
    assert told(agent, session)[-3:] == [TextCompleted("said all the same"), *END]
    agent.script(Hold(deaf=True), Answer("", CALLS))
    agent.cancel(session, start(agent, session, key="three"), "three")
    agent.finish(session)
    assert told(agent, session)[-1] == CANCELLED


@pytest.mark.parametrize("after", [False, True])
def test_a_planned_failure_comes_before_the_effect_or_after_it(
    agent: FakeAgent, session: str, after: bool
) -> None:
    agent.fail("start_run", after=after)
    with pytest.raises(AgentUnreachable):
        start(agent, session)
    assert agent.runs_of("hi") == after
    start(agent, session)
    assert agent.runs_of("hi") == 1


def test_other_failures(agent: FakeAgent, session: str) -> None:
    agent.fail("start_run", AgentRejected("too long"))
    with pytest.raises(AgentRejected):
        start(agent, session)
    agent.fail("events")
    with pytest.raises(AgentUnreachable):
        read(agent, session)
    agent.fail("next")
    with pytest.raises(AgentUnreachable):
        read(agent, session)
    agent.down = True
    with pytest.raises(AgentUnreachable):
        agent.booted_at()


def test_hooks_stand_on_either_side_of_a_call(agent: FakeAgent, session: str) -> None:
    seen: list[tuple[str, int]] = []
    agent.before = agent.after = lambda call: seen.append((call, agent.runs_of("hi")))
    start(agent, session)
    assert seen == [("start_run", 0), ("start_run", 1)]


def test_events_that_fell_out_of_the_ring_make_a_gap(agent: FakeAgent, session: str) -> None:
    start(agent, session)
    agent.lose_events(session, 3)
    assert told(agent, session) == [Gap(4, 5)]
    assert told(agent, session, 3) == END
    agent.swallow(1)
    assert [event.id for event in read(agent, session, 3)] == [5]


def test_what_is_planned_happens_while_a_stream_waits(
    agent: FakeAgent, session: str, clock: FakeClock
) -> None:
    agent.script(Hold())
    start(agent, session)
    clock.after(5, lambda: agent.finish(session))
    with agent.events(session, 2) as stream:
        assert stream.next(2) is None
        assert stream.next(10) is not None
    assert clock.now() == START + 5000
    with agent.events(session, 2) as stream:
        assert [stream.next(1), stream.next(1)] != [None, None]
        assert stream.next(2) is None
    assert clock.now() == START + 7000
