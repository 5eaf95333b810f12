"""What parley.ports.Agent promises, kept by every agent there is."""

from collections.abc import Iterator

import pytest

from local.waiting import await_condition
from parley.core.batch import Ruling, Verdict
from parley.core.events import (
    Gap,
    RunCompleted,
    RunFailed,
    RunStarted,
    StopReason,
    TextCompleted,
    ToolCallsProposed,
    ToolFinished,
    ToolRefused,
    ToolStarted,
    TurnCompleted,
    TurnStarted,
    WaitingForDecisions,
)
from parley.core.session import Role, RunOptions, RunState, SessionStatus
from parley.errors import (
    AgentError,
    AgentUnreachable,
    KeyReused,
    RunGone,
    SessionBusy,
    SessionGone,
)
from parley.ports import Agent
from tests.agent_server.frames import SOON
from tests.agent_server.runs import (
    IDLE,
    OPTIONS,
    await_idle,
    await_last,
    happened,
    read_until,
    run,
    until,
    waiting,
)
from tests.agent_server.scenes import Says, Scene, fake_scene, scripted_scene

NO_SESSION = "6b0e1f4c-8c0a-4f57-9d53-1a2b3c4d5e6f"
NO_RUN = "7c1f2a5d-9d1b-4068-8e64-2b3c4d5e6f70"
SKIPPED = "Skipped due to steering update"
DOT = "data:image/gif;base64,R0lGODlhAQABAAAAACw="


@pytest.fixture(
    params=[pytest.param(scripted_scene, id="scripted"), pytest.param(fake_scene, id="fake")]
)
def scene(request: pytest.FixtureRequest) -> Iterator[Scene]:
    with request.param() as found:
        yield found


@pytest.fixture
def agent(scene: Scene) -> Agent:
    return scene.agent


@pytest.fixture
def session(agent: Agent) -> str:
    return agent.open_session("slack / U1", "create")


def test_a_key_opens_one_session(agent: Agent, session: str) -> None:
    assert agent.open_session("slack / U1", "create") == session
    assert agent.open_session("slack / U1", "another") != session
    with pytest.raises(KeyReused):
        agent.open_session("slack / U2", "create")
    assert agent.session(session) == IDLE


def test_a_plain_run_tells_its_story(scene: Scene, agent: Agent, session: str) -> None:
    run = agent.start_run(session, scene.prompt("hello", Says("Hi there.")), OPTIONS, "start")

    events = until(agent, session, RunCompleted)
    story = happened(events)
    assert story[:-1] == [RunStarted(), TurnStarted(1), TextCompleted("Hi there."), TurnCompleted()]
    assert isinstance(story[-1], RunCompleted)
    assert story[-1].reason is StopReason.COMPLETED
    assert [event.id for event in events] == list(range(1, len(events) + 1))
    assert {event.run for event in events} == {run}
    await_idle(agent, session)


def test_a_key_starts_one_run_even_after_its_end(scene: Scene, agent: Agent, session: str) -> None:
    first = run(scene, session, "hello", "start", Says("Hi."))

    assert agent.start_run(session, scene.prompt("hello", Says("Hi.")), OPTIONS, "start") == first
    assert agent.session(session) == IDLE
    with pytest.raises(KeyReused):
        agent.start_run(session, "something else", OPTIONS, "start")


def test_no_text_is_no_text_event(scene: Scene, agent: Agent, session: str) -> None:
    agent.start_run(session, scene.prompt("hello", Says()), OPTIONS, "start")

    assert not any(
        isinstance(what, TextCompleted) for what in happened(until(agent, session, RunCompleted))
    )


def test_a_failed_run_says_why_and_the_next_one_starts(
    scene: Scene, agent: Agent, session: str
) -> None:
    prompt = scene.prompt("hello", *[Says(error="boom")] * 5)
    agent.start_run(session, prompt, OPTIONS, "first")

    failed = until(agent, session, RunFailed)[-1].what
    assert isinstance(failed, RunFailed)
    assert "boom" in failed.error
    await_condition(
        lambda: agent.session(session) == SessionStatus(RunState.FAILED, None),
        "the session has failed",
        seconds=SOON,
    )
    assert agent.start_run(session, "Please try again.", OPTIONS, "second")


def test_events_are_read_on_from_a_cursor(scene: Scene, agent: Agent, session: str) -> None:
    run(scene, session, "one", "first", Says("One."))
    run(scene, session, "two", "second", Says("Two."))

    everything = until(agent, session, RunCompleted)
    everything += until(agent, session, RunCompleted, everything[-1].id or 0)
    for cursor in range(len(everything) - 1):
        with agent.events(session, cursor) as stream:
            assert stream.next(SOON) == everything[cursor]


def test_a_stream_without_news_is_silent_then_tells_what_comes(
    scene: Scene, agent: Agent, session: str
) -> None:
    with agent.events(session, 0) as stream:
        assert stream.next(0) is None
        agent.start_run(session, scene.prompt("hello", Says("Hi.")), OPTIONS, "start")
        first = stream.next(SOON)
        assert first is not None
        assert first.what == RunStarted()


