"""Updates, turned into what they mean for Parley."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from parley.adapters.telegram.addressing import CHANNEL, Said, To, is_bot, read
from parley.adapters.telegram.fields import Json, line, member, members, number, shown, text
from parley.adapters.telegram.files import attachments
from parley.adapters.telegram.quoting import answered, passed_on, words
from parley.core import commands
from parley.core.clicks import click_of
from parley.core.delivery import Chat, Delivery
from parley.core.limits import SECOND
from parley.core.message import Address, Inbound, MessageId, Sender
from parley.core.reading import (
    UNKNOWN_BUTTON,
    Clicked,
    Ignored,
    Malformed,
    Moved,
    Reading,
    Received,
)

GROUPS = ("group", "supergroup")


@dataclass(frozen=True, slots=True)
class TelegramOptions:
    """`bot_username` as Telegram shows it, with or without the @. Without it the bot recognises
    neither its mentions nor commands by its name, and so answers in private chats only."""

    bot_username: str = ""
    require_mention: bool = True

    @property
    def bot(self) -> str:
        return self.bot_username.removeprefix("@").lower()

    @property
    def installation(self) -> str:
        return self.bot or "bot"


@dataclass(frozen=True, slots=True)
class _Place:
    """The chat that a message stands in."""

    chat: int
    message: int
    topic: int | None
    private: bool

    @property
    def kind(self) -> Chat:
        if self.private:
            return Chat.direct()
        if self.topic is None:
            return Chat.of_group(str(self.chat))
        return Chat.of_thread(str(self.chat), str(self.topic))

    def delivery(self, peer: int) -> Delivery:
        meta = {"chat_id": str(self.chat), "message_id": str(self.message)} | self._thread
        thread = "" if self.topic is None else f":thread:{self.topic}"
        return Delivery(CHANNEL, str(peer), self.kind, _target(self.chat) + thread, meta)

    @property
    def reply(self) -> Mapping[str, str]:
        """Where a short word about the message goes."""
        return {"chat_id": str(self.chat), "reply_to": str(self.message)} | self._thread

    @property
    def _thread(self) -> dict[str, str]:
        return {} if self.topic is None else {"message_thread_id": str(self.topic)}


def parse(body: bytes, options: TelegramOptions) -> Reading:
    """Whatever is no update is malformed; an update that we do not understand is ignored, since
    Telegram would hold back the chat's next one until this one is taken."""
    try:
        update = json.loads(body)
    except (ValueError, RecursionError):
        return Malformed("not JSON")
    if not isinstance(update, dict):
        return Malformed("not a JSON object")
    if message := member(update, "message"):
        return _message(message, options)
    if query := member(update, "callback_query"):
        return _click(query, options)
    if "edited_message" in update:
        return Ignored("edited")
    kind = next((name for name in update if name != "update_id"), None)
    return Ignored(f"update {shown(kind)}")


def _message(message: Json, options: TelegramOptions) -> Reading:
    if "migrate_to_chat_id" in message or "migrate_from_chat_id" in message:
        return _moved(message)
    refusal = _refusal(message)
    if refusal:
        return Ignored(refusal)
    place, date = _place(message), number(message, "date")
    sender = number(member(message, "from"), "id")
    if place is None or date is None or date < 0 or sender is None:
        return Ignored("incomplete")
    said = _said(message, options.bot)
    if said.to is To.ANOTHER:
        return Ignored("for another bot")
    to_bot = _answers(message, options.bot)
    address = _address(place, said.to is To.US or to_bot, options)
    if address is None:
        return Ignored("not addressed")
    original = {} if to_bot else _original(message)
    spoken = _with_quote(said.text, answered(message, ours=to_bot))
    files = attachments(message, original)
    if not spoken.strip() and not files:
        return Ignored("empty")
    inbound = Inbound(
        id=MessageId(CHANNEL, options.installation, str(place.chat), str(place.message)),
        sender=_sender(member(message, "from"), sender),
        address=address,
        text=spoken,
        delivery=place.delivery(sender),
        position=f"{date:016d}.{place.message:016d}",
        sent_at=date * SECOND,
        attachments=files,
    )
    return Received(inbound, place.reply)


