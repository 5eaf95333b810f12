"""Commands: what a message says to Parley itself rather than to the agent.

A command is the first word of a message, after `/` or `!`, and one of those below. Everything else
that begins so is a message: a path, an exclamation, a command of somebody else's.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from parley.core.busy import BusyMode
from parley.core.command_forms import Argument as Argument
from parley.core.command_forms import Form as Form
from parley.core.tasks.request import USAGE, BadRequest, TaskRequest
from parley.core.tasks.request import parse as parse_request
from parley.core.tasks.rulings import Ruling

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


@dataclass(frozen=True, slots=True)
class StartTask:
    request: TaskRequest


@dataclass(frozen=True, slots=True)
class ListTasks: ...


@dataclass(frozen=True, slots=True)
class CancelTask:
    task: str


@dataclass(frozen=True, slots=True)
class Rule:
    """On a change; `words` are the reason of a rejection, or what a revision has to do."""

    change: str
    ruling: Ruling
    words: str = ""


TaskCommand = StartTask | ListTasks | CancelTask | Rule
Command = New | Stop | Status | Help | WhoAmI | Queue | Approve | Deny | Pair | TaskCommand


@dataclass(frozen=True, slots=True)
class Misused:
    """A command with arguments that it cannot use. `usage` says in one line how it is written."""

    usage: str


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
    approval = _id(rest)
    return Approve(approval) if approval else None


def _deny(rest: str) -> Command | None:
    words = rest.split(maxsplit=1)
    approval = _id(words[0]) if words else None
    return Deny(approval, words[1] if len(words) > 1 else "") if approval else None


def _task(rest: str) -> Command | Misused | None:
    if not rest:
        return None
    try:
        return StartTask(parse_request(rest))
    except BadRequest as error:
        return Misused(str(error))


def _cancel(rest: str) -> Command | None:
    task = _id(rest)
    return CancelTask(task) if task else None


def _ruling(ruling: Ruling) -> Callable[[str], Command | None]:
    def read(rest: str) -> Command | None:
        words = rest.split(maxsplit=1)
        change = _id(words[0]) if words else None
        said = words[1] if len(words) > 1 else ""
        needed = {Ruling.APPLY: not said, Ruling.REVISE: bool(said)}.get(ruling, True)
        return Rule(change, ruling, said) if change and needed else None

    return read


def _pair(rest: str) -> Command | None:
    code = rest.strip("`").replace("-", "").upper()
    return Pair(code) if _CODE.fullmatch(code) else None


def _id(word: str) -> str | None:
    """An id, as a prompt shows it, perhaps copied with its backticks."""
    id = word.strip("`").lower()
    return id if _ID_SHAPE.fullmatch(id) else None


_ID_SHAPE = re.compile(r"[a-z0-9]{1,32}", re.ASCII)
_CODE = re.compile(r"[A-Z0-9]{8}", re.ASCII)
_MODES: Mapping[str, BusyMode] = {
    **{mode.value: mode for mode in BusyMode},
    "follow-up": BusyMode.FOLLOWUP,
}
_ID = Argument("ID", "The id that the prompt shows")
_CHANGE = Argument("ID", "The id that the review shows")

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
    Form(
        "task",
        "have an agent work on a project",
        _task,
        (
            Argument("PROJECT", "The project's id"),
            Argument("PROMPT", "What is to be done"),
            Argument("AGENT", "Which agent; else the project's", optional=True, mark="@"),
            Argument("MODEL", "Which model", optional=True, mark="model="),
            Argument("MODE", "Which of the agent's modes", optional=True, mark="mode="),
            Argument("THINK", "How hard it thinks", optional=True, mark="think="),
            Argument("SESSION", "An earlier task to go on with", optional=True, mark="session="),
        ),
        USAGE,
    ),
    Form("tasks", "your tasks and those of this chat", _alone(ListTasks())),
    Form("cancel", "end a task", _cancel, (Argument("ID", "The task's id"),)),
    Form("apply", "publish a change as a pull request", _ruling(Ruling.APPLY), (_CHANGE,)),
    Form(
        "reject",
        "drop a change",
        _ruling(Ruling.REJECT),
        (_CHANGE, Argument("REASON", "Why", optional=True)),
    ),
    Form(
        "revise",
        "have a change worked on once more",
        _ruling(Ruling.REVISE),
        (_CHANGE, Argument("WORDS", "What to do differently")),
    ),
)
_BY_NAME = {form.name: form for form in FORMS}
