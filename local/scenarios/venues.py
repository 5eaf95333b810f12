"""The three platforms, as scenarios use them."""

from local.discord import acting as discord_acting
from local.discord.app import DiscordStandIn
from local.discord.rooms import GENERAL
from local.discord.rooms import Message as DiscordMessage
from local.discord.typed import options_of
from local.multipart import Upload
from local.scenarios.stage import check
from local.scenarios.venue import Cast, Place, Seen, Told
from local.sending import Delivered
from local.slack import acting as slack_acting
from local.slack.app import SlackStandIn
from local.slack.workspace import Post
from local.telegram.app import TelegramStandIn
from local.telegram.chats import FORUM
from local.telegram.chats import Message as TelegramMessage
from local.telegram.updates import click, update_for, write

OPS = "C0INCIDENT"
TOPIC = 42


class OnSlack:
    name = "slack"
    cast = Cast("U0ADA00001", "U0BEN00001", "U0CLEO0001", "U0DORA0001")

    def __init__(self, slack: SlackStandIn) -> None:
        self._slack = slack
        self._space = slack.workspace

    def direct(self, person: str) -> Place:
        return Place(self._space.direct(person).id)

    def group(self) -> Place:
        return Place(OPS)

    def tell(self, place: Place, person: str, text: str, file: Upload | None = None) -> Told:
        direct = self._space.rooms[place.room].kind == "im"
        said = text if direct or place.thread else f"@Parley {text}"
        kept = self._space.keep_file(file.name, file.media_type, file.content) if file else None
        post = slack_acting.say(self._space, place.room, person, said, place.thread, kept)
        bodies = slack_acting.events_for(self._space, post, self._slack.api.files)
        delivered = tuple(_taken(self._slack.webhooks.deliver(body)) for body in bodies)
        thread = place.thread if direct or place.thread else post.ts
        return Told(Place(place.room, thread), post.ts, delivered)

    def command(self, place: Place, person: str, text: str) -> Told:
        """In a thread Slack takes no slash command, so there it is written."""
        if place.thread:
            return self.tell(place, person, f"!{text}")
        form = slack_acting.slash(self._space, self._slack.responses, place.room, person, text)
        now = self._space.new_ts()
        return Told(place, now, (_taken(self._slack.webhooks.submit(form)),))

    def click(self, place: Place, seen: Seen, person: str, label: str) -> None:
        post = self._space.find(place.room, seen.ts)
        check(post is not None, "the message with the button is gone")
        if post is not None:
            form = slack_acting.click(
                self._space, self._slack.responses, post, person, _button(seen, label)
            )
            _taken(self._slack.webhooks.submit(form))

    def seen(self, room: str | None = None) -> list[Seen]:
        return [_slack_seen(each) for each in self._space.posts(room)]

    def told(self, person: str) -> list[str]:
        room = self._space.direct(person).id
        found = [each for each in self._space.posts() if each.only_for == person]
        direct = [each for each in self._space.posts(room) if each.by_bot]
        return [each.shown for each in (*found, *direct)]

    def received(self, place: Place, told: Told) -> bool:
        post = self._space.find(place.room, told.ts)
        return post is not None and "eyes" in post.reactions


class OnTelegram:
    name = "telegram"
    cast = Cast("100001", "100002", "100003", "100004")

    def __init__(self, telegram: TelegramStandIn) -> None:
        self._telegram = telegram
        self._chats = telegram.chats

    def direct(self, person: str) -> Place:
        return Place(person)

    def group(self) -> Place:
        return Place(f"{FORUM}:{TOPIC}")

    def tell(self, place: Place, person: str, text: str, file: Upload | None = None) -> Told:
        chat, topic = _telegram_place(place)
        shared = self._chats.chats[chat].shared
        said = f"@Parley {text}" if shared and not text.startswith("/") else text
        sent = (file.name, file.media_type, file.content) if file else None
        message = write(self._chats, chat, int(person), said, topic=topic, file=sent)
        delivered = self._telegram.webhooks.deliver(update_for(self._chats, message))
        return Told(place, f"{message.id:09}", (_taken(delivered),))

    def command(self, place: Place, person: str, text: str) -> Told:
        return self.tell(place, person, f"/{text}")

    def click(self, place: Place, seen: Seen, person: str, label: str) -> None:
        chat, _ = _telegram_place(place)
        message = self._chats.find(chat, int(seen.ts))
        check(message is not None, "the message with the button is gone")
        if message is not None:
            update = click(self._telegram.bot, message, int(person), _button(seen, label))
            _taken(self._telegram.webhooks.deliver(update))

    def seen(self, room: str | None = None) -> list[Seen]:
        found = [self._seen(each) for each in self._chats.messages()]
        return [each for each in found if room in (None, each.room)]

    def told(self, person: str) -> list[str]:
        answers = [
            each.answer or ""
            for each in self._telegram.bot.queries.values()
            if str(each.person) == person
        ]
        return [*answers, *(each.shown for each in self.seen(person) if each.by_bot)]

    def received(self, place: Place, told: Told) -> bool:
        chat, _ = _telegram_place(place)
        message = self._chats.find(chat, int(told.ts))
        return message is not None and "👀" in message.reactions

    def _seen(self, message: TelegramMessage) -> Seen:
        document, files = message.document, list[Upload]()
        if document:
            name, content = self._chats.files[str(document["file_id"])]
            files.append(Upload(name, content))
        room = f"{message.chat}:{message.topic}" if message.topic else str(message.chat)
        return Seen(
            room=room,
            thread_ts=None,
            ts=f"{message.id:09}",
            by_bot=message.by_bot,
            shown=message.shown,
            buttons={str(b["text"]): str(b.get("callback_data")) for b in message.buttons},
            files=tuple(files),
            edited=message.edited is not None,
        )