def test_a_stream_ahead_of_the_agent_hears_only_what_comes(
    scene: Scene, agent: Agent, session: str
) -> None:
    run(scene, session, "one", "first", Says("One."))

    with agent.events(session, 10_000) as stream:
        assert stream.next(0) is None
        run(scene, session, "two", "second", Says("Two."))
        heard = stream.next(SOON)
        assert heard is not None
        assert heard.id is not None
        assert heard.id < 10_000


def test_history_has_the_prompt_as_a_suffix_and_the_answers_after_it(
    scene: Scene, agent: Agent, session: str
) -> None:
    run(scene, session, "one", "first", Says("One."))
    await_last(agent, session, "One.")
    length = agent.history_length(session)
    run(scene, session, "two", "second", Says("Two."))

    await_last(agent, session, "Two.")
    spoken = agent.history(session, length)
    assert [message.role for message in spoken] == [Role.USER, Role.ASSISTANT]
    assert spoken[0].text.endswith(scene.prompt("two", Says("Two.")))
    assert spoken[1].text == "Two."
    assert agent.history_length(session) == length + 2
    assert list(agent.history(session, 0))[length:] == list(spoken)


def test_a_session_that_is_not_there_is_gone(agent: Agent) -> None:
    with pytest.raises(SessionGone):
        agent.session(NO_SESSION)
    with pytest.raises(SessionGone):
        agent.history(NO_SESSION, 0)
    with pytest.raises(SessionGone):
        agent.history_length(NO_SESSION)
    with pytest.raises(SessionGone):
        agent.start_run(NO_SESSION, "hello", OPTIONS, "start")


def test_tools_wait_for_decisions_and_the_run_goes_on_after_them(
    scene: Scene, agent: Agent, session: str
) -> None:
    run, (first, second) = waiting(scene, session, "echo one", "echo two")

    named, calls = agent.proposed(session)
    assert named == run
    assert [(call.id, dict(call.arguments)) for call in calls] == [
        (first, {"command": "echo one"}),
        (second, {"command": "echo two"}),
    ]
    verdicts = [Verdict(first, Ruling.ALLOW), Verdict(second, Ruling.DENY, "not here")]
    agent.decide(session, run, verdicts, "batch")
    agent.decide(session, run, verdicts, "batch")
    story = happened(until(agent, session, RunCompleted))
    proposed = [what for what in story if isinstance(what, ToolCallsProposed)]
    assert [what.calls for what in proposed] == [calls]
    assert TextCompleted("Understood.") in story
    await_idle(agent, session)
    assert agent.proposed(session) == (None, ())
    agent.decide(session, run, verdicts, "batch")
    with pytest.raises(KeyReused):
        agent.decide(session, run, verdicts[:1], "batch")
    with pytest.raises(RunGone):
        agent.decide(session, run, verdicts, "another")


def test_a_session_with_a_run_is_busy_and_other_runs_are_not_its(
    scene: Scene, agent: Agent, session: str
) -> None:
    run, (call,) = waiting(scene, session, "echo one")

    assert agent.session(session) == SessionStatus(RunState.RUNNING, run)
    with pytest.raises(SessionBusy):
        agent.start_run(session, "another", OPTIONS, "second")
    with pytest.raises(RunGone):
        agent.cancel(session, NO_RUN, "cancel")
    with pytest.raises(RunGone):
        agent.decide(session, NO_RUN, [Verdict(call, Ruling.ALLOW)], "batch")


def test_a_text_that_is_passed_on_skips_the_calls_that_wait_and_is_heard(
    scene: Scene, agent: Agent, session: str
) -> None:
    run, ids = waiting(scene, session, "echo one", "echo two")

    for _ in range(2):
        agent.steer(session, run, "Ada: rather not", "steer")
    story = happened(until(agent, session, RunCompleted))
    refused = [what for what in story if isinstance(what, ToolRefused)]
    assert [what.call for what in refused] == list(ids)
    assert {what.reason for what in refused} == {SKIPPED}
    assert not any(isinstance(what, ToolStarted) for what in story)
    assert TextCompleted("Understood.") in story
    await_last(agent, session, "Understood.")
    asked = [each.text for each in agent.history(session, 0) if each.role is Role.USER]
    assert asked[1:] == ["Ada: rather not"]


def test_a_text_cannot_be_passed_on_to_a_run_that_is_not_there(
    scene: Scene, agent: Agent, session: str
) -> None:
    with pytest.raises(RunGone):
        agent.steer(session, NO_RUN, "hello?", "nobody")
    run, _ = waiting(scene, session, "echo one")
    with pytest.raises(RunGone):
        agent.steer(session, NO_RUN, "hello?", "another's")
    agent.steer(session, run, "rather not", "steer")
    await_idle(agent, session)
    with pytest.raises(RunGone):
        agent.steer(session, run, "too late", "too late")


