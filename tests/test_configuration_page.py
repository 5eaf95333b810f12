"""docs/configuration.md says what the parser knows: every key, its default, what is allowed."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from parley.core.configuration import parse
from parley.core.configuration_keys import CHANNEL_KEYS, GENERAL_KEYS
from parley.core.document import Key
from parley.errors import SettingsError

PAGE = (Path(__file__).resolve().parents[1] / "docs/configuration.md").read_text()

Row = tuple[str, ...]


def rows(heading: str) -> list[Row]:
    """The cells of the first table under a heading, without its head."""
    section = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.split("\n\n| ")[1].splitlines() if line.startswith("| `")]
    return [tuple(cell.strip() for cell in line.strip("| ").split(" | ")) for line in lines]


def documented(heading: str) -> list[Row]:
    return [(row[0].split("`")[1], row[1].strip("`"), row[2]) for row in rows(heading)]


def without_looks(allowed: str) -> str:
    """How ids look is told once for each channel, not with each key."""
    return re.sub(r"^(a list of ids) \([^)]*\)", r"\1", allowed)


GENERAL = [(key.name, json.dumps(key.written), key.allowed) for key in GENERAL_KEYS]
MARKED = {row[0].split("`")[1] for row in rows("General keys") if "*" in row[0]}


def test_general_keys() -> None:
    assert documented("General keys") == GENERAL


@pytest.mark.parametrize("channel", CHANNEL_KEYS)
def test_keys_of_a_channel(channel: str) -> None:
    known = {
        (key.name, json.dumps(key.written), without_looks(key.allowed)) for key in own(channel)
    }
    told = {
        row
        for row, cells in zip(
            documented("Keys of a channel"), rows("Keys of a channel"), strict=True
        )
        if "(" not in cells[0] or channel.capitalize() in cells[0]
    }
    assert told == known


@pytest.mark.parametrize("channel", CHANNEL_KEYS)
def test_what_a_channel_may_have_instead_is_marked(channel: str) -> None:
    names = {key.name for key in CHANNEL_KEYS[channel]}
    assert names - {key.name for key in own(channel)} == MARKED


def own(channel: str) -> list[Key[Any]]:
    """A channel's keys that are not general ones."""
    general = {key.name for key in GENERAL_KEYS}
    return [key for key in CHANNEL_KEYS[channel] if key.name not in general]


@pytest.mark.parametrize("channel", CHANNEL_KEYS)
def test_how_ids_look(channel: str) -> None:
    (users,) = [key for key in CHANNEL_KEYS[channel] if key.name == "users"]
    section = PAGE.split("| channel | ids |")[1].split("\n\n")[0]
    (looks,) = re.findall(rf"^\| `{channel}` \| (.*) \|$", section, re.MULTILINE)
    assert users.allowed.startswith(f"a list of ids ({looks})")


def test_the_example_is_a_document() -> None:
    (example,) = re.findall(r"^```json\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert parse(example).channels == ("slack", "telegram")


def test_the_errors_that_are_shown_are_those_that_are_told() -> None:
    wrong = '{"channels": {"slack": {"approval_mode": "asks", "aprovers": []}}}'
    with pytest.raises(SettingsError) as refusal:
        parse(wrong)
    for line in str(refusal.value).splitlines():
        assert line in PAGE
