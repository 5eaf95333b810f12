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


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is posted to ask: Markdown, and the buttons under it. `always` is the one tool that all
    the calls are of, or empty where there is no such button; `cut` says that there was no room for
    all that the calls are given."""

    approval: str
    text: str
    calls: int
    always: str = ""
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
