"""What people do, as interactions: the bodies that Discord posts to an application."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from local.discord.application import CONTEXT, SLASH
from local.discord.interactions import (
    COMPONENT,
    MODAL_SUBMIT,
    Interaction,
    check_modal,
    modal_inputs,
)
from local.discord.rooms import DIRECT, Message, as_json, attachment_json
from local.discord.world import Discord
from local.multipart import Upload
from local.samples import Body, load_event

COMMAND = 2
STRING, ATTACHMENT = 3, 11


@dataclass(frozen=True, slots=True)
class Deed:
    """An interaction, and the body that tells of it."""

    interaction: Interaction
    body: Body


def command(
    discord: Discord,
    room: str,
    person: str,
    name: str,
    options: Mapping[str, str] | None = None,
    file: Upload | None = None,
) -> Deed:
    """A slash command. `file` goes into the first of its options that takes one."""
    given: list[dict[str, Any]] = [
        {"name": each, "type": STRING, "value": value} for each, value in (options or {}).items()
    ]
    data: Body = {"id": _command_id(discord, name), "type": SLASH, "name": name}
    if file is not None:
        kept = discord.rooms.keep(file)
        given.append({"name": _file_option(discord, name), "type": ATTACHMENT, "value": kept})
        shown = attachment_json(kept, file, discord.files_url)
        data["resolved"] = {"attachments": {kept: shown}}
    if given:
        data["options"] = given
    words = " ".join(f"{each}:{value}" for each, value in (options or {}).items())
    return _deed(discord, COMMAND, room, person, data, f"/{name} {words}".strip())


def ask_about(discord: Discord, message: Message, person: str, name: str = "Ask agent") -> Deed:
    """The command in a message's menu."""
    data = {
        "id": _command_id(discord, name),
        "type": CONTEXT,
        "name": name,
        "target_id": message.id,
        "resolved": {"messages": {message.id: _shown(discord, message)}},
    }
    return _deed(discord, COMMAND, message.room, person, data, name)


def click(discord: Discord, message: Message, person: str, custom_id: str) -> Deed:
    if all(each.get("custom_id") != custom_id for each in message.buttons):
        raise ValueError("no such button")
    data = {"component_type": 2, "custom_id": custom_id, "id": 2}
    deed = _deed(discord, COMPONENT, message.room, person, data, clicked=message.id)
    deed.body["message"] = _shown(discord, message)
    return deed


def submit(discord: Discord, asked: Interaction, values: Mapping[str, str]) -> Deed:
    """A filled form goes back, its fields as they were asked for."""
    modal = asked.modal or {}
    check_modal(modal)
    fields: Sequence[Mapping[str, Any]] = modal_inputs(modal)
    components = [
        {
            "type": 18,
            "id": 2 * n + 1,
            "component": {
                "type": 4,
                "id": 2 * n + 2,
                "custom_id": each["custom_id"],
                "value": values.get(str(each["custom_id"]), ""),
            },
        }
        for n, each in enumerate(fields)
    ]
    data = {"custom_id": modal["custom_id"], "components": components}
    asked.modal = None
    return _deed(discord, MODAL_SUBMIT, asked.room, asked.person, data, asked.shown)


def _deed(
    discord: Discord,
    kind: int,
    room_id: str,
    person_id: str,
    data: Mapping[str, Any],
    shown: str = "",
    clicked: str | None = None,
) -> Deed:
    room, person = discord.rooms.rooms.get(room_id), discord.rooms.people.get(person_id)
    if room is None or person is None or person.id not in room.people:
        raise ValueError("no such room or person")
    made = discord.interactions.begin(kind, room.id, person.id, shown=shown, clicked=clicked)
    body = load_event("discord/ask-dm" if room.kind == DIRECT else "discord/ask")
    body |= {"type": kind, "id": made.id, "token": made.token, "data": dict(data)}
    body |= {"channel_id": room.id, "channel": room.as_json()}
    if room.kind == DIRECT:
        body["user"] = person.as_json()
    else:
        body["member"] |= {"user": person.as_json()}
    return Deed(made, body)


def _command_id(discord: Discord, name: str) -> str:
    found = [each["id"] for each in discord.application.commands if each["name"] == name]
    return found[0] if found else "1190000000000000901"


def _file_option(discord: Discord, name: str) -> str:
    options = [
        option
        for each in discord.application.commands
        if each["name"] == name
        for option in each.get("options") or ()
    ]
    return next((str(each["name"]) for each in options if each["type"] == ATTACHMENT), "file")


def _shown(discord: Discord, message: Message) -> dict[str, Any]:
    return as_json(discord.rooms, message, discord.files_url)
