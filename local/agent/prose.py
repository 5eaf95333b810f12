"""What the scripted agent says to somebody who writes without SCRIPT=: useful to try a chat with,
never a model.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from local.agent.filler import markdown
from local.agent.script import ScriptedTool, Step

FEW_WORDS = 4
ECHO_LIMIT = 1500


@dataclass(frozen=True, slots=True)
class Trick:
    """A word one can write, what it shows, and the answer to it (its first number, if it named
    one).
    """

    word: str
    shows: str
    steps: Callable[[int | None], tuple[Step, ...]]


def plan(text: str) -> tuple[Step, ...]:
    """The model calls that answer this message."""
    words = re.findall(r"[a-z']+|\d+", text.lower())
    if words and len(words) <= FEW_WORDS:
        if words[0] in TRICKS:
            number = next((int(word) for word in words if word.isdigit()), None)
            return TRICKS[words[0]].steps(number)
        if words[0] in GREETINGS:
            return (Step(text=GREETING),)
    return (Step(text=_echo(text)),)


def _help(_: int | None = None) -> tuple[Step, ...]:
    rows = "\n".join(f"- `{trick.word}`: {trick.shows}" for trick in TRICKS.values())
    return (
        Step(
            text=(
                "I am a **scripted agent**: I stand in for a real agent server, so that you can "
                "try the chat without one. There is no model behind me.\n\n"
                f"Write one of these words:\n\n{rows}\n\n"
                "Anything else I say back to you. To script me exactly, put a list of answers "
                "behind `SCRIPT=`, for example:\n\n"
                '```\nhello SCRIPT=[{"text": "Hi *there*", "sleep": 2}]\n```'
            )
        ),
    )


def _table(_: int | None) -> tuple[Step, ...]:
    return (
        Step(
            text=(
                "Here is a table:\n\n"
                "| service | pods | restarts |\n| :-- | --: | --: |\n"
                "| api | 3 | 0 |\n| web | 2 | 1 |\n| queue | 1 | 0 |\n\n"
                "The numbers are made up."
            )
        ),
    )


def _code(_: int | None) -> tuple[Step, ...]:
    return (
        Step(
            text=(
                "Some code, its indentation kept:\n\n```python\ndef greet(name: str) -> str:\n"
                '    if not name:\n        return "Hello, whoever you are"\n'
                '    return f"Hello, {name}"\n```\n\nand `inline code`, too.'
            )
        ),
    )


def _list(_: int | None) -> tuple[Step, ...]:
    return (
        Step(
            text=(
                "### A list\n\n1. first\n2. second, with **bold**, *italic* and ~~struck~~ words\n"
                "   - nested once\n   - nested twice\n3. third, with a [link](https://example.com)\n\n"
                "> and a quotation below it"
            )
        ),
    )


def _long(size: int | None) -> tuple[Step, ...]:
    return (Step(text=markdown(min(size or 30_000, 1_000_000))),)


def _slow(seconds: int | None) -> tuple[Step, ...]:
    wait = min(seconds or 8, 600)
    return (Step(text=f"That took me {wait} seconds. Thank you for waiting.", sleep=wait),)


def _fail(_: int | None) -> tuple[Step, ...]:
    return (Step(status=500, error="this failure was asked for"),)


def _empty(_: int | None) -> tuple[Step, ...]:
    return (Step(),)


def _tools(_: int | None) -> tuple[Step, ...]:
    commands = ("kubectl get pods", "date", "echo hello from a tool")
    calls = tuple(ScriptedTool("stakpak__run_command", {"command": each}) for each in commands)
    return (
        Step(text="Let me look: I would like to run three commands.", tools=calls),
        Step(
            text=(
                "I asked for three tools, one after another. Whether they ran, or were refused, "
                "was decided by the approval mode of this chat. (Nothing was really run.)"
            )
        ),
    )


def _flood(events: int | None) -> tuple[Step, ...]:
    """Two events a tool call, a hundred calls a turn, and a large output once a turn."""
    calls_in_turn = 100
    large = ScriptedTool(
        "stakpak__view", {"path": "/var/log/everything"}, output="log line\n" * 25_000
    )
    small = ScriptedTool("stakpak__view", {"path": "/etc/hostname"}, output="scripted")
    turn = Step(tools=(large, *[small] * (calls_in_turn - 1)))
    turns = max(1, min(events or 10_000, 20_000) // (2 * calls_in_turn))
    return (
        *[turn] * turns,
        Step(text=f"That was a stream of at least {turns * 2 * calls_in_turn} events."),
    )


TRICKS = {
    trick.word: trick
    for trick in (
        Trick("help", "this list", _help),
        Trick("table", "a Markdown table", _table),
        Trick("code", "a block of code", _code),
        Trick("list", "lists, emphasis, a link, a quotation", _list),
        Trick(
            "long",
            "an answer of 30,000 characters with code (`long 90000` for another length)",
            _long,
        ),
        Trick("slow", "an answer that takes 8 seconds (`slow 30` for another time)", _slow),
        Trick("tools", "three commands, which need approval", _tools),
        Trick("empty", "a run that ends without saying anything", _empty),
        Trick("fail", "a run that fails after two more attempts", _fail),
        Trick("flood", "10,000 events and large tool output behind one line", _flood),
    )
}

GREETINGS = frozenset({"hi", "hello", "hey", "hallo", "hola", "moin"})
GREETING = (
    "Hello! I am a **scripted agent**, standing in for a real one. Write `help` to see what you "
    "can try, or anything else and I say it back."
)


def _echo(text: str) -> str:
    said = text.strip()
    shown = said if len(said) <= ECHO_LIMIT else f"{said[:ECHO_LIMIT]} …"
    quoted = "\n".join(f"> {line}" for line in shown.splitlines()) or "> (nothing)"
    words = len(said.split())
    return (
        f"You wrote {words} {'word' if words == 1 else 'words'}:\n\n{quoted}\n\n"
        "I am a scripted agent and cannot do more with it. Write `help` to see what I can do."
    )
