"""Where something was said in Slack, where its answer goes, and where a short word to its sender.

A place is a `response_url`; or `channel` and `user`, perhaps with `thread_ts`, and `direct` where
nobody else reads along, and `stopped` where the word ends a session that was stopped. One with
`command` is answered in the response itself.
"""

from parley.adapters.slack.fields import Json, id_of, object_of, text_of
from parley.core.delivery import Chat, ChatKind, Delivery
from parley.core.message import Address
from parley.core.reading import Place

CHANNEL = "slack"

_GROUP_MESSAGE = "mpdm-"  # how the names of group messages begin


def chat_in(channel: str, name: str, thread: str) -> Chat:
    """The chat, where Slack says no `channel_type` but the channel's name."""
    if is_direct(channel):
        return Chat.direct()
    if name.startswith(_GROUP_MESSAGE) or not thread:
        return Chat.of_group(channel)
    return Chat.of_thread(channel, thread)


def is_direct(channel: str) -> bool:
    return channel.startswith("D")


def spoken_to_in(chat: Chat) -> Address:
    """How somebody turned to us who did it by more than a text."""
    return Address.DIRECT if chat.kind is ChatKind.DIRECT else Address.MENTION


def delivery(chat: Chat, channel: str, user: str, thread: str, message: str = "") -> Delivery:
    meta = {"channel": channel}
    target = f"{CHANNEL}:channel:{channel}"
    if message:
        meta["message_ts"] = message
    if thread:
        meta["thread_ts"] = thread
        target += f":thread:{thread}"
    return Delivery(CHANNEL, user, chat, target, meta)


def place_of(to: Delivery) -> Place:
    place = {"channel": to.meta["channel"], "user": to.peer}
    if "thread_ts" in to.meta:
        place["thread_ts"] = to.meta["thread_ts"]
    if to.chat.kind is ChatKind.DIRECT:
        place["direct"] = "yes"
    return place


def answering_place(payload: Json) -> Place:
    """Of an interaction or a command: Slack tells whoever used it, also where we are no member."""
    url = text_of(payload, "response_url")
    return {"response_url": url} if url else {}


def installation_in(payload: Json) -> str:
    """Of an interaction. An app installed for an organisation may have no team."""
    return id_of(object_of(payload, "team"), "id") or id_of(object_of(payload, "enterprise"), "id")
