"""Interactions: what a person set off, its token for a quarter of an hour, and how it is answered.

A first answer comes in the webhook's HTTP response or through the callback endpoint, once, and
within three seconds; what follows goes to the token.
"""

import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from local.discord import limits
from local.discord.content import Content, read_content
from local.discord.errors import (
    UNKNOWN_INTERACTION,
    UNKNOWN_MESSAGE,
    UNKNOWN_WEBHOOK,
    DiscordError,
    invalid,
    too_long,
    unknown,
)
from local.discord.rooms import APPLICATION, Message, Rooms
from local.multipart import Upload

PONG, MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, CHOICES, MODAL = 1, 4, 5, 6, 7, 8, 9
FROM_COMPONENTS = (DEFERRED_UPDATE, UPDATE)
MODAL_SUBMIT, COMPONENT, PING = 5, 3, 1


@dataclass(slots=True)
class Interaction:
    id: str
    token: str
    kind: int
    room: str
    person: str
    at: float
    shown: str = ""  # the command as it stands above the answer
    clicked: str | None = None  # the message whose button it was
    answered: bool = False
    failed: bool = False  # the person reads "the application did not respond"
    original: str | None = None
    modal: Mapping[str, Any] | None = None
    ephemeral: bool = False
    unknown_times: int = 0  # how often its webhook is still said to be unknown


@dataclass
class Interactions:
    """`unknown_after_deferring`: how often each following token is unknown at first (issue 7220 of
    Discord's documentation: for some seconds after a deferred answer)."""

    rooms: Rooms
    unknown_after_deferring: int = 0
    _open: dict[str, Interaction] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def begin(self, kind: int, room: str, person: str, **more: Any) -> Interaction:
        token = f"local-{secrets.token_urlsafe(24)}"
        made = Interaction(self.rooms.new_id(), token, kind, room, person, self.rooms.now(), **more)
        with self._lock:
            self._open[token] = made
        return made

    def all(self) -> list[Interaction]:
        with self._lock:
            return list(self._open.values())

    def expire(self, room: str) -> None:
        """All tokens of now in this room are as old as tokens get."""
        with self._lock:
            for each in self._open.values():
                if each.room == room:
                    each.at -= limits.TOKEN_SECONDS

    def answer(self, interaction: Interaction, answer: Mapping[str, Any]) -> None:
        """The first answer. Raises DiscordError where Discord would not take it."""
        with self._lock:
            if interaction.answered:
                said = "Interaction has already been acknowledged."
                raise DiscordError(400, 40060, said)
            if interaction.failed:
                raise unknown("interaction", UNKNOWN_INTERACTION)
            self._take(interaction, answer.get("type"), answer.get("data") or {})
            interaction.answered = True
        self.rooms.listeners.tell()

    def callback(self, interaction_id: str, token: str, answer: Mapping[str, Any]) -> None:
        found = self._open.get(token)
        if found is None or found.id != interaction_id or self._is_late(found):
            raise unknown("interaction", UNKNOWN_INTERACTION)
        self.answer(found, answer)

    def fail(self, interaction: Interaction) -> None:
        """No answer, none in time, or none that can be taken: the token is dead."""
        with self._lock:
            interaction.failed = True
        self.rooms.listeners.tell()

    def by_token(self, token: str) -> Interaction:
        """What follows the first answer goes here."""
        with self._lock:
            found = self._open.get(token)
            if found is None or found.failed or not found.answered:
                raise unknown("Webhook", UNKNOWN_WEBHOOK)
            if self.rooms.now() - found.at >= limits.TOKEN_SECONDS:
                raise DiscordError(401, 50027, "Invalid Webhook Token")
            if found.unknown_times > 0:
                found.unknown_times -= 1
                raise unknown("Webhook", UNKNOWN_WEBHOOK)
        return found

    def follow_up(self, found: Interaction, content: Content, ephemeral: bool) -> Message:
        """A message more. The first one after a deferred answer takes that answer's place."""
        original = self._original(found)
        if original is not None and original.thinking:
            return self.edit(original, content)
        only_for = found.person if ephemeral else None
        return self._say(found, content, only_for)

    def message(self, found: Interaction, message_id: str) -> Message:
        wanted = found.original if message_id == "@original" else message_id
        message = self.rooms.find(found.room, wanted) if wanted else None
        if message is None or not message.by_bot:
            raise unknown("Message", UNKNOWN_MESSAGE)
        return message

    def edit(self, message: Message, content: Content) -> Message:
        changes: dict[str, Any] = {"thinking": False, "uploads": content.files}
        if "content" in content.given:
            changes |= {"text": content.text, "pings": content.pings}
        if "components" in content.given:
            changes["components"] = content.components
        if not message.thinking:
            changes["edited"] = self.rooms.now()
        return self.rooms.change(message, **changes)

    def _is_late(self, found: Interaction) -> bool:
        return self.rooms.now() - found.at > limits.ANSWER_SECONDS

    def _original(self, found: Interaction) -> Message | None:
        return self.rooms.find(found.room, found.original) if found.original else None

    def _take(self, found: Interaction, kind: Any, data: Mapping[str, Any]) -> None:
        takers: dict[int, Callable[[Interaction, Mapping[str, Any]], None]] = {
            MESSAGE: self._take_message,
            DEFERRED: self._take_deferred,
            DEFERRED_UPDATE: self._take_deferred_update,
            UPDATE: self._take_update,
            MODAL: self._take_modal,
        }
        if kind not in takers or (kind in FROM_COMPONENTS and not found.clicked):
            raise invalid("type", "BASE_TYPE_CHOICES", "Not a valid choice.")
        takers[kind](found, data)

    def _take_message(self, found: Interaction, data: Mapping[str, Any]) -> None:
        content = read_content(data, _no_files(), by_default=("users",))
        found.original = self._say(found, content, _only_for(found, data)).id

    def _take_deferred(self, found: Interaction, data: Mapping[str, Any]) -> None:
        if int(data.get("flags") or 0) & ~limits.EPHEMERAL:
            raise invalid("data.flags", "BASE_TYPE_CHOICES", "Not a valid choice.")
        found.unknown_times = self.unknown_after_deferring
        only_for = _only_for(found, data)
        found.ephemeral = only_for is not None
        found.original = self._say(found, Content(""), only_for, thinking=True).id

    def _take_deferred_update(self, found: Interaction, data: Mapping[str, Any]) -> None:
        found.original = found.clicked

    def _take_update(self, found: Interaction, data: Mapping[str, Any]) -> None:
        found.original = found.clicked
        content = read_content(data, _no_files(), by_default=("users",), edit=True)
        self.edit(self.message(found, "@original"), content)

    def _take_modal(self, found: Interaction, data: Mapping[str, Any]) -> None:
        if found.kind in (MODAL_SUBMIT, PING):
            raise invalid("type", "BASE_TYPE_CHOICES", "Not a valid choice.")
        check_modal(data)
        found.modal = data

    def _say(
        self, found: Interaction, content: Content, only_for: str | None, *, thinking: bool = False
    ) -> Message:
        return self.rooms.say(
            found.room,
            APPLICATION,
            content.text,
            components=content.components,
            uploads=content.files,
            only_for=only_for,
            thinking=thinking,
            pings=content.pings,
            command=found.shown,
            by_interaction=found.id,
        )


