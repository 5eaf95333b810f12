"""The slash command: `/parley stop` is our `/stop`, and what is no command is a prompt."""

from collections.abc import Mapping

from parley.adapters.slack.fields import (
    id_of,
    installation_of,
    line_of,
    milliseconds,
    position,
    text_of,
    trigger_of,
    ts_at,
)
from parley.adapters.slack.mrkdwn import readable
from parley.adapters.slack.whereabouts import (
    CHANNEL,
    answering_place,
    chat_in,
    delivery,
    spoken_to_in,
)
from parley.core.commands import parse as parse_command
from parley.core.message import Inbound, MessageId, Sender
from parley.core.reading import Ignored, Reading, Received


def command(fields: Mapping[str, str], now: int) -> Reading:
    """Slack sends it once, and shows it to nobody: so it is known by its trigger."""
    installation, trigger = installation_of(fields), trigger_of(fields)
    channel, user = id_of(fields, "channel_id"), id_of(fields, "user_id")
    if not (installation and channel and user and trigger):
        return Ignored("incomplete")
    chat = chat_in(channel, line_of(fields, "channel_name"), thread="")
    at = ts_at(now)
    inbound = Inbound(
        id=MessageId(CHANNEL, installation, channel, trigger),
        sender=Sender(user, line_of(fields, "user_name")),
        address=spoken_to_in(chat),
        text=_meant(readable(text_of(fields, "text")).strip()),
        delivery=delivery(chat, channel, user, thread=""),
        position=position(at),
        sent_at=milliseconds(at),
    )
    return Received(inbound, {**answering_place(fields), "command": line_of(fields, "command")})


def _meant(text: str) -> str:
    if not text:
        return "/help"
    written = f"/{text.removeprefix('/')}"
    return written if parse_command(written) else text
