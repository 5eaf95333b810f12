"""How an ACP agent ends: cancelled, out of time, silent, crashed, gone."""

import pytest

from parley.core.tasks.heard import Stop
from parley.ports.work import Wish
from tests.agent_process.acting import Stage, once_there
from tests.agent_process.one_shot import Follower, once_it_says

METHODS = ["initialize", "session/new", "session/prompt"]


@pytest.mark.parametrize(
    ("wish", "stop"), [(Wish.CANCEL, Stop.CANCELLED), (Wish.TIME_UP, Stop.TIME_UP)]
)
def test_an_agent_that_is_to_end_says_its_last_words(stage: Stage, wish: Wish, stop: Stop) -> None:
    first = stage.play({"say": "Begun."}, {"hang": True}, wished=once_it_says("Begun", wish))
    second = stage.play({"recall": True}, resume=first.end.session)

    assert first.end.stop is stop
    assert first.seconds < 2
    assert "Begun." in second.text  # it had the time to write its session down


@pytest.mark.parametrize("wish", [Wish.CANCEL, Wish.TIME_UP])
def test_an_agent_that_hears_no_cancel_is_killed(stage: Stage, wish: Wish) -> None:
    played = stage.play(
        {"write": {"path": "kept.txt", "text": "x"}},
        {"hang": "deaf"},
        wished=once_there(stage.tree / "kept.txt", wish),
        pace=20,
    )

    assert played.end.stop in (Stop.CANCELLED, Stop.TIME_UP)
    assert played.seconds < 2
    assert (stage.tree / "kept.txt").exists()


@pytest.mark.parametrize("method", METHODS[:2])
def test_a_cancel_ends_an_agent_that_has_not_begun(stage: Stage, method: str) -> None:
    played = stage.play({"say": "a"}, manner={"hang_at": method}, wished=lambda _: Wish.CANCEL)

    assert played.end.stop is Stop.CANCELLED
    assert played.seconds < 2


@pytest.mark.parametrize("method", METHODS)
def test_an_agent_of_which_nothing_is_heard_has_stalled(stage: Stage, method: str) -> None:
    played = stage.play({"say": "a"}, manner={"hang_at": method}, stall_seconds=60.0, pace=200)

    assert played.end.stop is Stop.STALLED
    assert played.end.reason == "Nothing was heard of it for 60 s"


def test_an_agent_that_goes_on_talking_has_not_stalled(stage: Stage) -> None:
    played = stage.play(
        {"say": ["a"] * 10}, stall_seconds=60.0, clock=lambda heard: 40.0 * len(heard.events)
    )

    assert (played.text, played.end.stop) == ("a" * 10, Stop.DONE)


@pytest.mark.parametrize("method", ["start", *METHODS])
def test_a_crash_is_told_with_what_was_written_last(stage: Stage, method: str) -> None:
    end = stage.play({"say": "a"}, manner={"crash_at": method}).end

    assert end.stop is Stop.CRASHED
    assert "exit status 9" in end.reason
    assert (f"crashed at {method}" in end.reason) == (method != "start")


@pytest.mark.parametrize(("status", "how"), [(0, "exit status 0"), (-9, "signal 9")])
def test_a_crash_within_a_turn_keeps_what_was_said(stage: Stage, status: int, how: str) -> None:
    played = stage.play({"say": "So far."}, {"crash": status})

    assert played.end.stop is Stop.CRASHED
    assert played.text == "So far."
    assert how in played.end.reason
    assert played.end.session.startswith("stub-")


def test_a_crash_tells_no_secret(stage: Stage) -> None:
    end = stage.play(
        {"stderr": "bad key sk-very-secret"},
        {"crash": 1},
        environment={"MODEL_KEY": "sk-very-secret"},
    ).end

    assert "bad key ***" in end.reason
    assert "secret" not in end.reason


def test_an_agent_that_closes_its_output_is_gone(stage: Stage) -> None:
    played = stage.play({"close": "stdout"}, {"hang": True})

    assert played.end.stop is Stop.CRASHED
    assert played.seconds < 3


def test_an_agent_that_reads_no_more_is_gone_when_it_has_to_be_told_something(
    stage: Stage,
) -> None:
    stage.argv = [stage.argv[0], "-c", _DEAF]
    played = stage.play({"say": "a"})

    assert played.end.stop is Stop.CRASHED
    assert played.seconds < 3


_DEAF = """
import json, os, sys, time
m = json.loads(sys.stdin.readline())
os.close(0)
print(json.dumps({"jsonrpc": "2.0", "id": m["id"], "result": {"protocolVersion": 1}}), flush=True)
time.sleep(60)
"""


def test_an_agent_that_is_not_installed_is_named(stage: Stage) -> None:
    stage.argv = ["no-such-agent", "acp"]
    end = stage.play({"say": "a"}).end

    assert (end.stop, end.reason) == (Stop.FAILED, "`no-such-agent` is not installed here")


def test_a_prompt_larger_than_a_pipe_gets_through(stage: Stage) -> None:
    played = stage.play({"think": "x" * 500_000}, {"say": "a"}, earlier="y" * 500_000)

    assert (played.text, played.end.stop) == ("a", Stop.DONE)


def test_what_the_watch_raises_ends_the_agent(stage: Stage) -> None:
    def refuses(_follower: Follower) -> Wish:
        raise RuntimeError("the table is gone")

    with pytest.raises(RuntimeError, match="the table is gone"):
        stage.play({"hang": "deaf"}, wished=refuses)
