"""Our client and an agent made with the protocol's own package understand one another."""

import sys

import pytest

from parley.core.tasks.heard import Said, Stop, Thought, ToolSeen
from parley.ports.work import Wish
from tests.agent_process.acting import Stage
from tests.agent_process.one_shot import once_it_says


@pytest.fixture
def judged(stage: Stage) -> Stage:
    stage.argv = (sys.executable, "-m", "tests.agent_process.sdk_agent")
    return stage


def test_a_turn_with_an_option_and_a_permission(judged: Stage) -> None:
    path = str(judged.tree / "a.txt")
    played = judged.play(prompt=path, model="large")

    assert (played.end.stop, played.end.session) == (Stop.DONE, "judged")
    assert played.events == [
        Thought("large"),
        ToolSeen("1", "Write", "edit", "pending", paths=(path,)),
        ToolSeen("1", status="completed"),
        Said("yes"),
    ]


def test_a_loaded_session_and_a_rejection(judged: Stage) -> None:
    played = judged.play(prompt="/etc/passwd", resume="judged")

    assert played.end.stop is Stop.DONE
    assert played.text == "no"


def test_an_unknown_session_is_begun_anew(judged: Stage) -> None:
    played = judged.play(prompt="wait", resume="other", wished=once_it_says("Wait", Wish.CANCEL))

    assert (played.end.stop, played.end.session) == (Stop.CANCELLED, "judged")
    assert played.seconds < 5
