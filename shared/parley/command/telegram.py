"""A Telegram bot, set up: its webhook with the secret, and its list of commands."""

import re
from typing import Any

from parley.command.address import base_of, webhook
from parley.command.calls import Api, Json
from parley.core.commands import FORMS
from parley.errors import ChannelMisconfigured, ChannelUnavailable, SettingsError

# All that the adapter reads. What is not asked for costs nothing.
UPDATES = ("message", "callback_query")
CONNECTIONS = 40  # requests at once, which Telegram takes for granted too

_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}", re.ASCII)
_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]+", re.ASCII)


def setup(url: str, api_url: str, token: str, secret: str) -> str:
    """Set the webhook and the commands. A repeat changes nothing."""
    address = webhook(base_of(url), "telegram")
    if not _TOKEN.fullmatch(token):
        raise SettingsError("the bot token is none: BotFather's looks like 123456:ABC-DEF")
    if not _SECRET.fullmatch(secret):
        raise SettingsError("the webhook's secret must be 1 to 256 of A-Z a-z 0-9 _ -")
    api = Api("Telegram", f"{api_url.rstrip('/')}/bot{token}")
    bot = _call(api, "getMe")
    _call(
        api,
        "setWebhook",
        {
            "url": address,
            "secret_token": secret,
            "allowed_updates": list(UPDATES),
            "max_connections": CONNECTIONS,
        },
    )
    _call(api, "setMyCommands", {"commands": commands()})
    return _report(address, bot, _call(api, "getWebhookInfo"))


def commands() -> list[dict[str, str]]:
    ask = {"command": "ask", "description": "Say something to the agent"}
    return [ask, *({"command": form.name, "description": form.meaning} for form in FORMS)]


def _call(api: Api, method: str, fields: Json | None = None) -> Json:
    answer = api.call("POST", method, fields or {})
    if answer.fields.get("ok") is True:
        result: Any = answer.fields.get("result")
        return result if isinstance(result, dict) else {}
    reason = str(answer.fields.get("description", f"status {answer.status}"))[:200]
    if answer.status in (401, 404):
        raise ChannelMisconfigured(f"Telegram does not know this bot token ({method}: {reason})")
    if answer.status == 429 or answer.status >= 500:
        raise ChannelUnavailable(f"Telegram cannot do it now ({method}: {reason}); try again")
    raise ChannelMisconfigured(f"Telegram refused {method}: {reason}")


def _report(address: str, bot: Json, webhook_info: Json) -> str:
    name = str(bot.get("username", ""))
    lines = [
        f"webhook: {address}",
        f'bot: @{name}; put "bot_username": "{name}" under channels.telegram',
        f"commands: {', '.join(form.name for form in FORMS)}",
    ]
    if bot.get("can_read_all_group_messages") is False:
        lines.append(
            "in groups the bot sees commands, mentions and replies only; "
            "BotFather's /setprivacy changes that, then add the bot anew"
        )
    if failed := webhook_info.get("last_error_message"):
        lines.append(f"Telegram's last delivery failed: {str(failed)[:200]}")
    return "\n".join(lines)
