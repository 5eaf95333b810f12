"""Discord's sending of interactions: signed, once, and answered within three seconds or never."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.discord import limits
from local.discord.acting import Deed
from local.discord.errors import DiscordError
from local.discord.interactions import COMPONENT, MODAL_SUBMIT, PING
from local.discord.world import Discord
from local.sending import About, Delivered, Postbox

NAMES = {PING: "ping", 2: "command", COMPONENT: "button", MODAL_SUBMIT: "form"}


@dataclass
class Webhooks:
    """Posts to the address that the application has."""

    discord: Discord

    def __post_init__(self) -> None:
        self.box = Postbox(limits.ANSWER_SECONDS)

    @property
    def delivered(self) -> list[Delivered]:
        return self.box.delivered

    def close(self) -> None:
        self.box.close()

    def send(self, body: Mapping[str, Any], url: str | None = None) -> Delivered:
        """One post, signed now; what it is answered changes nothing here."""
        raw = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        signed = self.discord.application.sign(raw, int(time.time()))
        to = url or self.discord.application.interactions_url
        return self.box.post(to, raw, {"Content-Type": "application/json", **signed}, _about(body))

    def forge(self, body: Mapping[str, Any], headers: dict[str, str]) -> Delivered:
        """The same with a signature that is not Discord's."""
        raw = json.dumps(body).encode()
        to = self.discord.application.interactions_url
        return self.box.post(to, raw, {"Content-Type": "application/json", **headers}, _about(body))

    def deliver(self, deed: Deed) -> Delivered:
        """Post it and take the answer: what the person then sees is the interaction's."""
        result = self.send(deed.body)
        if result.status == 202 and not result.body:
            return result  # answered by the callback endpoint
        try:
            self.discord.interactions.answer(deed.interaction, _answer(result))
        except (DiscordError, ValueError):
            self.discord.interactions.fail(deed.interaction)
        return result


def _answer(result: Delivered) -> Mapping[str, Any]:
    if result.status != 200 or not result.media_type.startswith("application/json"):
        raise ValueError(f"answered {result.status}")
    answer = json.loads(result.body)
    if not isinstance(answer, Mapping):
        raise ValueError("answered with something else than an object")
    return answer


def _about(body: Mapping[str, Any]) -> About:
    data = body.get("data") or {}
    kind = NAMES.get(int(body.get("type", 0)), "interaction")
    return About(
        event=f"/{data['name']}" if kind == "command" and data.get("name") else kind,
        event_id=str(body.get("id", "")),
        room=str(body.get("channel_id", "")),
        ts=str(body.get("id", "")),
    )
