"""What the endpoints work on, and what they are asked and answer."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from local.discord.application import Application
from local.discord.interactions import Interactions
from local.discord.paces import Paces
from local.discord.rooms import Message, Rooms, as_json
from local.multipart import Upload


@dataclass
class Asked:
    """A request, its path's parts and its body read."""

    path: Mapping[str, str]
    fields: Mapping[str, Any]
    files: Mapping[str, Upload] = field(default_factory=dict)


class Said(NamedTuple):
    status: int
    body: Any = None


@dataclass
class Discord:
    """Everything that the stand-in plays."""

    rooms: Rooms
    interactions: Interactions
    application: Application
    paces: Paces
    files_url: str = ""
    nonces: dict[tuple[str, str], tuple[float, Message]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def shown(self, message: Message) -> dict[str, Any]:
        return as_json(self.rooms, message, self.files_url)
