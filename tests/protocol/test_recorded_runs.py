"""Every recorded stream of a real agent server, followed to the outcome that it should have."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import httpx
import pytest

from parley.core import replies
from parley.core.fence import Fence, Holder
from parley.core.limits import MINUTE
from parley.core.policy import ApprovalMode, ToolPolicy
from parley.core.turn import Outcome, Turn
from tests.agent_server.recorded import parameters, scenarios
from tests.agent_server.wire_server import WireServer, serving
from tests.fakes.agent import FakeAgent
from tests.protocol import checks
from tests.protocol.recording import Recording, frames_of
from tests.protocol.replaying import RecordedServer, ReplayedAgent
from tests.protocol.simulation import KEY, Simulation, inbound
from tests.protocol.test_stops import ask_to_stop

PODS = "Three pods are running.\n\n- api\n- web\n- db"
MODEL_FAILED = (
    "⚠️ Provider error: OpenAI API error 500 Internal Server Error: "
    '{{"error": {{"message": "{}", "type": "server_error"}}}}'
)
CANCELLED = f"⚠️ {replies.CANCELLED}"
INTERRUPTED = f"⚠️ {replies.INTERRUPTED}"
VANISHED = f"⚠️ {replies.VANISHED}"
REJECTED = {"call_2_0": "custom_result"}  # as which the reason reaches the model


def accept(*calls: str) -> dict[str, str]:
    return dict.fromkeys(calls, "accept")


@dataclass(frozen=True, slots=True)
class Followed:
    """A run of the recording, its stream, and what has to come of it.

    `cursor` and `text` are what an earlier invocation saved of the run. `said_later` is in the
    history only, where the recording has none.
    """

    scenario: str
    outcome: Outcome
    reply: str
    decisions: tuple[dict[str, str], ...] = ()
    run: int = 0
    stream: int = 0
    cursor: int = 0
    text: str = ""
    said_later: str = ""

    def __str__(self) -> str:
        return f"{self.scenario}-{self.stream} run {self.run} from {self.cursor}"


DONE, FAILED = Outcome.COMPLETED, Outcome.FAILED
RUNS = [
    Followed("plain", DONE, PODS),
    Followed("idempotency", DONE, "once"),
    Followed("empty_text", Outcome.SILENT, replies.NO_TEXT),
    # Several runs in one stream: the others' events only move the cursor.
    Followed("caller_context", DONE, "answer 0"),
    Followed("caller_context", DONE, "answer 1", run=1),
    Followed("caller_context", DONE, "answer 2", run=2),
    Followed("message_right_after_completion", DONE, "one"),
    Followed("message_right_after_completion", DONE, "two", run=1),
    # Tools: a batch is decided once and whole, whatever else the recording then did.
    Followed("tools_auto_approved", DONE, "Let me look.\n\nIt says hi.", (accept("call_2_0"),)),
    Followed(
        "approvals_batch",
        DONE,
        "Three calls.\n\nUnderstood.",
        (accept("call_2_0", "call_2_1", "call_2_2"),),
    ),
    Followed("decision_while_another_executes", DONE, "ok", (accept("call_2_0", "call_2_1"),)),
    Followed(
        "steering_during_approval", DONE, "I will delete it.\n\nStopped.", (accept("call_2_0"),)
    ),
    Followed(
        "max_turns",
        Outcome.EXHAUSTED,
        f"t0\n\nt1\n\n⚠️ {replies.EXHAUSTED}",
        (accept("call_2_0"), accept("call_4_0")),
    ),
    Followed("cancel_during_tool", Outcome.CANCELLED, CANCELLED, (accept("call_2_0"),)),
    Followed("cancel_during_approval", Outcome.CANCELLED, CANCELLED, (accept("call_2_0"),)),
    # Failures: said by the server, or only by the session's state.
    Followed("model_fails", FAILED, MODEL_FAILED.format("upstream exploded")),
    Followed("model_fails", FAILED, MODEL_FAILED.format("upstream exploded"), run=1),
    Followed("history_after_failure", FAILED, MODEL_FAILED.format("boom")),
    Followed("history_after_failure", FAILED, MODEL_FAILED.format("boom"), run=1),
    Followed("decision_for_executed_call", FAILED, VANISHED, (accept("call_2_0", "call_2_1"),)),
    # Resumed in the middle: what is replayed at once needs no decision any more.
    Followed("keepalive_and_resume", DONE, "first\n\nsecond", (accept("call_2_0"),)),
    Followed("keepalive_and_resume", DONE, "third", run=1),
    Followed("keepalive_and_resume", DONE, "first\n\nsecond", stream=1, cursor=4, text="first"),
    Followed("keepalive_and_resume", DONE, "third", run=1, stream=1, cursor=4),
    # Stopped after two events: the session is idle, and the history has the answer.
    Followed("keepalive_and_resume", DONE, "third", run=1, stream=2, cursor=16),
    Followed("keepalive_and_resume", DONE, "third", run=1, stream=3, cursor=16),
    # Ids below the cursor: the server lost the run. What the history kept of it is told.
    Followed(
        "keepalive_and_resume", Outcome.INTERRUPTED, f"third\n\n{INTERRUPTED}", (), 1, 4, 100_000
    ),
    Followed("before_restart", DONE, "before"),
    Followed("after_restart", DONE, "after", stream=1),
    Followed("after_restart", Outcome.INTERRUPTED, INTERRUPTED, cursor=15),
    Followed(
        "after_restart", Outcome.INTERRUPTED, f"so far\n\n{INTERRUPTED}", (), 0, 0, 15, "so far"
    ),
    # Events fell out of the ring: what is left of the stream tells no end, the history the answer.
    Followed("ring_gap", DONE, "found", run=0, stream=1, said_later="found"),
    Followed("ring_gap", DONE, "found", run=2, stream=1, said_later="found"),
    Followed("ring_gap", FAILED, VANISHED, run=2, stream=1),
    Followed("ring_gap", DONE, "found", stream=2, cursor=1286, said_later="found"),
    Followed("ring_gap", FAILED, VANISHED, (accept("call_2_0"),)),
]


@pytest.fixture(scope="module")
def wire() -> Iterator[WireServer]:
    with serving() as server:
        yield server


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False) as client:
        yield client


@dataclass
class Replay:
    """A simulation whose agent is the recorded one."""

    wire: WireServer
    client: httpx.Client

    def __post_init__(self) -> None:
        self.simulation = Simulation(policy=ToolPolicy(ApprovalMode.ALLOW_ALL))
        self.clock = self.simulation.clock

    def of(
        self, recording: Recording, runs: list[str], stream: int = 0, said_later: str = ""
    ) -> RecordedServer:
        server = RecordedServer(self.clock, recording, runs, stream, said_later)
        agent = ReplayedAgent(self.wire, self.client, server)
        self.simulation.agent = cast(FakeAgent, agent)
        self.simulation.with_store()
        return server

    def start(self, server: RecordedServer, prompt: str) -> None:
        """Send the prompt; the run is started, and nobody follows it yet."""
        self.simulation.send(inbound(1, prompt))
        while not server.posted:
            self.simulation.turn_the_world()

    def save(self, cursor: int, text: str) -> None:
        """What an invocation that is gone now has saved."""
        state = self.simulation.state()
        assert state is not None
        assert state.turn is not None
        holder = Holder(KEY, Fence(state.generation, 0, 1))
        until = self.clock.now() + MINUTE
        self.simulation.store.leases.acquire(holder, until)
        self.simulation.store.turns.save_progress(holder, state.turn, cursor, text, False, until)

    def settle(self) -> None:
        self.simulation.settle()
        checks.at_rest(self.simulation)

    def turn(self, number: int = 1) -> Turn:
        return self.simulation.store.turns.get(KEY, f"id{number}")


@pytest.fixture
def replay(wire: WireServer, client: httpx.Client) -> Replay:
    return Replay(wire, client)


def recording(scenario: str) -> Recording:
    return Recording(scenarios()[scenario])


@pytest.mark.parametrize(
    "followed", parameters(RUNS if scenarios() else [], [str(run) for run in RUNS if scenarios()])
)
def test_each_recorded_run_comes_to_its_outcome(replay: Replay, followed: Followed) -> None:
    found = recording(followed.scenario)
    run = found.runs[followed.run]
    server = replay.of(found, [run], followed.stream, followed.said_later)
    replay.start(server, found.prompts[run])
    if followed.cursor:
        replay.save(followed.cursor, followed.text)
    replay.settle()
    assert replay.simulation.channel.chunks == [followed.reply]
    assert replay.turn().outcome is followed.outcome
    assert server.decisions == list(followed.decisions)
    assert server.cancelled == []


BROKEN = [run for run in RUNS if run.scenario in ("approvals_batch", "model_fails")]


@pytest.mark.parametrize(
    "followed",
    parameters(BROKEN if scenarios() else [], [str(run) for run in BROKEN if scenarios()]),
)
def test_a_stream_that_breaks_after_any_event_is_taken_up_again(
    wire: WireServer, client: httpx.Client, followed: Followed
) -> None:
    found = recording(followed.scenario)
    run = found.runs[followed.run]
    for events in range(len(frames_of(found.streams[0]))):
        replay = Replay(wire, client)
        server = replay.of(found, [run])
        server.break_after = events
        replay.start(server, found.prompts[run])
        replay.settle()
        assert replay.simulation.channel.chunks == [followed.reply], events
        assert replay.turn().outcome is followed.outcome, events
        # What was decided before the break is not decided again; later the run has moved on.
        assert server.decisions == list(followed.decisions)[: len(server.decisions)], events


@pytest.mark.skipif(not scenarios(), reason="no recorded traffic: set PARLEY_RECORDED")
def test_no_recorded_stream_is_left_out() -> None:
    told = {
        (scenario, number)
        for scenario in scenarios()
        for number, stream in enumerate(recording(scenario).streams)
        if frames_of(stream)
    }
    assert {(run.scenario, run.stream) for run in RUNS} == told


restart = parameters(["before_restart"] if scenarios() else [], ["restart"])
approval = parameters(["cancel_during_approval"] if scenarios() else [], ["approval"])


@pytest.mark.parametrize("scenario", restart)
def test_a_restart_cuts_one_turn_and_no_other(replay: Replay, scenario: str) -> None:
    before, after = recording(scenario), recording("after_restart")
    server = replay.of(before, before.runs)
    simulation = replay.simulation
    simulation.send(inbound(1, before.prompts[before.runs[0]]))
    simulation.settle()
    simulation.send(inbound(2, before.prompts[before.runs[1]]))
    simulation.clock.after(30, lambda: server.boot(after, after.runs, 0))
    simulation.settle()
    simulation.send(inbound(3, after.prompts[after.runs[0]]))
    replay.settle()
    assert simulation.channel.chunks == ["before", f"looking\n\n{INTERRUPTED}", "after"]
    assert server.decisions == [accept("call_4_0")]


@pytest.mark.parametrize(
    ("seconds", "decisions"),
    [(0.001, REJECTED), (1.0, accept("call_2_0"))],
    ids=["before the batch is decided", "after it"],
)
@pytest.mark.parametrize("scenario", approval)
def test_a_stop_cancels_the_run_and_wakes_it(
    replay: Replay, scenario: str, seconds: float, decisions: dict[str, str]
) -> None:
    found = recording(scenario)
    server = replay.of(found, found.runs)
    replay.start(server, found.prompts[found.runs[0]])
    replay.simulation.clock.after(seconds, lambda: ask_to_stop(replay.simulation))
    replay.settle()
    assert replay.simulation.channel.chunks == [CANCELLED]
    assert server.decisions[0] == decisions
    assert server.decisions[-1] == REJECTED
    assert set(server.cancelled) == set(found.runs)
