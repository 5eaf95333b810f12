"""The application as Discord keeps it: its key, its commands, and the addresses it is called at."""

import json
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
from nacl.signing import SigningKey

from local.discord import limits
from local.discord.errors import invalid, too_long
from local.discord.rooms import APPLICATION, BOT_NAME

_NAME = re.compile(rf"[-_'a-z0-9\u00df-\u024f]{{1,{limits.COMMAND_NAME}}}")
SLASH, USER, CONTEXT = 1, 2, 3
PING = {"type": 1, "id": "1", "application_id": APPLICATION, "token": "ping", "version": 1}
EVENT_PING = {"type": 0, "version": 1, "application_id": APPLICATION}


@dataclass
class Application:
    """The key pair is made for each run; its public half is what the functions are given."""

    key: SigningKey = field(default_factory=SigningKey.generate)
    interactions_url: str = ""
    events_url: str = ""
    commands: list[dict[str, Any]] = field(default_factory=list)

    @property
    def public_key(self) -> str:
        return bytes(self.key.verify_key).hex()

    def sign(self, body: bytes, at: int) -> dict[str, str]:
        """Discord's headers: Ed25519 over the time and the body."""
        signature = self.key.sign(str(at).encode() + body).signature
        return {"X-Signature-Ed25519": signature.hex(), "X-Signature-Timestamp": str(at)}

    def as_json(self) -> dict[str, Any]:
        return {
            "id": APPLICATION,
            "name": BOT_NAME,
            "verify_key": self.public_key,
            "interactions_endpoint_url": self.interactions_url or None,
            "event_webhooks_url": self.events_url or None,
        }

    def change(self, fields: Mapping[str, Any]) -> None:
        """As Discord does, it calls the new addresses before it takes them."""
        if url := fields.get("interactions_endpoint_url"):
            if not self._answers(url, PING, 200):
                said = "The specified interactions endpoint URL could not be verified."
                raise invalid("interactions_endpoint_url", "APPLICATION_INTERACTIONS_URL", said)
            self.interactions_url = url
        if url := fields.get("event_webhooks_url"):
            if not self._answers(url, EVENT_PING, 204):
                said = "The specified event webhook URL could not be verified."
                raise invalid("event_webhooks_url", "APPLICATION_EVENT_WEBHOOKS_URL", said)
            self.events_url = url

    def _answers(self, url: str, ping: Mapping[str, Any], status: int) -> bool:
        """It must take what is signed, and refuse what is not."""
        body, at = json.dumps(ping).encode(), int(time.time())
        good = self.sign(body, at)
        forged = {**good, "X-Signature-Ed25519": "00" * 64}
        try:
            with httpx.Client(timeout=limits.ANSWER_SECONDS) as client:
                refused = client.post(url, content=body, headers=_json(forged))
                answer = client.post(url, content=body, headers=_json(good))
        except httpx.HTTPError:
            return False
        if refused.status_code != 401 or answer.status_code != status:
            return False
        return status == 204 or _is_pong(answer)

    def set_commands(self, commands: Sequence[Any]) -> list[dict[str, Any]]:
        """All at once, in the place of those that were."""
        slash = [each for each in commands if each.get("type", SLASH) == SLASH]
        if len(slash) > limits.COMMANDS or len(commands) - len(slash) > limits.CONTEXT_COMMANDS:
            raise invalid("commands", "APPLICATION_COMMANDS_MAX", "Too many commands.")
        for each in commands:
            _check_command(each)
        names = [(each["name"], each.get("type", SLASH)) for each in commands]
        if len(set(names)) < len(names):
            said = "Application command names must be unique"
            raise invalid("name", "APPLICATION_COMMANDS_DUPLICATE_NAME", said)
        self.commands = [
            {"id": f"11900000000000009{n:02}", "type": SLASH, **each}
            for n, each in enumerate(commands)
        ]
        return self.commands


def _json(headers: Mapping[str, str]) -> dict[str, str]:
    return {"Content-Type": "application/json", **headers}


def _is_pong(answer: httpx.Response) -> bool:
    if not answer.headers.get("content-type", "").startswith("application/json"):
        return False
    return bool(answer.json().get("type") == 1)


def _check_command(command: Mapping[str, Any]) -> None:
    name, kind = str(command.get("name", "")), command.get("type", SLASH)
    description = str(command.get("description", ""))
    if kind == SLASH:
        if not _NAME.fullmatch(name):
            raise invalid("name", "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
        if not 1 <= len(description) <= limits.DESCRIPTION:
            raise too_long("description", limits.DESCRIPTION)
    elif description or not 1 <= len(name) <= limits.COMMAND_NAME:
        said = "Context menu commands cannot have description"
        raise invalid("description", "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION", said)
    _check_options(command.get("options") or ())


def _check_options(options: Sequence[Mapping[str, Any]]) -> None:
    if len(options) > limits.OPTIONS:
        raise too_long("options", limits.OPTIONS)
    required = [bool(each.get("required")) for each in options]
    if sorted(required, reverse=True) != required:
        said = "Required options must be placed before non-required options"
        raise invalid("options", "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", said)
    for each in options:
        if not _NAME.fullmatch(str(each.get("name", ""))):
            raise invalid("options", "APPLICATION_COMMAND_INVALID_NAME", "Option name is invalid")
        if not 1 <= len(str(each.get("description", ""))) <= limits.DESCRIPTION:
            raise too_long("options", limits.DESCRIPTION)
