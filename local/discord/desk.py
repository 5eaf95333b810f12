"""Discord on the page: threads stand there as rooms of their own, forms as dialogs."""

from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from typing import Any

from local.discord.acting import Deed, ask_about, click, command, submit
from local.discord.app import DiscordStandIn
from local.discord.application import SLASH
from local.discord.interactions import Interaction, modal_inputs
from local.discord.rooms import APPLICATION, BOT_NAME, DIRECT, THREAD, Message, Room
from local.discord.typed import missing, options_of
from local.multipart import Upload
from local.page.desk import Asked, State, file_state, log_of, text_of, upload_of

STYLES = {1: "main", 3: "good", 4: "bad"}
TOASTS = 8


class DiscordDesk:
    name = "discord"

    def __init__(self, discord: DiscordStandIn) -> None:
        self._discord = discord
        self._rooms = discord.rooms

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        return self._rooms.listeners.add(listener)

    def state(self) -> State:
        interactions = self._discord.interactions.all()
        return {
            "bot": {"id": APPLICATION, "name": BOT_NAME},
            "people": [{"id": p.id, "name": p.name} for p in self._rooms.people.values()],
            "rooms": [_room(each) for each in self._rooms.rooms.values()],
            "posts": [_post(each) for each in self._rooms.messages()],
            "statuses": [
                {"room": room, "thread": None, "text": "is typing"} for room in self._rooms.typing()
            ],
            "dialogs": [_dialog(each) for each in interactions if each.modal],
            "toasts": [
                {
                    "id": each.id,
                    "user": each.person,
                    "text": f"{each.shown or 'The button'}: the application did not respond",
                }
                for each in interactions[-TOASTS:]
                if each.failed
            ],
            "commands": [
                {"name": f"/{each['name']}", "description": each.get("description", "")}
                for each in self._discord.application.commands
                if each["type"] == SLASH
            ],
            "log": log_of(self._discord.webhooks.delivered, self._discord.api.calls.of()),
        }

    def act(self, asked: Asked, senders: Executor) -> State:
        user = str(asked["user"])
        match asked.get("do"):
            case "say":
                return self._say(asked, user, senders)
            case "click":
                deed = click(self._discord.discord, self._find(asked), user, str(asked["button"]))
            case "about":
                deed = ask_about(self._discord.discord, self._find(asked), user)
            case "submit":
                dialog = self._dialog(asked)
                deed = submit(self._discord.discord, dialog, asked["values"])
            case "dismiss":
                self._dialog(asked).modal = None
                self._rooms.listeners.tell()
                return {}
            case _:
                raise ValueError("Discord has no such thing.")
        return self._deliver(deed, senders)

    def file(self, file_id: str) -> tuple[str, bytes] | None:
        found = self._rooms.attachments.get(file_id)
        return (found.name, found.content) if found else None

    def _say(self, asked: Asked, user: str, senders: Executor) -> State:
        """A command, or words of people among themselves, of which no application hears."""
        text, upload, room = text_of(asked), upload_of(asked), str(asked["room"])
        if text.startswith("/"):
            name, _, rest = text[1:].partition(" ")
            options = self._options(name, rest.strip(), upload)
            return self._deliver(
                command(self._discord.discord, room, user, name, options, upload), senders
            )
        uploads = (upload,) if upload else ()
        message = self._rooms.say(room, user, text, uploads=uploads)
        return {"room": room, "id": message.id, "thread": None}

    def _options(self, name: str, rest: str, upload: Upload | None) -> Mapping[str, str]:
        known = [c for c in self._discord.application.commands if c["name"] == name]
        if not known:
            raise ValueError(f"There is no /{name} here.")
        options = options_of(known[0], rest)
        lacking = [each for each in missing(known[0], options) if not (upload and each == "file")]
        if lacking:
            raise ValueError(f"/{name} needs {', '.join(lacking)}.")
        return options

    def _deliver(self, deed: Deed, senders: Executor) -> State:
        senders.submit(self._discord.webhooks.deliver, deed)
        return {"room": deed.interaction.room, "id": deed.interaction.id, "thread": None}

    def _find(self, asked: Asked) -> Message:
        message = self._rooms.find(str(asked.get("room")), str(asked.get("post")))
        if message is None:
            raise ValueError("There is no such message any more.")
        return message

    def _dialog(self, asked: Asked) -> Interaction:
        for each in self._discord.interactions.all():
            if each.id == asked.get("dialog") and each.modal:
                return each
        raise ValueError("That form is gone.")


def _room(room: Room) -> State:
    kinds = {DIRECT: "direct", THREAD: "thread"}
    return {
        "id": room.id,
        "name": room.name,
        "kind": kinds.get(room.kind, "channel"),
        "people": room.people,
        "closed": "" if room.bot_may_write else "closed to the bot",
        "parent": room.parent,
    }


def _post(message: Message) -> State:
    return {
        "room": message.room,
        "id": message.id,
        "thread": None,
        "user": message.author,
        "bot": message.by_bot,
        "at": int(message.at * 1000),
        "body": {"kind": "markdown", "text": message.text},
        "text": message.shown,
        "buttons": [[_button(each) for each in row["components"]] for row in message.components],
        "files": [
            file_state("discord", key, each.name, len(each.content)) for key, each in message.files
        ],
        "edited": message.edited is not None,
        "reactions": message.reactions,
        "only_for": message.only_for,
        "thinking": message.thinking,
        "command": message.command,
    }


def _button(button: Mapping[str, Any]) -> State:
    return {
        "id": button.get("custom_id"),
        "label": button.get("label", ""),
        "style": STYLES.get(button["style"], ""),
        "url": button.get("url"),
        "disabled": bool(button.get("disabled")),
    }


def _dialog(interaction: Interaction) -> State:
    modal = interaction.modal or {}
    return {
        "id": interaction.id,
        "user": interaction.person,
        "room": interaction.room,
        "title": modal.get("title", ""),
        "fields": [
            {
                "id": each["custom_id"],
                "label": each.get("label") or "",
                "long": each.get("style") == 2,
                "most": each.get("max_length", 4000),
                "required": each.get("required", True),
            }
            for each in modal_inputs(modal)
        ],
    }
