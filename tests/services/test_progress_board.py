"""One post that tells what the agent does: late, seldom, and never in the way."""

from typing import Any

import pytest

from parley.core.delivery import Chat, Delivery
from parley.core.fence import Fence, Holder
from parley.core.turn import Turn
from parley.errors import ChannelError, ChannelUnavailable, RateLimited, SendUncertain
from parley.services.progress_board import FIRST_AFTER, PAUSE_AFTER_FAILURE, ProgressBoard
from tests.fakes.agent_runs import Answer, Hold
from tests.fakes.channel import ScriptedChannel
from tests.fakes.world import START, FakeClock, RecordingTelemetry
from tests.protocol.simulation import Simulation, inbound

DM = Delivery("slack", "U1", Chat.direct(), "D1")
HOLDER = Holder("k", Fence(1, 1, 0))


class Recorded:
    """The table, as far as a board writes to it."""

    def __init__(self) -> None:
        self.posts: list[str] = []

    def record_progress_post(self, holder: Holder, turn: str, post: str) -> None:
        self.posts.append(post)


class Stage:
    def __init__(self, *, enabled: bool = True, post: str | None = None, at: int = START) -> None:
        self.clock = FakeClock()
        self.channel = ScriptedChannel(self.clock)
        self.telemetry = RecordingTelemetry()
        self.table = Recorded()
        turns: Any = self.table
        turn = Turn("t", "k", (), "hello", DM, "c", at, progress=post)
        self.board = ProgressBoard(
            self.channel, turns, self.clock, self.telemetry, HOLDER, turn, enabled
        )

    def look_for(self, seconds: int, activity: str = "", queued: int = 0) -> None:
        """A look every two seconds, as a watch does it."""
        for _ in range(0, seconds, 2):
            self.clock.sleep(2)
            self.board.look(activity, queued)

    @property
    def texts(self) -> list[str]:
        return [text for post in self.channel.progress for text in post.texts]


def test_what_is_answered_soon_needs_no_progress() -> None:
    stage = Stage()
    stage.look_for(4)
    assert stage.texts == []
    assert FIRST_AFTER == 5_000


def test_one_post_is_edited_as_time_goes_on() -> None:
    stage = Stage()
    stage.look_for(20, "stakpak__view", 2)
    [post] = stage.channel.progress
    assert post.texts == [
        "⏳ Running `view` · 5 s · 2 waiting",
        "⏳ Running `view` · 10 s · 2 waiting",
        "⏳ Running `view` · 15 s · 2 waiting",
        "⏳ Running `view` · 20 s · 2 waiting",
    ]


def test_edits_keep_the_pace_of_the_platform() -> None:
    stage = Stage()
    stage.clock.sleep(6)
    for number in range(60):
        stage.clock.sleep(0.5)
        stage.board.look(f"tool_{number}", 0)
    assert len(stage.texts) <= 30 / stage.channel.pace(DM) + 1


def test_a_text_that_says_nothing_new_is_no_edit() -> None:
    stage = Stage(at=START - 3_600_000)
    stage.look_for(30)
    assert len(stage.texts) == 1


def test_the_post_is_recorded_once() -> None:
    stage = Stage()
    stage.look_for(60)
    assert len(stage.texts) > 3
    assert stage.table.posts == ["0"]


def test_a_later_invocation_goes_on_with_the_post_that_is_there() -> None:
    stage = Stage(post="0", at=START - 60_000)
    stage.channel.show_progress(DM, "⏳ before", None, 1.0)
    stage.look_for(4)
    assert len(stage.channel.progress) == 1
    assert stage.table.posts == []


def test_where_progress_is_switched_off_only_the_sign_is_given() -> None:
    stage = Stage(enabled=False)
    stage.look_for(20)
    assert stage.texts == []
    assert len(stage.channel.indicated) == 5


def test_the_sign_is_renewed_as_often_as_it_fades() -> None:
    stage = Stage()
    stage.look_for(20)
    assert stage.channel.indicated == [START + 1000 * at for at in (2, 6, 10, 14, 18)]


def test_a_rate_limit_drops_the_edit_and_is_waited_out() -> None:
    stage = Stage()
    stage.channel.refuse_progress = RateLimited(20)
    stage.look_for(6)
    stage.channel.refuse_progress = None
    stage.look_for(18)
    assert stage.texts == []
    stage.look_for(4)
    assert stage.texts == ["⏳ Working · 25 s"]
    assert stage.telemetry.failures == []


@pytest.mark.parametrize("error", [ChannelUnavailable("503"), SendUncertain("no answer")])
def test_after_a_failure_the_board_pauses(error: ChannelError) -> None:
    stage = Stage()
    stage.channel.refuse_progress = error
    stage.look_for(6)
    stage.channel.refuse_progress = None
    stage.look_for(int(PAUSE_AFTER_FAILURE) - 2)
    assert stage.texts == []
    stage.look_for(4)
    assert len(stage.texts) == 1
    assert len(stage.telemetry.told("progress_not_shown")) == 1


def test_a_sign_that_fails_is_left_for_a_while() -> None:
    stage = Stage()
    tried: list[int] = []

    def refuse(*_given: object) -> None:
        tried.append(stage.clock.now())
        raise ChannelUnavailable("503")

    stage.channel.indicate = refuse  # type: ignore[assignment, method-assign]
    stage.look_for(60)
    assert [at - START for at in tried] == [2_000, 32_000]
    assert len(stage.telemetry.told("not_indicated")) == 2


def test_on_the_whole_path_the_post_becomes_the_answer() -> None:
    simulation = Simulation(progress=True)
    simulation.agent.script(Hold())
    simulation.send(inbound(1, "hello"))
    simulation.clock.after(30, lambda: simulation.agent.finish("session-1", Answer("Done.")))
    simulation.settle()
    [post] = simulation.channel.progress
    assert post.texts[0] == "⏳ Working · 5 s"
    assert post.replaced
    assert simulation.channel.chunks == ["Done."]
