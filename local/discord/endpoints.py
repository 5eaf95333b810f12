"""The REST API's endpoints that a bot like ours calls."""

from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import unquote

from local.discord import limits
from local.discord.content import Content, read_content
from local.discord.errors import (
    UNKNOWN_APPLICATION,
    UNKNOWN_CHANNEL,
    UNKNOWN_EMOJI,
    UNKNOWN_MESSAGE,
    DiscordError,
    invalid,
    too_long,
    unknown,
)
from local.discord.rooms import APPLICATION, DIRECT, Message, Person, Room
from local.discord.world import Asked, Discord, Said

BOT_PINGS = ("users", "roles", "everyone")
TOKEN_PINGS = ("users",)


# -- What goes to an interaction's token, without the bot's


def get_original(discord: Discord, asked: Asked) -> Said:
    found = _by_token(discord, asked)
    return Said(200, discord.shown(discord.interactions.message(found, asked.path["message"])))


def edit_original(discord: Discord, asked: Asked) -> Said:
    found = _by_token(discord, asked)
    message = discord.interactions.message(found, asked.path["message"])
    content = _content(asked, TOKEN_PINGS, edit=not message.thinking)
    discord.paces.token(found.token)
    return Said(200, discord.shown(discord.interactions.edit(message, content)))


def delete_original(discord: Discord, asked: Asked) -> Said:
    found = _by_token(discord, asked)
    discord.rooms.delete(discord.interactions.message(found, asked.path["message"]))
    return Said(204)


def follow_up(discord: Discord, asked: Asked) -> Said:
    found = _by_token(discord, asked)
    content = _content(asked, TOKEN_PINGS)
    discord.paces.token(found.token)
    ephemeral = bool(int(asked.fields.get("flags") or 0) & limits.EPHEMERAL)
    message = discord.interactions.follow_up(found, content, ephemeral)
    return Said(200, discord.shown(message))


def callback(discord: Discord, asked: Asked) -> Said:
    discord.interactions.callback(asked.path["id"], asked.path["token"], asked.fields)
    return Said(204)


# -- What the bot does in channels


def get_channel(discord: Discord, asked: Asked) -> Said:
    return Said(200, _room(discord, asked).as_json())


def create_message(discord: Discord, asked: Asked) -> Said:
    room = _writable(discord, asked)
    content = _content(asked, BOT_PINGS)
    nonce = str(asked.fields.get("nonce") or "")
    if len(nonce) > limits.NONCE:
        raise too_long("nonce", limits.NONCE)
    with discord.lock:
        if earlier := _earlier(discord, room, nonce, asked):
            return Said(200, discord.shown(earlier) | {"nonce": nonce})
        reply_to = _reference(discord, room, asked)
        discord.paces.message(room.id)
        message = discord.rooms.say(
            room.id,
            APPLICATION,
            content.text,
            components=content.components,
            uploads=content.files,
            reply_to=reply_to,
            pings=content.pings,
        )
        if nonce:
            discord.nonces[room.id, nonce] = (discord.rooms.now(), message)
    return Said(200, discord.shown(message) | ({"nonce": nonce} if nonce else {}))


def edit_message(discord: Discord, asked: Asked) -> Said:
    message = _own(discord, asked)
    content = _content(asked, BOT_PINGS, edit=True)
    discord.paces.edit(message.room)
    return Said(200, discord.shown(discord.interactions.edit(message, content)))


def get_message(discord: Discord, asked: Asked) -> Said:
    return Said(200, discord.shown(_message(discord, asked)))


def delete_message(discord: Discord, asked: Asked) -> Said:
    discord.rooms.delete(_own(discord, asked))
    return Said(204)


def trigger_typing(discord: Discord, asked: Asked) -> Said:
    discord.rooms.type(_writable(discord, asked).id)
    return Said(204)


def add_reaction(discord: Discord, asked: Asked) -> Said:
    message, emoji = _message(discord, asked), unquote(asked.path["emoji"])
    if emoji.isascii():  # names stand for a server's own emoji, and this server has none
        raise unknown("Emoji", UNKNOWN_EMOJI)
    if emoji not in message.reactions:
        discord.rooms.change(message, reactions=(*message.reactions, emoji))
    return Said(204)


def remove_reaction(discord: Discord, asked: Asked) -> Said:
    message, emoji = _message(discord, asked), unquote(asked.path["emoji"])
    left = tuple(each for each in message.reactions if each != emoji)
    discord.rooms.change(message, reactions=left)
    return Said(204)


def open_thread(discord: Discord, asked: Asked) -> Said:
    room = _writable(discord, asked)
    name = str(asked.fields.get("name") or "")
    if not 1 <= len(name) <= limits.THREAD_NAME:
        raise too_long("name", limits.THREAD_NAME)
    if room.parent or room.kind == DIRECT:
        raise DiscordError(400, 50024, "Cannot execute action on this channel type")
    thread = asked.path.get("message") or discord.rooms.new_id()
    if thread in discord.rooms.rooms:
        raise DiscordError(400, 160004, "A thread has already been created for this message")
    return Said(201, discord.rooms.open_thread(room.id, thread, name).as_json())


def open_direct(discord: Discord, asked: Asked) -> Said:
    person = str(asked.fields.get("recipient_id"))
    if person not in discord.rooms.people:
        raise DiscordError(400, 50033, "Invalid Recipient(s)")
    return Said(200, discord.rooms.direct(person).as_json())