class OnDiscord:
    name = "discord"
    cast = Cast(
        "1190000000000001001", "1190000000000001002", "1190000000000001003", "1190000000000001004"
    )

    def __init__(self, discord: DiscordStandIn) -> None:
        self._discord = discord
        self._rooms = discord.rooms

    def direct(self, person: str) -> Place:
        return Place(self._rooms.direct(person).id)

    def group(self) -> Place:
        return Place(GENERAL)

    def tell(self, place: Place, person: str, text: str, file: Upload | None = None) -> Told:
        return self._use(place, person, "ask", {"prompt": text}, file)

    def command(self, place: Place, person: str, text: str) -> Told:
        name, _, rest = text.partition(" ")
        commands = self._discord.application.commands
        known = next(each for each in commands if each["name"] == name)
        return self._use(place, person, name, dict(options_of(known, rest)))

    def click(self, place: Place, seen: Seen, person: str, label: str) -> None:
        message = self._rooms.find(place.room, seen.ts)
        check(message is not None, "the message with the button is gone")
        if message is not None:
            button = _button(seen, label)
            deed = discord_acting.click(self._discord.discord, message, person, button)
            _taken(self._discord.webhooks.deliver(deed))

    def seen(self, room: str | None = None) -> list[Seen]:
        return [_discord_seen(each) for each in self._rooms.messages(room)]

    def told(self, person: str) -> list[str]:
        room = self._rooms.direct(person).id
        found = [each for each in self._rooms.messages() if each.only_for == person]
        direct = [each for each in self._rooms.messages(room) if each.by_bot]
        return [each.text for each in (*found, *direct)]

    def received(self, place: Place, told: Told) -> bool:
        """The command is shown as answered."""
        return any(each.by_interaction == told.ts for each in self._rooms.messages(place.room))

    def _use(
        self,
        place: Place,
        person: str,
        name: str,
        options: dict[str, str],
        file: Upload | None = None,
    ) -> Told:
        deed = discord_acting.command(
            self._discord.discord, place.room, person, name, options, file
        )
        delivered = self._discord.webhooks.deliver(deed)
        check(not deed.interaction.failed, f"/{name} was not answered as Discord wants it")
        return Told(place, deed.interaction.id, (_taken(delivered),))


def _button(seen: Seen, label: str) -> str:
    found = [stands for name, stands in seen.buttons.items() if name.startswith(label)]
    check(found, f"no button {label!r}, only {', '.join(seen.buttons) or 'none'}")
    return found[0]


def _taken(delivered: Delivered) -> Delivered:
    check(delivered.taken, f"a webhook was answered {delivered.status}")
    return delivered


def _telegram_place(place: Place) -> tuple[int, int | None]:
    chat, _, topic = place.room.partition(":")
    return int(chat), int(topic) if topic else None


def _slack_seen(post: Post) -> Seen:
    return Seen(
        room=post.room,
        thread_ts=post.thread_ts,
        ts=post.ts,
        by_bot=post.by_bot,
        shown=post.shown,
        buttons={str(b["text"]["text"]): str(b["action_id"]) for b in post.buttons},
        files=tuple(Upload(each.name, each.content) for each in post.files),
        only_for=post.only_for,
        edited=post.edited,
    )


def _discord_seen(message: DiscordMessage) -> Seen:
    return Seen(
        room=message.room,
        thread_ts=None,
        ts=message.id,
        by_bot=message.by_bot,
        shown=message.text,
        buttons={str(b.get("label")): str(b.get("custom_id")) for b in message.buttons},
        files=tuple(each for _, each in message.files),
        only_for=message.only_for,
        settled=not message.thinking,
        edited=message.edited is not None,
    )
