"""Bodies of interactions and of webhook events, turned into what they mean for Parley."""

import json

from parley.adapters.discord import commands, responses
from parley.adapters.discord.fields import Json, object_in, shown, text_in
from parley.adapters.discord.scene import Scene, scene_of
from parley.core.clicks import click_of
from parley.core.reading import UNKNOWN_BUTTON, Clicked, Ignored, Immediate, Malformed, Reading

_PING, _COMMAND, _BUTTON, _COMPLETION, _FORM = 1, 2, 3, 4, 5
_EVENT_PING, _EVENT = 0, 1

UNREADABLE = responses.private("I can't make sense of this.")


def parse_interaction(body: bytes) -> Reading:
    interaction = _object(body)
    if isinstance(interaction, Malformed):
        return interaction
    kind = interaction.get("type")
    if kind == _PING:
        return Immediate(responses.PONG)
    if kind == _COMPLETION:
        return Ignored("completion", responses.NO_CHOICES)
    scene = scene_of(interaction)
    if scene is None:
        return Ignored(f"incomplete {shown(kind)}", UNREADABLE)
    return _of_kind(kind, scene, object_in(interaction, "data"))


def parse_event(body: bytes) -> Reading:
    """None of the events is a message. Each gets an answer without a body."""
    envelope = _object(body)
    if isinstance(envelope, Malformed):
        return envelope
    kind = envelope.get("type")
    if kind == _EVENT_PING:
        return Immediate(responses.NOTHING)
    if kind != _EVENT:
        return Ignored(f"envelope {shown(kind)}", responses.NOTHING)
    event = object_in(envelope, "event")
    return Ignored(f"event {shown(event.get('type'))}", responses.NOTHING)


def _of_kind(kind: object, scene: Scene, data: Json) -> Reading:
    if kind == _COMMAND:
        return commands.command(scene, data)
    if kind == _FORM:
        return commands.form(scene, data)
    if kind == _BUTTON:
        return _button(scene, data)
    return Ignored(f"interaction {shown(kind)}", UNREADABLE)


def _button(scene: Scene, data: Json) -> Reading:
    payload = text_in(data, "custom_id")
    click = click_of(payload, scene.sender, scene.installation, scene.delivery)
    if click is None:
        return Ignored("button", responses.private(UNKNOWN_BUTTON))
    return Clicked(click, scene.place)


def _object(body: bytes) -> Json | Malformed:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return Malformed("not JSON")
    return found if isinstance(found, dict) else Malformed("not a JSON object")