def _moved(message: Json) -> Reading:
    """Both chats are told: the old one where it goes, the new one where it comes from."""
    here = number(member(message, "chat"), "id")
    old, new = here, number(message, "migrate_to_chat_id")
    if new is None:
        old, new = number(message, "migrate_from_chat_id"), here
    if old is None or new is None:
        return Ignored("incomplete")
    peer = number(member(message, "from"), "id") or here
    return Moved(_group(old, peer), _group(new, peer))


def _group(chat: int, peer: int | None) -> Delivery:
    group = Chat.of_group(str(chat))
    return Delivery(CHANNEL, str(peer), group, _target(chat), {"chat_id": str(chat)})


def _refusal(message: Json) -> str | None:
    """Why this message is none that a person wrote to us."""
    kind = member(message, "chat").get("type")
    if kind != "private" and kind not in GROUPS:
        return f"chat {shown(kind)}"
    if message.get("sender_chat"):
        return "sent as a chat"  # of an anonymous administrator, or a channel: nobody to admit
    return "bot" if member(message, "from").get("is_bot") is not False else None


def _place(message: Json) -> _Place | None:
    chat = member(message, "chat")
    chat_id, message_id = number(chat, "id"), number(message, "message_id")
    if chat_id is None or message_id is None or message_id < 0:
        return None
    # In groups without topics a reply has a message_thread_id too.
    topic = number(message, "message_thread_id") if message.get("is_topic_message") else None
    return _Place(chat_id, message_id, topic, private=chat.get("type") == "private")


def _target(chat: int) -> str:
    return f"{CHANNEL}:chat:{chat}"


def _said(message: Json, bot: str) -> Said:
    """What was forwarded speaks to nobody here: its mentions and commands were for others."""
    written = words(message)
    if "forward_origin" in message:
        return Said(passed_on(message, written) if written.strip() else "", To.NOBODY)
    entities = members(message, "entities" if text(message, "text") else "caption_entities")
    return read(written, entities, bot)


def _answers(message: Json, bot: str) -> bool:
    return is_bot(member(_original(message), "from"), bot)


def _original(message: Json) -> Json:
    """The message that this one answers. In a topic every other message "answers" its beginning."""
    original = member(message, "reply_to_message")
    return {} if "forum_topic_created" in original else original


def _address(place: _Place, to_us: bool, options: TelegramOptions) -> Address | None:
    if place.private:
        return Address.DIRECT
    return Address.MENTION if to_us or not options.require_mention else None


def _with_quote(said: str, quote: str) -> str:
    """A command stays one: what it answers would become part of its arguments."""
    if commands.parse(said, CHANNEL) is not None:
        return said
    return "\n\n".join(part for part in (said, quote) if part.strip())


def _click(query: Json, options: TelegramOptions) -> Reading:
    """A message that is too old comes without its text and date, but with its place. Whatever the
    button is, it spins until it is answered."""
    query_id = text(query, "id")
    to_click = {"callback_query_id": query_id} if query_id else {}
    place, actor = _place(member(query, "message")), number(member(query, "from"), "id")
    if place is None or actor is None or not query_id:
        return Ignored("incomplete", place=to_click)
    sender = _sender(member(query, "from"), actor)
    click = click_of(text(query, "data"), sender, options.installation, place.delivery(actor))
    if click is None:
        return Ignored("unknown button", place=to_click, word=UNKNOWN_BUTTON)
    return Clicked(click, to_click)


def _sender(user: Json, user_id: int) -> Sender:
    return Sender(str(user_id), line(user, "first_name", "last_name") or line(user, "username"))
