"""A command typed into one line becomes the options that Discord would send."""

import pytest

from local.discord.typed import missing, options_of
from parley.command.discord import commands

COMMANDS = {str(each["name"]): dict(each) for each in commands()}


@pytest.mark.parametrize(
    ("name", "rest", "options"),
    [
        ("stop", "", {}),
        ("stop", "please", {}),
        ("ask", "Fix the  build", {"prompt": "Fix the  build"}),
        ("deny", "k3 not now", {"id": "k3", "reason": "not now"}),
        ("deny", "k3", {"id": "k3"}),
        ("revise", "k3 mode: fast", {"id": "k3", "words": "mode: fast"}),
        ("task", "shop Fix the build", {"project": "shop", "prompt": "Fix the build"}),
        (
            "task",
            "shop @stub model=a think:high Fix: x=1",
            {
                "project": "shop",
                "agent": "stub",
                "model": "a",
                "think": "high",
                "prompt": "Fix: x=1",
            },
        ),
        ("task", "shop http://a @b", {"project": "shop", "prompt": "http://a @b"}),
    ],
)
def test_options(name: str, rest: str, options: dict[str, str]) -> None:
    assert options_of(COMMANDS[name], rest) == options


def test_what_is_needed_is_missed() -> None:
    assert missing(COMMANDS["task"], {"project": "shop"}) == ["prompt"]
