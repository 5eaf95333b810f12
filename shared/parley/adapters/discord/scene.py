"""Who does something in Discord, and where: the same for commands, forms and buttons."""

import re
from dataclasses import dataclass

from parley.adapters.discord import snowflake
from parley.adapters.discord.fields import Json, id_in, object_in, one_line, text_in
from parley.core.delivery import Chat, ChatKind, Delivery
from parley.core.message import Address, Attachment, Inbound, MessageId, Sender
from parley.core.reading import Place, Received

CHANNEL = "discord"

_TOKEN = re.compile(r"[!-~]{1,1024}")
_BOT_DM, _OTHER_PRIVATE = 1, 2  # contexts
_DM, _GROUP_DM = 1, 3  # types of channels
_THREADS = (10, 11, 12)


@dataclass(frozen=True, slots=True)
class Scene:
    interaction: str
    sender: Sender
    installation: str  # the server, or for private chats the application
    delivery: Delivery

    @property
    def place(self) -> Place:
        return {name: self.delivery.meta[name] for name in ("application_id", "token")}

    def received(self, text: str, attachments: tuple[Attachment, ...] = ()) -> Received:
        direct = self.delivery.chat.kind is ChatKind.DIRECT
        channel = self.delivery.meta["channel_id"]
        inbound = Inbound(
            id=MessageId(CHANNEL, self.installation, channel, self.interaction),
            sender=self.sender,
            address=Address.DIRECT if direct else Address.MENTION,
            text=text,
            delivery=self.delivery,
            position=snowflake.position(self.interaction),
            sent_at=snowflake.made_at(self.interaction),
            attachments=attachments,
        )
        return Received(inbound, self.place)


def scene_of(interaction: Json) -> Scene | None:
    """None where something is missing that every interaction has."""
    own, application = id_in(interaction, "id"), id_in(interaction, "application_id")
    channel, token = id_in(interaction, "channel_id"), text_in(interaction, "token")
    member = object_in(interaction, "member")
    user = object_in(member, "user") or object_in(interaction, "user")
    peer = id_in(user, "id")
    if not (own and application and channel and peer and _TOKEN.fullmatch(token)):
        return None
    meta = {
        "channel_id": channel,
        "application_id": application,
        "token": token,
        "interaction_id": own,
        "issued_at": str(snowflake.made_at(own)),
    }
    chat, target = _where(interaction, channel)
    return Scene(
        own,
        Sender(peer, _name(member, user)),
        id_in(interaction, "guild_id") or application,
        Delivery(CHANNEL, peer, chat, target, meta),
    )


def _where(interaction: Json, channel: str) -> tuple[Chat, str]:
    source = object_in(interaction, "channel")
    target = f"{CHANNEL}:channel:{channel}"
    if not id_in(interaction, "guild_id"):
        return (Chat.direct() if _with_us(interaction, source) else Chat.of_group(channel)), target
    parent = id_in(source, "parent_id")
    if source.get("type") in _THREADS and parent:
        return Chat.of_thread(parent, channel), f"{CHANNEL}:channel:{parent}:thread:{channel}"
    return Chat.of_group(channel), target


def _with_us(interaction: Json, channel: Json) -> bool:
    """Whether a private chat is one with the bot. Where somebody only took the application along,
    others read it too."""
    if interaction.get("context") == _OTHER_PRIVATE:
        return False
    return interaction.get("context") == _BOT_DM or channel.get("type", _DM) != _GROUP_DM


def _name(member: Json, user: Json) -> str:
    names = (text_in(member, "nick"), text_in(user, "global_name"), text_in(user, "username"))
    return one_line(next(filter(None, names), ""))
