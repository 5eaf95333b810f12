"""Steps that the contract's tests share: a run to its end, a run that waits, what was said."""

from local.waiting import await_condition
from parley.core.events import AgentEvent, Noted, UsageReported, WaitingForDecisions
from parley.core.session import RunOptions, RunState, SessionStatus
from parley.ports import Agent, EventStream
from tests.agent_server.frames import SOON
from tests.agent_server.scenes import Says, Scene

OPTIONS = RunOptions()
IDLE = SessionStatus(RunState.IDLE, None)


def until(agent: Agent, session: str, last: type, cursor: int = 0) -> list[AgentEvent]:
    """The events after the cursor up to the first of this kind."""
    with agent.events(session, cursor) as stream:
        return read_until(stream, last)


def read_until(stream: EventStream, last: type) -> list[AgentEvent]:
    events: list[AgentEvent] = []
    while not events or not isinstance(events[-1].what, last):
        event = stream.next(SOON)
        assert event is not None, f"no {last.__name__} after {events[-3:]}"
        events.append(event)
    return events


def happened(events: list[AgentEvent]) -> list[object]:
    passing = Noted | UsageReported
    return [event.what for event in events if not isinstance(event.what, passing)]


def await_idle(agent: Agent, session: str) -> None:
    await_condition(lambda: agent.session(session) == IDLE, "the session is idle", seconds=SOON)


def await_last(agent: Agent, session: str, text: str) -> None:
    """The history lags a little."""
    await_condition(
        lambda: agent.history(session, 0)[-1].text == text, "the answer is stored", seconds=SOON
    )


def run(scene: Scene, session: str, text: str, key: str, *answers: Says) -> str:
    """A run from its prompt to the session's rest."""
    run = scene.agent.start_run(session, scene.prompt(text, *answers), OPTIONS, key)
    await_idle(scene.agent, session)
    return run


def waiting(scene: Scene, session: str, *commands: str) -> tuple[str, tuple[str, ...]]:
    """A run that waits for decisions, and the ids of its calls."""
    prompt = scene.prompt("do it", Says("Let me look.", commands), Says("Understood."))
    run = scene.agent.start_run(session, prompt, OPTIONS, "start")
    waits = until(scene.agent, session, WaitingForDecisions)[-1].what
    assert isinstance(waits, WaitingForDecisions)
    return run, waits.call_ids
