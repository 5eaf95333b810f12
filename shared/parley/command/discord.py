"""A Discord application, set up: its commands, and the addresses that Discord sends to."""

import json
from collections.abc import Sequence
from typing import Any

from parley.command.address import base_of, webhook
from parley.command.calls import Answer, Api, Json
from parley.core.commands import FORMS, Argument, Form
from parley.errors import ChannelMisconfigured, ChannelUnavailable

# Discord's front turns away clients that do not name themselves like this.
USER_AGENT = "DiscordBot (https://parley.example, 0.1)"

SLASH, ON_MESSAGE = 1, 3  # kinds of command
TEXT, ATTACHMENT = 3, 11  # kinds of option
IN_SERVERS, WITH_THE_BOT = 0, 1  # where a command is offered
LONGEST_PROMPT = 6000
EVENTS_ON = 2
EVENTS = ("APPLICATION_AUTHORIZED", "APPLICATION_DEAUTHORIZED")


def setup(url: str, guild: str, api_url: str, token: str) -> str:
    """Register the commands and, with a URL, the addresses. A repeat changes nothing."""
    base = base_of(url) if url else ""
    api = Api("Discord", api_url, {"Authorization": f"Bot {token}", "User-Agent": USER_AGENT})
    application = _checked("GET /applications/@me", api.call("GET", "applications/@me")).fields
    found, key = str(application.get("id", "")), str(application.get("verify_key", ""))
    scope = f"applications/{found}/guilds/{guild}" if guild else f"applications/{found}"
    _checked("PUT commands", api.call("PUT", f"{scope}/commands", commands()))
    lines = [
        f"application: {application.get('name', '')}",
        f"to deploy with: DiscordApplicationId={found} DiscordPublicKey={key}",
        f"commands: {', '.join(str(command['name']) for command in commands())}",
        f"  in the server {guild}, at once" if guild else "  in all servers",
    ]
    if not base:
        return "\n".join([*lines, "no addresses set: give the deployment's with --url"])
    return "\n".join([*lines, *_addresses(api, base)])


def commands() -> list[Json]:
    """All of the application's commands: what is not among them, Discord removes."""
    options = [
        {
            "type": TEXT,
            "name": "prompt",
            "description": "What to say; without it a form opens",
            "max_length": LONGEST_PROMPT,
        },
        {"type": ATTACHMENT, "name": "attachment", "description": "A text file or an image"},
    ]
    return [
        _command("ask", "Say something to the agent", options),
        *(_command(form.name, form.meaning, _options(form)) for form in FORMS),
        {"type": ON_MESSAGE, "name": "Ask agent", "contexts": [IN_SERVERS, WITH_THE_BOT]},
    ]


def _command(name: str, meaning: str, options: Sequence[Json]) -> Json:
    return {
        "type": SLASH,
        "name": name,
        "description": meaning,
        "options": options,
        "contexts": [IN_SERVERS, WITH_THE_BOT],
    }


def _options(form: Form) -> list[Json]:
    return [_option(argument) for argument in form.arguments]


def _option(argument: Argument) -> Json:
    option: dict[str, Any] = {
        "type": TEXT,
        "name": argument.name.lower(),
        "description": argument.meaning,
        "required": not argument.optional,
    }
    if argument.choices:
        option["choices"] = [{"name": choice, "value": choice} for choice in argument.choices]
    return option


def _addresses(api: Api, base: str) -> list[str]:
    interactions = webhook(base, "discord/interactions")
    events = webhook(base, "discord/events")
    answer = api.call(
        "PATCH",
        "applications/@me",
        {
            "interactions_endpoint_url": interactions,
            "event_webhooks_url": events,
            "event_webhooks_status": EVENTS_ON,
            "event_webhooks_types": list(EVENTS),
        },
    )
    if answer.status == 400:
        raise ChannelMisconfigured(
            f"Discord tried {interactions} and {events} and was not content: {_reason(answer)}. "
            "They must be deployed with this application's public key, and discord served by "
            "the configuration. The commands are registered."
        )
    _checked("PATCH /applications/@me", answer)
    return [f"interactions: {interactions}", f"events: {events}"]


def _checked(call: str, answer: Answer) -> Answer:
    if 200 <= answer.status < 300:
        return answer
    if answer.status == 401:
        raise ChannelMisconfigured(f"Discord does not know this bot token ({call})")
    if answer.status == 429:
        seconds = answer.fields.get("retry_after", "a few")
        raise ChannelUnavailable(f"Discord asks to wait {seconds} s ({call}); then try again")
    if answer.status >= 500:
        raise ChannelUnavailable(f"Discord cannot do it now ({call}: {answer.status}); try again")
    raise ChannelMisconfigured(f"Discord refused {call}: {_reason(answer)}")


def _reason(answer: Answer) -> str:
    """Discord's own words, and which of the fields it means."""
    errors = answer.fields.get("errors")
    detail = f" {json.dumps(errors)}" if errors else ""
    return f"{answer.fields.get('message', answer.status)}{detail}"[:400]
