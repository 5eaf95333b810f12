"""The Events API: messages, and the stop button of an agent's session.

A mention in a channel arrives twice, as `message` and as `app_mention`, in either order: both give
one identity (installation, channel, ts).
"""

from parley.adapters.slack.fields import (
    Json,
    id_of,
    installation_of,
    list_of,
    milliseconds,
    object_of,
    position,
    shown,
    text_of,
    ts_of,
)
from parley.adapters.slack.mrkdwn import (
    first_word_mentions,
    mentioned,
    mentions,
    without_mentions,
)
from parley.adapters.slack.said import attachments, said
from parley.adapters.slack.whereabouts import (
    CHANNEL,
    chat_in,
    delivery,
    is_direct,
    place_of,
    spoken_to_in,
)
from parley.core.delivery import Chat
from parley.core.message import Address, Inbound, MessageId, Sender
from parley.core.reading import Ignored, Reading, Received

SLACKBOT = "USLACKBOT"
ACCEPTED_SUBTYPES = (None, "file_share", "thread_broadcast")


def event(envelope: Json, event: Json, require_mention: bool) -> Reading:
    """Without `require_mention`, what is said where we are is said to us."""
    if event.get("type") == "agent_session_stopped":
        return _stopped(envelope, event)
    bots = _own_users(envelope)
    refusal = _refusal(event, bots)
    if refusal:
        return Ignored(refusal)
    return _message(envelope, event, bots, require_mention)


def _message(envelope: Json, event: Json, bots: frozenset[str], require_mention: bool) -> Reading:
    installation = installation_of(envelope)
    channel, user, ts = id_of(event, "channel"), id_of(event, "user"), ts_of(event, "ts")
    if not (installation and channel and user and ts):
        return Ignored("incomplete")
    text = text_of(event, "text")
    bots = bots or _bot_mentioned(envelope, event, text)
    to_us = mentions(text, bots) or not require_mention
    address, chat = _addressed(event, channel, ts, to_us)
    if address is None:
        return Ignored("not addressed")
    words, files = said(without_mentions(text, bots), event), attachments(event)
    if not (words.strip() or files):
        return Ignored("empty")
    to = delivery(chat, channel, user, _reply_thread(event, address, ts), ts)
    inbound = Inbound(
        id=MessageId(CHANNEL, installation, channel, ts),
        sender=Sender(user, _display_name(event)),
        address=address,
        text=words,
        delivery=to,
        position=position(ts),
        sent_at=milliseconds(ts),
        attachments=files,
    )
    return Received(inbound, place_of(to))


def _stopped(envelope: Json, event: Json) -> Reading:
    """Somebody pressed the stop button of our session, which stays there until we end it."""
    installation = installation_of(envelope)
    channel, user, ts = id_of(event, "channel"), id_of(event, "user"), ts_of(event, "event_ts")
    thread = ts_of(event, "thread_ts")
    if not (installation and channel and user and ts and thread):
        return Ignored("incomplete")
    chat = chat_in(channel, "", thread)
    to = delivery(chat, channel, user, thread)
    inbound = Inbound(
        id=MessageId(CHANNEL, installation, channel, ts),
        sender=Sender(user),
        address=spoken_to_in(chat),
        text="/stop",
        delivery=to,
        position=position(ts),
        sent_at=milliseconds(ts),
    )
    return Received(inbound, {**place_of(to), "stopped": "yes"})


def _refusal(event: Json, bots: frozenset[str]) -> str | None:
    """Why this event is no message that somebody wrote to us just now."""
    kind, subtype, user = event.get("type"), event.get("subtype"), id_of(event, "user")
    if kind not in ("message", "app_mention"):
        return f"event {shown(kind)}"
    if subtype not in ACCEPTED_SUBTYPES:
        return f"subtype {shown(subtype)}"
    if event.get("hidden"):
        return "hidden"
    if event.get("edited"):
        return "edited"  # an edit that adds a mention comes as an app_mention of the old message
    if event.get("bot_id") or user == SLACKBOT:
        return "bot"
    return "own message" if user in bots else None


def _addressed(event: Json, channel: str, ts: str, to_us: bool) -> tuple[Address | None, Chat]:
    kind = event.get("channel_type")
    if kind == "im" or (kind is None and is_direct(channel)):
        return Address.DIRECT, Chat.direct()
    to_us = to_us or event.get("type") == "app_mention"
    if kind == "mpim":
        return Address.MENTION if to_us else None, Chat.of_group(channel)
    root = _root(event)
    chat = Chat.of_thread(channel, root or ts)
    if to_us:
        return Address.MENTION, chat
    return Address.OVERHEARD if root else None, chat


def _root(event: Json) -> str:
    """The thread that the message is a reply in; none for a message that begins one."""
    root = ts_of(event, "thread_ts")
    return "" if root == ts_of(event, "ts") else root


def _reply_thread(event: Json, address: Address, ts: str) -> str:
    root = _root(event)
    return root if address is Address.DIRECT else root or ts


def _own_users(envelope: Json) -> frozenset[str]:
    """The bot's user ids, so that it knows itself without asking Slack."""
    return frozenset(
        user
        for entry in list_of(envelope, "authorizations")
        if entry.get("is_bot") is not False and (user := id_of(entry, "user_id"))
    )


def _bot_mentioned(envelope: Json, event: Json, text: str) -> frozenset[str]:
    """The bot, where Slack names only people who authorized it: an app_mention mentions it. It is
    the one mentioned who can be it, or of several the one whom the text begins with."""
    if event.get("type") != "app_mention":
        return frozenset()
    people = {id_of(entry, "user_id") for entry in list_of(envelope, "authorizations")}
    others = [user for user in mentioned(text) if user not in people | {id_of(event, "user")}]
    known = len(set(others)) == 1 or (others and first_word_mentions(text, others[0]))
    return frozenset(others[:1]) if known else frozenset()


def _display_name(event: Json) -> str:
    profile = object_of(event, "user_profile")
    return text_of(profile, "display_name") or text_of(profile, "real_name")
