"""Commands: what a message says to Parley itself rather than to the agent.

A command is the first word of a message, after `/` or `!`, and one of those below. Everything else
that begins so is a message: a path, an exclamation, a command of somebody else's.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from parley.core.busy import BusyMode

PREFIXES = ("/", "!")
# Where a channel has its commands as arguments of one of its own.
OWN_COMMAND = {"slack": "/parley "}


@dataclass(frozen=True, slots=True)
class New:
    """The conversation goes on in a new session."""


@dataclass(frozen=True, slots=True)
class Stop:
    """The run ends, and with it the turn."""


@dataclass(frozen=True, slots=True)
class Status: ...


@dataclass(frozen=True, slots=True)
class Help: ...


@dataclass(frozen=True, slots=True)
class WhoAmI: ...


@dataclass(frozen=True, slots=True)
class Queue:
    mode: BusyMode


@dataclass(frozen=True, slots=True)
class Approve:
    approval: str


@dataclass(frozen=True, slots=True)
class Deny:
    approval: str
    reason: str


@dataclass(frozen=True, slots=True)
class Pair:
    code: str


Command = New | Stop | Status | Help | WhoAmI | Queue | Approve | Deny | Pair


@dataclass(frozen=True, slots=True)
class Misused:
    """A command with arguments that it cannot use. `usage` says in one line how it is written."""

    usage: str


@dataclass(frozen=True, slots=True)
class Argument:
    name: str
    meaning: str
    choices: tuple[str, ...] = ()
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """How a command is written and what it does; `read` makes it of the text behind its name, or
    nothing where that text makes no sense."""

    name: str
    meaning: str
    read: Callable[[str], Command | None]
    arguments: tuple[Argument, ...] = ()

    @property
    def written(self) -> str:
        return " ".join([self.name, *(argument.name for argument in self.arguments)])

    @property
    def choices(self) -> str:
        named = [each for each in self.arguments if each.choices]
        return "".join(f"; {each.name} is one of {', '.join(each.choices)}" for each in named)


def prefix_of(channel: str) -> str:
    """What stands before a command's name when the channel's people are told of it."""
    return OWN_COMMAND.get(channel, "/")


def parse(text: str, channel: str = "") -> Command | Misused | None:
    """The command that the text is; None where it is a message."""
    stripped = text.strip()
    if not stripped.startswith(PREFIXES):
        return None
    words = stripped[1:].split(maxsplit=1)
    # Behind a space it is no command: `! stop` is somebody's emphasis.
    if not words or stripped[1].isspace():
        return None
    form = _BY_NAME.get(words[0].lower())
    if form is None:
        return None
    command = form.read(words[1] if len(words) > 1 else "")
    prefix = prefix_of(channel) if stripped[0] == "/" else stripped[0]
    return command or Misused(f"Please write {_line(form, prefix)}")


def help_text(channel: str = "") -> str:
    """One line per command, written the way that the channel has them."""
    prefix = prefix_of(channel)
    return "\n".join(f"- {_line(form, prefix)}" for form in FORMS)


def _line(form: Form, prefix: str) -> str:
    return f"`{prefix}{form.written}`: {form.meaning}{form.choices}"


def _alone(command: Command) -> Callable[[str], Command | None]:
    return lambda rest: None if rest else command


def _whatever_follows(command: Command) -> Callable[[str], Command | None]:
    """Who says "stop please", or "stop" and why, is obeyed all the same."""
    return lambda _rest: command


def _queue(rest: str) -> Command | None:
    mode = _MODES.get(rest.lower())
    return Queue(mode) if mode else None


def _approve(rest: str) -> Command | None:
    approval = _approval(rest)
    return Approve(approval) if approval else None


def _deny(rest: str) -> Command | None:
    words = rest.split(maxsplit=1)
    approval = _approval(words[0]) if words else None
    return Deny(approval, words[1] if len(words) > 1 else "") if approval else None


def _pair(rest: str) -> Command | None:
    code = rest.strip("`").replace("-", "").upper()
    return Pair(code) if _CODE.fullmatch(code) else None


def _approval(word: str) -> str | None:
    """The id, as the prompt shows it, perhaps copied with its backticks."""
    approval = word.strip("`").lower()
    return approval if _APPROVAL.fullmatch(approval) else None


_APPROVAL = re.compile(r"[a-z0-9]{1,32}", re.ASCII)
_CODE = re.compile(r"[A-Z0-9]{8}", re.ASCII)
_MODES: Mapping[str, BusyMode] = {
    **{mode.value: mode for mode in BusyMode},
    "follow-up": BusyMode.FOLLOWUP,
}
_ID = Argument("ID", "The id that the prompt shows")

FORMS = (
    Form("new", "start afresh, in a new session", _alone(New())),
    Form("stop", "stop what the agent is doing", _whatever_follows(Stop())),
    Form("status", "what the agent is doing, and what is waiting", _alone(Status())),
    Form("help", "show this list", _whatever_follows(Help())),
    Form("whoami", "your id here, and what you may do", _alone(WhoAmI())),
    Form(
        "queue",
        "what happens to messages that come while the agent works",
        _queue,
        (Argument("MODE", "What to do with them", tuple(BusyMode)),),
    ),
    Form("approve", "allow the tool calls of this prompt", _approve, (_ID,)),
    Form(
        "deny",
        "refuse them; the agent is told the reason",
        _deny,
        (_ID, Argument("REASON", "What the agent is told", optional=True)),
    ),
    Form(
        "pair",
        "let somebody in by the code that they were given (operators)",
        _pair,
        (Argument("CODE", "Eight characters"),),
    ),
)
_BY_NAME = {form.name: form for form in FORMS}
