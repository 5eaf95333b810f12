"""The configuration document: checked, told in words, written where the functions read it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from parley.core.access import EVERYBODY
from parley.core.configuration import Configuration, parse
from parley.core.policy import ApprovalMode
from parley.errors import SettingsError

# Parameter Store's limit; above half of it a parameter costs a little.
LARGEST = 8 * 1024


class Parameters(Protocol):
    def put(self, name: str, text: str) -> None:
        """Write the parameter, whether it is there or not. Raises StoreUnavailable."""
        ...


def check(path: str) -> str:
    return "\n".join(_summary(parse(text_of(path))))


def configure(path: str, name: str, parameters: Parameters) -> str:
    text = text_of(path)
    summary = "\n".join(_summary(parse(text)))
    if len(text.encode()) > LARGEST:
        raise SettingsError(f"{path} is too large: a parameter holds {LARGEST} bytes")
    parameters.put(name, text)
    return f"{summary}\nwritten to the parameter {name}; functions know it within a minute"


def text_of(path: str) -> str:
    """A file's text. Raises SettingsError."""
    try:
        return Path(path).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {error}") from None


def _summary(configuration: Configuration) -> Iterator[str]:
    if not configuration.channels:
        yield "serves no channel: none stands under channels, or all are switched off"
    for channel in configuration.channels:
        people, tools = _people(configuration, channel), _tools(configuration, channel)
        yield f"serves {channel}: {people}; {tools}"
        yield from (f"  note: {note}" for note in _notes(configuration, channel))


def _people(configuration: Configuration, channel: str) -> str:
    found = configuration.configured[channel]
    lists = {
        "users": found.users | found.operators,
        "teams": found.teams,
        "chats": found.chats,
    }
    told = [f"{name}: {_counted(listed)}" for name, listed in lists.items() if listed]
    return f"lets in {', '.join(told)}" if told else "lets in nobody"


def _counted(listed: frozenset[str]) -> str:
    return "all" if EVERYBODY in listed else str(len(listed))


def _tools(configuration: Configuration, channel: str) -> str:
    policy = configuration.policy_of(channel)
    approvers = ", ".join(sorted(configuration.approvers_of(channel))) or "nobody"
    match policy.mode:
        case ApprovalMode.ALLOW_ALL:
            return "every tool runs"
        case ApprovalMode.DENY_ALL:
            return "no tool runs"
        case ApprovalMode.ALLOWLIST:
            return f"{len(policy.allowlist)} tools run, the rest is refused"
    return f"{len(policy.allowlist)} tools run, for the rest {approvers} may approve"


def _notes(configuration: Configuration, channel: str) -> Iterator[str]:
    found, mode = configuration.configured[channel], configuration.policy_of(channel).mode
    anybody = EVERYBODY in found.users | found.teams | found.chats
    if anybody and mode is ApprovalMode.ALLOW_ALL:
        yield "anybody on it has every tool run, without a question"
    if mode is ApprovalMode.ASK and not found.approvers:
        yield "approvers is empty: whatever is asked expires"
    if channel == "telegram" and not configuration.telegram.bot_username:
        yield "bot_username is empty: in groups the bot does not know its own name"
