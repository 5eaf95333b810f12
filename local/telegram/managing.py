"""The Bot API's methods around the chats: who the bot is, its webhook, its commands, its files."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from local.telegram import limits
from local.telegram.bot import Bot, Webhook
from local.telegram.chats import BOT_ID, BOT_NAME, Person
from local.telegram.errors import bad

Arguments = Mapping[str, Any]
_SECRET = re.compile(rf"[A-Za-z0-9_-]{{1,{limits.SECRET_CHARACTERS}}}")
_COMMAND = re.compile(rf"[a-z0-9_]{{1,{limits.COMMAND_CHARACTERS}}}")


def get_me(bot: Bot, arguments: Arguments) -> Any:
    rights = {"can_join_groups": True, "can_read_all_group_messages": True}
    return Person(BOT_ID, BOT_NAME).as_json() | rights | {"has_topics_enabled": False}


def get_chat(bot: Bot, arguments: Arguments) -> Any:
    chat = bot.chats.chats.get(int(arguments.get("chat_id") or 0))
    if chat is None:
        raise bad("chat not found")
    return chat.as_json()


def set_webhook(bot: Bot, arguments: Arguments) -> Any:
    url, secret = str(arguments.get("url") or ""), str(arguments.get("secret_token") or "")
    # A real one wants https; here everything is on loopback.
    if url and not re.fullmatch(r"https?://[^\s/]+(/\S*)?", url):
        raise bad("bad webhook: invalid webhook URL specified")
    if secret and not _SECRET.fullmatch(secret):
        raise bad("secret token contains unallowed characters")
    if not 1 <= int(arguments.get("max_connections") or 40) <= 100:
        raise bad("max_connections must be between 1 and 100")
    bot.webhook = Webhook(url, secret, settings=dict(arguments))
    return True


def delete_webhook(bot: Bot, arguments: Arguments) -> Any:
    bot.webhook = Webhook()
    return True


def get_webhook_info(bot: Bot, arguments: Arguments) -> Any:
    info: dict[str, Any] = {
        "url": bot.webhook.url,
        "has_custom_certificate": False,
        "pending_update_count": 0,
        "max_connections": int(bot.webhook.settings.get("max_connections") or 40),
    }
    if allowed := bot.webhook.settings.get("allowed_updates"):
        info["allowed_updates"] = allowed
    if bot.webhook.last_error:
        info["last_error_message"] = bot.webhook.last_error
    return info


def set_my_commands(bot: Bot, arguments: Arguments) -> Any:
    commands = list(arguments.get("commands") or ())
    if len(commands) > limits.COMMANDS:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    for each in commands:
        if not _COMMAND.fullmatch(str(each.get("command", ""))):
            raise bad("BOT_COMMAND_INVALID")
        if not 1 <= len(str(each.get("description", ""))) <= limits.DESCRIPTION_CHARACTERS:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
    bot.commands = commands
    bot.chats.listeners.tell()
    return True


def get_my_commands(bot: Bot, arguments: Arguments) -> Any:
    return [dict(each) for each in bot.commands]


def get_file(bot: Bot, arguments: Arguments) -> Any:
    file_id = str(arguments.get("file_id"))
    if file_id not in bot.chats.files:
        raise bad("wrong file_id or the file is temporarily unavailable")
    _, content = bot.chats.files[file_id]
    if len(content) > limits.DOWNLOAD_BYTES:
        raise bad("file is too big")
    return {"file_id": file_id, "file_size": len(content), "file_path": f"documents/{file_id}"}


MANAGING: dict[str, Callable[[Bot, Arguments], Any]] = {
    "getMe": get_me,
    "getChat": get_chat,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
    "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands,
    "getFile": get_file,
}
