"""A task's request as it is written in a chat."""

import pytest

from parley.core.tasks.request import BadRequest, TaskRequest, parse


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("demo fix it", TaskRequest("demo", "fix it")),
        ("demo @opencode fix it", TaskRequest("demo", "fix it", agent="opencode")),
        (
            "demo @opencode model=fake/f-1 mode=plan think=high session=abc123 fix it",
            TaskRequest("demo", "fix it", "opencode", "fake/f-1", "plan", "high", "abc123"),
        ),
        ("  demo   fix  it  ", TaskRequest("demo", "fix  it")),
        ("demo fix\n\n    this: code\n", TaskRequest("demo", "fix\n\n    this: code")),
        ("demo fix model=x in the file", TaskRequest("demo", "fix model=x in the file")),
        ("demo model= is empty", TaskRequest("demo", "model= is empty")),
        ("demo @Someone said so", TaskRequest("demo", "@Someone said so")),
        ("demo user@example.org wrote", TaskRequest("demo", "user@example.org wrote")),
        ("demo\nmode=plan\nfix", TaskRequest("demo", "fix", mode="plan")),
    ],
)
def test_options_come_before_the_prompt(text: str, asked: TaskRequest) -> None:
    assert parse(text) == asked


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "Please write `task PROJECT"),
        ("@opencode fix it", "Please write `task PROJECT"),
        ("Demo! fix it", "Please write `task PROJECT"),
        ("demo", "What is to be done?"),
        ("demo @opencode model=x", "What is to be done?"),
        ("demo model=a model=b fix", "`model=b` is said a second time"),
        ("demo @a @b fix", "`@b` is said a second time"),
    ],
)
def test_what_makes_no_request_is_told(text: str, told: str) -> None:
    with pytest.raises(BadRequest, match="^" + told.replace("?", r"\?").replace("`", "`")):
        parse(text)