def check_modal(data: Mapping[str, Any]) -> None:
    if not 1 <= len(str(data.get("title") or "")) <= limits.MODAL_TITLE:
        raise too_long("data.title", limits.MODAL_TITLE)
    if not 1 <= len(str(data.get("custom_id") or "")) <= limits.CUSTOM_ID:
        raise too_long("data.custom_id", limits.CUSTOM_ID)
    inputs = modal_inputs(data)
    if not 1 <= len(inputs) <= limits.ROWS:
        raise invalid("data.components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5.")
    for each in inputs:
        if not 1 <= len(str(each.get("custom_id") or "")) <= limits.CUSTOM_ID:
            raise too_long("data.components", limits.CUSTOM_ID)
        if int(each.get("max_length") or limits.TEXT_INPUT) > limits.TEXT_INPUT:
            raise invalid("data.components", "NUMBER_TYPE_MAX", "max_length is 4000 at most.")


def modal_inputs(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The text inputs, each in a label (18) or, as it was before, in a row of its own (1)."""
    found = []
    for each in data.get("components") or ():
        inside = [each["component"]] if "component" in each else each.get("components") or ()
        found += [{"label": each.get("label"), **one} for one in inside if one.get("type") == 4]
    return found


def _only_for(found: Interaction, data: Mapping[str, Any]) -> str | None:
    return found.person if int(data.get("flags") or 0) & limits.EPHEMERAL else None


def _no_files() -> Mapping[str, Upload]:
    return {}
