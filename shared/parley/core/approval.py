"""Asking a person: the buttons' payload, a click, and what an approver may say."""

import re
from dataclasses import dataclass
from enum import StrEnum

from parley.core.delivery import Delivery
from parley.core.message import Sender

_PAYLOAD = re.compile(r"a:([a-z0-9]{1,32}):(allow|deny|always)")


class Choice(StrEnum):
    ALLOW = "allow"
    DENY = "deny"
    ALWAYS = "always"  # allow, and from the next batch on this tool is not asked for here


@dataclass(frozen=True, slots=True)
class Click:
    """A button that somebody pressed. `delivery` is the chat it stands in."""

    approval: str
    choice: Choice
    actor: Sender
    installation: str
    delivery: Delivery


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decided. `reason` is told to the model where a call is denied."""

    choice: Choice
    by: Sender
    reason: str = ""


class Style(StrEnum):
    """What pressing a button means, as far as a platform has a colour for it."""

    PLAIN = "plain"
    GOOD = "good"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Button:
    """`payload` is what a click on it brings back: at most 64 bytes, one of a kind in its prompt.
    A label that is too long for a platform is cut there."""

    label: str
    payload: str
    style: Style = Style.PLAIN


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is posted to ask: Markdown, and the buttons under it. `id` is what it asks about: an
    approval, or a change. `cut` says that there was no room for all of it."""

    id: str
    text: str
    buttons: tuple[Button, ...] = ()
    cut: bool = False


def approver(channel: str, user: str) -> str:
    """A person as one of those who may decide: ids alone could be another platform's."""
    return f"{channel}:{user}"


def payload(approval: str, choice: Choice) -> str:
    """At most 45 bytes: Telegram takes 64."""
    return f"a:{approval}:{choice}"


def parse_payload(text: str) -> tuple[str, Choice] | None:
    found = _PAYLOAD.fullmatch(text)
    return (found[1], Choice(found[2])) if found else None
