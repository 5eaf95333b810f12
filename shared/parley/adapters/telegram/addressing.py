"""Whom a text is for: mentions of the bot, and commands by its name, taken out of the text."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from parley.adapters.telegram.fields import Json, member, number, text
from parley.core import commands

CHANNEL = "telegram"

_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@([A-Za-z0-9_]{1,32}))?(?=\s|$)", re.ASCII)
_ASK = "ask"  # what follows is for the agent; Telegram brings it whatever the bot's privacy mode
_STANDS_FOR = {"start": "help"}  # Telegram sends /start when a chat with the bot begins


class To(StrEnum):
    US = "us"
    ANOTHER = "another"  # a command that names another bot
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Said:
    """What a text says, without the words that only say whom it is for."""

    text: str
    to: To


def read(written: str, entities: Sequence[Json], bot: str) -> Said:
    """`bot` is the bot's user name in lower case, without the @."""
    mentions = [span for span in _mentions(written, entities, bot) if bot]
    bare = _without(written, mentions).strip("\n")
    found = _COMMAND.match(bare)
    if found is None:
        addressed = bool(mentions) or commands.parse(bare, CHANNEL) is not None
        return Said(bare, To.US if addressed else To.NOBODY)
    if found[2] and found[2].lower() != bot:
        return Said(bare, To.ANOTHER)
    command = found[1].lower()
    rest = bare[found.end() :]
    if command == _ASK:
        return Said(rest.removeprefix(" ").strip("\n"), To.US)
    said = f"/{_STANDS_FOR[command]}" if command in _STANDS_FOR else f"/{found[1]}{rest}"
    ours = mentions or found[2] or commands.parse(said, CHANNEL) is not None
    return Said(said, To.US if ours else To.NOBODY)


def is_bot(user: Json, bot: str) -> bool:
    return bool(bot) and user.get("is_bot") is True and text(user, "username").lower() == bot


def _mentions(written: str, entities: Sequence[Json], bot: str) -> Iterator[tuple[int, int]]:
    """Where the bot is mentioned, as places in the text."""
    for entity in entities:
        kind = entity.get("type")
        if kind not in ("mention", "text_mention"):
            continue
        start, end = _place(written, entity)
        named = kind == "mention" and written[start:end].lower() == f"@{bot}"
        if named or (kind == "text_mention" and is_bot(member(entity, "user"), bot)):
            yield start, end


def _place(written: str, entity: Json) -> tuple[int, int]:
    """Telegram counts in UTF-16 code units, Python in characters."""
    offset, length = number(entity, "offset") or 0, number(entity, "length") or 0
    units = written.encode("utf-16-le")
    start = len(units[: 2 * max(offset, 0)].decode("utf-16-le", "ignore"))
    end = len(units[: 2 * max(offset + length, 0)].decode("utf-16-le", "ignore"))
    return start, max(start, end)


def _without(written: str, spans: Sequence[tuple[int, int]]) -> str:
    """Each mention goes with one colon or comma and one space beside it. Every other space, line
    break and indentation stays: the text may be code."""
    for start, end in sorted(spans, reverse=True):
        end += written[end : end + 1] in (":", ",")
        if written[end : end + 1] == " ":
            end += 1
        elif written[end : end + 1] in ("", "\n") and written[start - 1 : start] == " ":
            start -= 1
        written = written[:start] + written[end:]
    return written
