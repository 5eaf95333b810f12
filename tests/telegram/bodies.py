"""Updates made from the samples, and what is read of them."""

import json
import os
from pathlib import Path
from typing import Any

from parley.adapters.telegram.parse import TelegramOptions, parse
from parley.core.message import Inbound
from parley.core.reading import Clicked, Reading, Received

ROOT = Path(__file__).parents[2]
EVENTS = ROOT / "events" / "telegram"
RECORDED = Path(os.environ.get("PARLEY_RECORDED", ROOT / ".." / "shared" / "recorded"))

BOT = "parley_local_bot"
OPTIONS = TelegramOptions(BOT)
ANYTHING_GOES = TelegramOptions(BOT, require_mention=False)

ADA = "100001"
BEN = "100002"
LUNCH = "-4000000001"
DEV = "-1002000000001"


def sample(name: str) -> dict[str, Any]:
    update: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_bytes())
    return update


def read(update: object, options: TelegramOptions = OPTIONS) -> Reading:
    return parse(json.dumps(update).encode(), options)


def received(update: object, options: TelegramOptions = OPTIONS) -> Inbound:
    reading = read(update, options)
    assert isinstance(reading, Received), reading
    return reading.inbound


def clicked(update: object) -> Clicked:
    reading = read(update)
    assert isinstance(reading, Clicked), reading
    return reading


def changed(name: str, **fields: Any) -> dict[str, Any]:
    """A sample with some of its message's fields replaced; None takes one away."""
    update = sample(name)
    message = {**update["message"], **fields}
    update["message"] = {key: value for key, value in message.items() if value is not None}
    return update


def mentioning(text: str, mention: str = f"@{BOT}", name: str = "group-mention") -> dict[str, Any]:
    """The sample with another text, in which Telegram has found that mention."""
    start = text.index(mention)
    entity = {"type": "mention", "offset": units(text[:start]), "length": units(mention)}
    return changed(name, text=text, entities=[entity])


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