def test_one_key_passes_one_text_on(scene: Scene, agent: Agent, session: str) -> None:
    run, _ = waiting(scene, session, "echo one")

    agent.steer(session, run, "rather not", "steer")
    with pytest.raises(KeyReused):
        agent.steer(session, run, "do it after all", "steer")


def test_what_became_of_each_call_is_told(scene: Scene, agent: Agent, session: str) -> None:
    run, (first, second) = waiting(scene, session, "echo one", "echo two")

    verdicts = [Verdict(first, Ruling.ALLOW), Verdict(second, Ruling.DENY, "not here")]
    agent.decide(session, run, verdicts, "batch")
    story = happened(until(agent, session, RunCompleted))
    assert ToolStarted(first, "stakpak__run_command") in story
    assert ToolFinished(first) in story
    # A denial with a reason is a result of our own: it looks like that of a call that has run.
    assert ToolFinished(second) in story
    assert not any(isinstance(what, ToolStarted) and what.call == second for what in story)


def test_a_denial_without_a_reason_is_told_as_one(scene: Scene, agent: Agent, session: str) -> None:
    run, (call,) = waiting(scene, session, "echo one")

    agent.decide(session, run, [Verdict(call, Ruling.DENY)], "batch")
    story = happened(until(agent, session, RunCompleted))
    assert ToolRefused(call, "Tool call rejected by user") in story


def test_calls_of_a_run_that_is_cancelled_end_as_cancelled(
    scene: Scene, agent: Agent, session: str
) -> None:
    run, (call,) = waiting(scene, session, "echo one")

    agent.cancel(session, run, "cancel")
    agent.decide(session, run, [Verdict(call, Ruling.DENY, "stopped")], "batch")
    story = happened(until(agent, session, RunCompleted))
    assert ToolFinished(call, cancelled=True) in story


def test_images_go_with_a_prompt_and_do_not_change_its_text(
    scene: Scene, agent: Agent, session: str
) -> None:
    prompt = scene.prompt("What is this?", Says("A dot."))
    agent.start_run(session, prompt, RunOptions(images=(DOT,)), "start")

    await_last(agent, session, "A dot.")
    [asked] = [each.text for each in agent.history(session, 0) if each.role is Role.USER]
    assert asked.endswith(prompt)


def test_cancel_wakes_a_waiting_run_only_with_decisions_after_it(
    scene: Scene, agent: Agent, session: str
) -> None:
    run, (call,) = waiting(scene, session, "echo one")

    agent.cancel(session, run, "cancel")
    assert agent.session(session) == SessionStatus(RunState.RUNNING, run)
    agent.decide(session, run, [Verdict(call, Ruling.DENY, "stopped")], "batch")
    end = until(agent, session, RunCompleted)[-1].what
    assert isinstance(end, RunCompleted)
    assert end.reason is StopReason.CANCELLED
    await_idle(agent, session)
    with pytest.raises(RunGone):
        agent.cancel(session, run, "cancel again")


def test_a_restart_loses_the_run_the_events_and_the_keys(
    scene: Scene, agent: Agent, session: str
) -> None:
    booted = agent.booted_at()
    first, _ = waiting(scene, session, "echo one")
    scene.restart()

    assert agent.booted_at() >= booted - 2_000
    assert agent.session(session) == IDLE
    assert agent.proposed(session) == (None, ())
    with pytest.raises(RunGone):
        agent.cancel(session, first, "cancel")
    assert any("do it" in message.text for message in agent.history(session, 0))
    again = scene.prompt("do it", Says("Let me look.", ("echo one",)), Says("Understood."))
    assert agent.start_run(session, again, OPTIONS, "start") != first
    assert until(agent, session, RunStarted)[0].id == 1


def test_a_restart_breaks_the_stream(scene: Scene, agent: Agent, session: str) -> None:
    waiting(scene, session, "echo one")

    with agent.events(session, 0) as stream:
        read_until(stream, WaitingForDecisions)
        scene.restart()
        with pytest.raises(AgentUnreachable):
            stream.next(SOON)


def test_events_that_the_agent_no_longer_has_are_a_gap(
    scene: Scene, agent: Agent, session: str
) -> None:
    scene.outgrow(session)

    with agent.events(session, 0) as stream:
        gapped = stream.next(SOON)
    assert gapped is not None
    assert gapped.id is None
    assert isinstance(gapped.what, Gap)
    assert gapped.what.oldest > 1
    with agent.events(session, gapped.what.oldest - 1) as stream:
        event = stream.next(SOON)
    assert event is not None
    assert event.id == gapped.what.oldest


def test_calls_that_end_in_an_error_leave_the_session_as_it_was(agent: Agent, session: str) -> None:
    with pytest.raises(AgentError):
        agent.decide(session, NO_RUN, [], "batch")
    with pytest.raises(AgentError):
        agent.cancel(session, NO_RUN, "cancel")
    assert agent.session(session) == IDLE
    assert agent.history(session, 0) == []
