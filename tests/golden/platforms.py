"""The long reply as each platform gets it: what the golden files hold."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from parley.adapters.discord import render as discord
from parley.adapters.slack import render as slack
from parley.adapters.telegram import render as telegram
from parley.core.reply import Part

HERE = Path(__file__).parent
REPLY = (HERE / "reply.md").read_text()


def as_it_is(text: str) -> str:
    return text


def listed(parts: Sequence[Part], shown: Callable[[str], str] = as_it_is) -> str:
    """The parts below each other, each under a line that says which it is."""
    return "".join(
        f"{'=' * 20} {part.file or 'message'} {number} of {len(parts)}\n"
        f"{part.text if part.file else shown(part.text)}\n"
        for number, part in enumerate(parts, start=1)
    )


def goldens() -> Mapping[str, str]:
    """Every golden file's name, and what it should hold."""
    ordinary = telegram.split(REPLY, rich=False)
    return {
        "slack.md": listed(slack.split(REPLY)),
        "telegram-rich.md": listed(telegram.split(REPLY, rich=True)),
        "telegram.html": listed(ordinary, telegram.html),
        "telegram.txt": listed(ordinary, telegram.plain),
        "discord.md": listed(discord.split(REPLY)),
        "whole-telegram.html": telegram.html(REPLY) + "\n",
        "whole-discord.md": discord.markdown(REPLY),
    }


def rewrite() -> None:
    for name, text in goldens().items():
        (HERE / name).write_text(text)


if __name__ == "__main__":
    rewrite()
