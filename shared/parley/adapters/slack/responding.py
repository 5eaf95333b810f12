"""A short word by a `response_url`, which Slack gives with a click, a shortcut or a command."""

import json

from parley.adapters.slack.mrkdwn import escaped
from parley.adapters.slack.transport import Request, origin
from parley.adapters.slack.web_api import JSON, WebApi
from parley.errors import ChannelUnavailable, SendUncertain, Undeliverable

HOOKS = "https://hooks.slack.com"


def respond(api: WebApi, url: str, text: str, deadline: float) -> None:
    """The address is its own permission: it gets no token."""
    if origin(url) not in (HOOKS, api.origin):
        raise Undeliverable("response_url: not an address of Slack")
    said = {"response_type": "ephemeral", "replace_original": False, "text": escaped(text)}
    content = json.dumps(said, ensure_ascii=False).encode(errors="replace")
    request = Request("response_url", "POST", url, {"Content-Type": JSON}, content)
    response = api.transport.send(request, deadline)
    if response.is_success:
        return
    if response.status >= 500:
        raise SendUncertain(f"response_url: Slack answered {response.status}")
    if response.status == 408:
        raise ChannelUnavailable("response_url: Slack answered 408")
    # Used five times, or older than half an hour.
    raise Undeliverable(f"response_url: Slack answered {response.status}")
