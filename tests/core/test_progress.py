"""What a person reads while the agent works."""

import pytest

from parley.core import progress


@pytest.mark.parametrize(
    ("activity", "seconds", "queued", "line"),
    [
        ("", 5, 0, "⏳ Working · 5 s"),
        ("stakpak__view", 7, 0, "⏳ Running `view` · 5 s"),
        ("", 61, 2, "⏳ Working · 1 min · 2 waiting"),
    ],
)
def test_a_line(activity: str, seconds: int, queued: int, line: str) -> None:
    assert progress.line(activity, seconds, queued) == line


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (4, "0 s"),
        (5, "5 s"),
        (59, "55 s"),
        (60, "1 min"),
        (74, "1 min"),
        (75, "1 min 15 s"),
        (599, "9 min 45 s"),
        (600, "10 min"),
        (659, "10 min"),
        (3_599, "59 min"),
        (3_600, "1 h 0 min"),
        (3_899, "1 h 0 min"),
        (3_900, "1 h 5 min"),
        (90_000, "25 h 0 min"),
    ],
)
def test_time_is_told_in_steps_that_get_coarser(seconds: int, words: str) -> None:
    assert progress.elapsed(seconds) == words