# -- The application


def get_me(discord: Discord, asked: Asked) -> Said:
    return Said(200, Person(APPLICATION, "Parley").as_json())


def get_application(discord: Discord, asked: Asked) -> Said:
    return Said(200, discord.application.as_json())


def change_application(discord: Discord, asked: Asked) -> Said:
    discord.application.change(asked.fields)
    return Said(200, discord.application.as_json())


def get_commands(discord: Discord, asked: Asked) -> Said:
    _check_application(asked)
    return Said(200, discord.application.commands)


def set_commands(discord: Discord, asked: Asked) -> Said:
    _check_application(asked)
    commands = asked.fields.get("list")
    if not isinstance(commands, list):
        raise invalid("_", "BASE_TYPE_BAD_TYPE", "Only iterables may be used in a ListType")
    return Said(200, discord.application.set_commands(commands))


def _check_application(asked: Asked) -> None:
    if asked.path["application"] != APPLICATION:
        raise unknown("Application", UNKNOWN_APPLICATION)


def _by_token(discord: Discord, asked: Asked) -> Any:
    _check_application(asked)
    return discord.interactions.by_token(asked.path["token"])


def _content(asked: Asked, by_default: tuple[str, ...], *, edit: bool = False) -> Content:
    return read_content(asked.fields, asked.files, by_default=by_default, edit=edit)


def _room(discord: Discord, asked: Asked) -> Room:
    room = discord.rooms.rooms.get(asked.path["channel"])
    if room is None:
        raise unknown("Channel", UNKNOWN_CHANNEL)
    return room


def _writable(discord: Discord, asked: Asked) -> Room:
    room = _room(discord, asked)
    if not room.bot_may_write:
        raise DiscordError(403, 50001, "Missing Access")
    return room


def _message(discord: Discord, asked: Asked) -> Message:
    message = discord.rooms.find(_writable(discord, asked).id, asked.path["message"])
    if message is None or message.only_for:  # what only one person sees has no place in a channel
        raise unknown("Message", UNKNOWN_MESSAGE)
    return message


def _own(discord: Discord, asked: Asked) -> Message:
    message = _message(discord, asked)
    if not message.by_bot:
        raise DiscordError(403, 50005, "Cannot edit a message authored by another user")
    return message


def _earlier(discord: Discord, room: Room, nonce: str, asked: Asked) -> Message | None:
    """What was created by the same nonce, where the caller wants that instead of a second one."""
    if not nonce or not asked.fields.get("enforce_nonce"):
        return None
    at, message = discord.nonces.get((room.id, nonce), (0.0, None))
    return message if discord.rooms.now() - at < limits.NONCE_SECONDS else None


def _reference(discord: Discord, room: Room, asked: Asked) -> str | None:
    reference = asked.fields.get("message_reference") or {}
    wanted = reference.get("message_id")
    if not wanted or discord.rooms.find(room.id, str(wanted)):
        return str(wanted) if wanted else None
    if reference.get("fail_if_not_exists", True):
        said = "Unknown message"
        raise invalid("message_reference", "MESSAGE_REFERENCE_UNKNOWN_MESSAGE", said)
    return None


class Endpoint(NamedTuple):
    method: str
    path: str
    act: Callable[[Discord, Asked], Said]
    with_bot_token: bool = True


_WEBHOOK = "/webhooks/{application}/{token}"
_CHANNEL = "/channels/{channel}"
_MESSAGE = f"{_CHANNEL}/messages/{{message}}"
_REACTION = f"{_MESSAGE}/reactions/{{emoji}}/@me"
ENDPOINTS = (
    Endpoint("GET", f"{_WEBHOOK}/messages/{{message}}", get_original, False),
    Endpoint("PATCH", f"{_WEBHOOK}/messages/{{message}}", edit_original, False),
    Endpoint("DELETE", f"{_WEBHOOK}/messages/{{message}}", delete_original, False),
    Endpoint("POST", _WEBHOOK, follow_up, False),
    Endpoint("POST", "/interactions/{id}/{token}/callback", callback, False),
    Endpoint("GET", _CHANNEL, get_channel),
    Endpoint("POST", f"{_CHANNEL}/messages", create_message),
    Endpoint("GET", _MESSAGE, get_message),
    Endpoint("PATCH", _MESSAGE, edit_message),
    Endpoint("DELETE", _MESSAGE, delete_message),
    Endpoint("POST", f"{_CHANNEL}/typing", trigger_typing),
    Endpoint("PUT", _REACTION, add_reaction),
    Endpoint("DELETE", _REACTION, remove_reaction),
    Endpoint("POST", f"{_MESSAGE}/threads", open_thread),
    Endpoint("POST", f"{_CHANNEL}/threads", open_thread),
    Endpoint("POST", "/users/@me/channels", open_direct),
    Endpoint("GET", "/users/@me", get_me),
    Endpoint("GET", "/applications/@me", get_application),
    Endpoint("PATCH", "/applications/@me", change_application),
    Endpoint("GET", "/applications/{application}/commands", get_commands),
    Endpoint("PUT", "/applications/{application}/commands", set_commands),
    Endpoint("PUT", "/applications/{application}/guilds/{guild}/commands", set_commands),
)
