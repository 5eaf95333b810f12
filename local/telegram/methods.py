"""The Bot API's methods that write into chats."""

from collections.abc import Callable, Mapping
from typing import Any

from local.multipart import Upload
from local.telegram import limits
from local.telegram.bot import Bot
from local.telegram.chats import BOT_ID, Chat, Message
from local.telegram.content import read_keyboard, read_rich, read_text
from local.telegram.errors import TelegramError, bad
from local.telegram.limits import units
from local.telegram.shown import as_json

Arguments = Mapping[str, Any]
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)


def send_message(bot: Bot, arguments: Arguments) -> Any:
    chat = _chat(bot, arguments)
    text = read_text(arguments)
    return _said(bot, chat, arguments, text=text.text, entities=text.entities)


def send_rich_message(bot: Bot, arguments: Arguments) -> Any:
    _knows_rich(bot)
    chat = _chat(bot, arguments)
    return _said(bot, chat, arguments, rich=read_rich(arguments))


def send_document(bot: Bot, arguments: Arguments) -> Any:
    chat = _chat(bot, arguments)
    upload = arguments.get("document")
    if not isinstance(upload, Upload):
        raise bad("there is no document in the request")
    if len(upload.content) > limits.UPLOAD_BYTES:
        raise TelegramError("Request Entity Too Large", 413)
    if not upload.content:
        raise bad("file must be non-empty")
    caption = read_text(arguments, "caption", limits.CAPTION_UNITS)
    document = {
        "file_id": bot.chats.keep_file(upload.name, upload.content),
        "file_name": upload.name,
        "mime_type": upload.media_type,
        "file_size": len(upload.content),
    }
    return _said(
        bot, chat, arguments, text=caption.text, entities=caption.entities, document=document
    )


def edit_message_text(bot: Bot, arguments: Arguments) -> Any:
    message = _own(bot, arguments, "message to edit not found", "message can't be edited")
    if arguments.get("rich_message"):
        _knows_rich(bot)
        changes: dict[str, Any] = {"text": "", "entities": (), "rich": read_rich(arguments)}
    else:
        if message.document:
            raise bad("there is no text in the message to edit")
        text = read_text(arguments)
        changes = {"text": text.text, "entities": text.entities, "rich": None}
    return _edited(bot, message, changes | {"keyboard": read_keyboard(arguments)})


def edit_message_reply_markup(bot: Bot, arguments: Arguments) -> Any:
    message = _own(bot, arguments, "message to edit not found", "message can't be edited")
    return _edited(bot, message, {"keyboard": read_keyboard(arguments)})


def delete_message(bot: Bot, arguments: Arguments) -> Any:
    message = _own(bot, arguments, "message to delete not found", "message can't be deleted")
    bot.chats.delete(message)
    return True


def send_chat_action(bot: Bot, arguments: Arguments) -> Any:
    chat = _chat(bot, arguments)
    if arguments.get("action") not in limits.ACTIONS:
        raise bad("wrong parameter action in request")
    bot.chats.act(chat.id, _topic(chat, arguments))
    return True


def set_message_reaction(bot: Bot, arguments: Arguments) -> Any:
    message = _message(bot, arguments, "message to react not found")
    emojis = [str(each.get("emoji", "")) for each in arguments.get("reaction") or ()]
    if len(emojis) > 1:
        raise bad("REACTIONS_TOO_MANY")
    if not limits.REACTIONS.issuperset(each.replace("\ufe0f", "") for each in emojis):
        raise bad("REACTION_INVALID")
    bot.chats.change(message, reactions=tuple(emojis))
    return True


def answer_callback_query(bot: Bot, arguments: Arguments) -> Any:
    text = str(arguments.get("text") or "")
    if units(text) > limits.CALLBACK_ANSWER_UNITS:
        raise bad("MESSAGE_TOO_LONG")
    if not bot.answer(str(arguments.get("callback_query_id")), text):
        raise bad("query is too old and response timeout expired or query ID is invalid")
    return True


def _said(bot: Bot, chat: Chat, arguments: Arguments, **content: Any) -> Any:
    topic, reply_to = _topic(chat, arguments), _reply_to(bot, chat, arguments)
    keyboard = read_keyboard(arguments)
    bot.pace(chat)
    message = bot.chats.say(
        chat.id, BOT_ID, topic=topic, reply_to=reply_to, keyboard=keyboard, **content
    )
    return as_json(bot.chats, message)


def _edited(bot: Bot, message: Message, changes: Mapping[str, Any]) -> Any:
    if all(getattr(message, name) == value for name, value in changes.items()):
        raise bad(NOT_MODIFIED)
    bot.pace(bot.chats.chats[message.chat])
    return as_json(bot.chats, bot.chats.change(message, edited=bot.chats.now(), **changes))


def _knows_rich(bot: Bot) -> None:
    """A server of one's own may be older than the method."""
    if not bot.takes_rich_messages:
        raise TelegramError("Not Found", 404)


def _chat(bot: Bot, arguments: Arguments) -> Chat:
    chat = bot.chats.chats.get(_number(arguments.get("chat_id")))
    if chat is None:
        raise bad("chat not found")
    if chat.migrated_to is not None:
        error = "Bad Request: group chat was upgraded to a supergroup chat"
        raise TelegramError(error, 400, migrate_to_chat_id=chat.migrated_to)
    if chat.closed_to_bot:
        kicked = f"bot was kicked from the {chat.kind} chat"
        why = kicked if chat.shared else "bot was blocked by the user"
        raise TelegramError(f"Forbidden: {why}", 403)
    return chat


def _topic(chat: Chat, arguments: Arguments) -> int | None:
    given = arguments.get("message_thread_id")
    if given in (None, "", 0):
        return None
    if _number(given) not in chat.topics:
        raise bad("message thread not found")
    return _number(given)


def _reply_to(bot: Bot, chat: Chat, arguments: Arguments) -> int | None:
    parameters = arguments.get("reply_parameters") or {}
    given = parameters.get("message_id", arguments.get("reply_to_message_id"))
    if given is None:
        return None
    if bot.chats.find(chat.id, _number(given)):
        return _number(given)
    lenient = parameters.get("allow_sending_without_reply")
    if lenient or arguments.get("allow_sending_without_reply"):
        return None
    raise bad("message to be replied not found")


def _message(bot: Bot, arguments: Arguments, absent: str) -> Message:
    message = bot.chats.find(_chat(bot, arguments).id, _number(arguments.get("message_id")))
    if message is None:
        raise bad(absent)
    return message


def _own(bot: Bot, arguments: Arguments, absent: str, foreign: str) -> Message:
    message = _message(bot, arguments, absent)
    if not message.by_bot:
        raise bad(foreign)
    return message


def _number(given: Any) -> int:
    try:
        return int(given)
    except (TypeError, ValueError):
        return 0


METHODS: dict[str, Callable[[Bot, Arguments], Any]] = {
    "sendMessage": send_message,
    "sendRichMessage": send_rich_message,
    "sendDocument": send_document,
    "editMessageText": edit_message_text,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "deleteMessage": delete_message,
    "sendChatAction": send_chat_action,
    "setMessageReaction": set_message_reaction,
    "answerCallbackQuery": answer_callback_query,
}
