"""Rendering, for any text: within the limits, well formed, nothing lost, and nobody called."""

import re
from collections import Counter
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given

from parley.adapters.discord import limits as discord_limits
from parley.adapters.discord import render as discord
from parley.adapters.slack import limits as slack_limits
from parley.adapters.slack import render as slack
from parley.adapters.telegram import limits as telegram_limits
from parley.adapters.telegram import render as telegram
from parley.core.splitting import Piece
from tests.core.markdowns import long_markdowns, markdowns, sound
from tests.properties import PROPERTY
from tests.rendering import TelegramHtml, in_json, in_utf16, open_fences

PIECES: dict[str, Callable[[str], Sequence[Piece]]] = {
    "slack": slack.pieces,
    "telegram, rich": lambda text: telegram.pieces(text, rich=True),
    "telegram": lambda text: telegram.pieces(text, rich=False),
    "discord": discord.pieces,
}

SLACK_PING = re.compile(r"<(?:!(?:here|channel|everyone|group|subteam)|@[UWB][A-Z0-9]+)[|>^]")
DISCORD_PING = re.compile(r"@everyone|@here|<@[!&]?\d+>")
TELEGRAM_PING = re.compile(r"(?<!\w)@\w{4}")


@PROPERTY
@pytest.mark.parametrize("platform", sorted(PIECES))
@given(text=long_markdowns)
def test_nothing_is_lost(platform: str, text: str) -> None:
    assert "".join(piece.body for piece in PIECES[platform](text)) == text


@PROPERTY
@given(text=long_markdowns)
def test_slack_takes_it_and_nobody_is_called(text: str) -> None:
    for part in slack.split(text):
        if not part.file:
            assert in_json(part.text) <= slack_limits.CHUNK
            assert not SLACK_PING.search(part.text)
            assert not open_fences(part.text)


@PROPERTY
@given(text=long_markdowns)
def test_discord_takes_it_and_nobody_is_called(text: str) -> None:
    for part in discord.split(text):
        if not part.file:
            assert in_utf16(part.text) <= discord_limits.MESSAGE
            assert not DISCORD_PING.search(part.text)


@PROPERTY
@given(text=markdowns)
def test_discord_sees_fences_where_they_are_meant_and_ended(text: str) -> None:
    """For it every three backticks are a fence, at the start of a line or not."""
    for part in discord.split(text):
        if not part.file:
            assert part.text.count("```") % 2 == 0
            assert not open_fences(part.text)
            marks = [line for line in part.text.split("\n") if "```" in line]
            assert all(re.fullmatch(r"[^`]*```[\w+.#-]*[ \t\r]*", line) for line in marks)


@PROPERTY
@given(text=long_markdowns)
def test_a_rich_message_takes_it_and_links_nobody(text: str) -> None:
    for part in telegram.split(text, rich=True):
        if not part.file:
            assert in_utf16(part.text) <= telegram_limits.RICH_TEXT
            assert not open_fences(part.text)
            assert "tg://" not in part.text


@PROPERTY
@given(text=long_markdowns)
def test_telegram_takes_every_part_as_html_and_plain(text: str) -> None:
    for part in telegram.split(text, rich=False):
        if not part.file:
            assert in_utf16(TelegramHtml(telegram.html(part.text)).text) <= telegram_limits.TEXT
            assert in_utf16(telegram.plain(part.text)) <= telegram_limits.TEXT
            assert not open_fences(part.text)


@PROPERTY
@given(text=markdowns)
def test_html_is_well_formed_and_calls_nobody(text: str) -> None:
    read = TelegramHtml(telegram.html(text))
    assert read.faults == []
    assert not TELEGRAM_PING.search(read.prose)
    assert not [address for address in read.addresses if address.startswith("tg:")]


@PROPERTY
@given(text=sound)
def test_plain_text_has_every_word_but_the_languages_of_code(text: str) -> None:
    word = re.compile(r"[^\W\d]\w*")  # lists are numbered anew
    wanted = Counter(word.findall(re.sub(r"(?m)^([> ]*)(```|~~~~)\w+", r"\1", text)))
    assert not wanted - Counter(word.findall(telegram.plain(text)))


@PROPERTY
@given(text=markdowns)
def test_plain_text_calls_nobody(text: str) -> None:
    assert not TELEGRAM_PING.search(telegram.plain(text))


@PROPERTY
@given(text=markdowns)
def test_what_is_quiet_stays_as_it_is(text: str) -> None:
    for quiet in (slack.quiet, discord.quiet):
        assert quiet(quiet(text)) == quiet(text)
