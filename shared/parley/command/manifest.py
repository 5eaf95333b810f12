"""The Slack app as Slack takes it: a manifest with the deployment's addresses in it."""

import json
from typing import Any

from parley.command.address import base_of, webhook
from parley.core.commands import FORMS, OWN_COMMAND

DESCRIPTION = "Talk to your coding agent"
ASK = "ask"  # what the adapter knows the message shortcut by

SCOPES = (
    "app_mentions:read",
    "assistant:write",
    "channels:history",
    "chat:write",
    "commands",
    "files:read",
    "files:write",
    "groups:history",
    "im:history",
    "mpim:history",
    "reactions:write",
    "users:read",
)
EVENTS = (
    "agent_session_stopped",
    "app_mention",
    "message.channels",
    "message.groups",
    "message.im",
    "message.mpim",
)


def manifest(url: str, name: str) -> str:
    base = base_of(url)
    return json.dumps(
        {
            "display_information": {"name": name, "description": DESCRIPTION},
            "features": _features(base, name),
            "oauth_config": {"scopes": {"bot": list(SCOPES)}},
            "settings": {
                "event_subscriptions": {
                    "request_url": webhook(base, "slack/events"),
                    "bot_events": list(EVENTS),
                },
                "interactivity": {
                    "is_enabled": True,
                    "request_url": webhook(base, "slack/interactions"),
                },
                "org_deploy_enabled": False,
                "socket_mode_enabled": False,
                "token_rotation_enabled": False,
            },
        },
        indent=2,
    )


def _features(base: str, name: str) -> dict[str, Any]:
    return {
        "app_home": {
            "home_tab_enabled": False,
            "messages_tab_enabled": True,
            "messages_tab_read_only_enabled": False,
        },
        # Without it Slack shows neither the status line nor the button that stops a run.
        "agent_view": {"agent_description": DESCRIPTION, "suggested_prompts": []},
        "bot_user": {"display_name": name, "always_online": True},
        "shortcuts": [
            {
                "type": "message",
                "name": "Ask agent",
                "callback_id": ASK,
                "description": "Pass this message on to the agent",
            }
        ],
        "slash_commands": [
            {
                "command": OWN_COMMAND["slack"].strip(),
                "url": webhook(base, "slack/commands"),
                "description": "A command, or a message to the agent",
                "usage_hint": f"{' | '.join(form.name for form in FORMS)} | your message",
                # Mentions come as <@U1>, which names people for sure.
                "should_escape": True,
            }
        ],
    }
