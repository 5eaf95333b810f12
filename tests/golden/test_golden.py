"""One long reply on every platform: as it is on file, within the limits, and nothing lost."""

import difflib
from collections.abc import Callable, Sequence

import pytest
from markdown_it import MarkdownIt

from parley.adapters.discord import limits as discord_limits
from parley.adapters.discord import render as discord
from parley.adapters.slack import limits as slack_limits
from parley.adapters.slack import render as slack
from parley.adapters.telegram import limits as telegram_limits
from parley.adapters.telegram import render as telegram
from parley.core.reply import Part
from parley.core.splitting import Piece
from tests.golden.platforms import HERE, REPLY, goldens
from tests.rendering import TelegramHtml, code_of, in_json, in_utf16, open_fences

NOW = goldens()

Split = Callable[[str], Sequence[Part]]

SPLITS: dict[str, Split] = {
    "slack": slack.split,
    "telegram, rich": lambda text: telegram.split(text, rich=True),
    "telegram": lambda text: telegram.split(text, rich=False),
    "discord": discord.split,
}
PIECES: dict[str, Callable[[str], Sequence[Piece]]] = {
    "slack": slack.pieces,
    "telegram, rich": lambda text: telegram.pieces(text, rich=True),
    "telegram": lambda text: telegram.pieces(text, rich=False),
    "discord": discord.pieces,
}


@pytest.mark.parametrize("name", sorted(NOW))
def test_it_is_as_on_file(name: str) -> None:
    """If it is meant to differ: make golden, and read the difference."""
    held = (HERE / name).read_text()
    difference = difflib.unified_diff(
        held.splitlines(), NOW[name].splitlines(), f"{name} on file", f"{name} now", lineterm=""
    )
    assert held == NOW[name], "\n" + "\n".join(difference)


def test_nothing_else_is_on_file() -> None:
    files = {path.name for path in HERE.iterdir() if path.suffix in (".md", ".html", ".txt")}
    assert files == {*NOW, "reply.md"}


def test_the_reply_is_long_and_has_everything() -> None:
    parsed = MarkdownIt("commonmark").enable("table").parse(REPLY)
    languages = {token.info for token in parsed if token.type == "fence"}
    kinds = {token.type for token in parsed}
    assert len(REPLY) >= 30_000
    assert len(languages - {""}) >= 3
    assert {"table_open", "blockquote_open", "heading_open", "ordered_list_open"} <= kinds


@pytest.mark.parametrize("platform", sorted(PIECES))
def test_the_bodies_together_are_the_reply(platform: str) -> None:
    assert "".join(piece.body for piece in PIECES[platform](REPLY)) == REPLY


@pytest.mark.parametrize("platform", sorted(SPLITS))
def test_every_fence_is_closed_in_its_part(platform: str) -> None:
    parts = SPLITS[platform](REPLY)
    assert len(parts) > 1
    assert [open_fences(part.text) for part in parts] == [0] * len(parts)


def test_the_code_is_whole() -> None:
    """Slack and rich messages get all of it; so the code of the parts is the code of the reply."""
    for platform in ("slack", "telegram, rich"):
        joined = "".join(code for part in SPLITS[platform](REPLY) for code in code_of(part.text))
        assert joined == "".join(code_of(REPLY))


def test_only_the_last_part_is_a_file_and_the_one_before_says_so() -> None:
    for platform in ("telegram", "discord"):
        *messages, last = SPLITS[platform](REPLY)
        assert [part.file for part in messages] == [""] * 5
        assert last.file == "answer.md"
        assert messages[-1].text.endswith("… the rest is in `answer.md`")


def test_slack_takes_every_part() -> None:
    parts = slack.split(REPLY)
    assert len(parts) <= slack_limits.MESSAGES + 1
    for part in parts:
        assert part.file or in_json(part.text) <= slack_limits.CHUNK


def test_telegram_takes_every_part() -> None:
    for part in telegram.split(REPLY, rich=True):
        assert in_utf16(part.text) <= telegram_limits.RICH_TEXT
    for part in telegram.split(REPLY, rich=False):
        shown = TelegramHtml(telegram.html(part.text))
        assert not shown.faults
        assert part.file or in_utf16(shown.text) <= telegram_limits.TEXT
        assert part.file or in_utf16(telegram.plain(part.text)) <= telegram_limits.TEXT


def test_discord_takes_every_part() -> None:
    for part in discord.split(REPLY):
        assert part.file or in_utf16(part.text) <= discord_limits.MESSAGE


def test_nobody_is_called() -> None:
    assert "<!here>" in REPLY
    assert "@ops-oncall" in REPLY
    for part in slack.split(REPLY):
        assert part.file or not {"<!here>", "<@U0ADA00001>"} & set(part.text.split())
    for part in discord.split(REPLY):
        assert part.file or "@everyone" not in part.text
        assert part.file or "<@1033>" not in part.text
    for part in telegram.split(REPLY, rich=True):
        assert "@ops-oncall" not in part.text
    assert "@ops-oncall" not in telegram.html(REPLY)
    assert "`@pytest.fixture`" in telegram.quiet(REPLY)
