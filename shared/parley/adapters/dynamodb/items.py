"""Conversations, messages and delivery contexts as items and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parley.adapters.dynamodb import keys
from parley.adapters.dynamodb.codec import Fields, Item, Plain, marshal
from parley.adapters.dynamodb.large_texts import LargeTexts
from parley.core.busy import BusyMode
from parley.core.conversation import Conversation
from parley.core.delivery import Chat, ChatKind, Delivery
from parley.core.limits import SECOND
from parley.core.message import Attachment, Message, MessageId, Sender

if TYPE_CHECKING:
    from parley.core.context import DeliveryContext

QUEUED = "queued"
STEERING = "steering"
CLAIMED = "claimed"
DONE = "done"


def seconds(milliseconds: int) -> int:
    """For the table's time to live; rounded up, so that nothing goes early."""
    return -(-milliseconds // SECOND)


def delivery_fields(delivery: Delivery) -> Plain:
    return {
        "channel": delivery.channel,
        "peer": delivery.peer,
        "kind": str(delivery.chat.kind),
        "group": delivery.chat.group,
        "thread": delivery.chat.thread,
        "target": delivery.target,
        "meta": dict(delivery.meta),
    }


def delivery_of(fields: Fields) -> Delivery:
    chat = Chat(ChatKind(fields["kind"]), fields["group"], fields["thread"])
    return Delivery(fields["channel"], fields["peer"], chat, fields["target"], fields["meta"])


def conversation_of(fields: Fields) -> Conversation:
    return Conversation(
        key=fields["pk"].removeprefix("C#"),
        generation=fields["generation"],
        pending=fields["pending"],
        title=fields["title"],
        delivery=delivery_of(fields["delivery"]),
        session=fields.get("session"),
        cursor=fields.get("cursor", 0),
        boot=fields.get("boot"),
        owner=fields.get("owner"),
        fence=fields.get("fence"),
        lease_until=fields.get("lease_until"),
        turn=fields.get("turn"),
        last_turn=fields.get("last_turn"),
        run=fields.get("run"),
        batch=fields.get("batch"),
        stop=fields.get("stop"),
        approval=fields.get("approval"),
        mode=BusyMode(fields["mode"]) if "mode" in fields else None,
        renew=fields.get("renew", False),
        rules_since=fields.get("rules_since", 0),
        attempts=fields.get("attempts", 0),
        updated_at=fields["updated_at"],
    )


def message_item(message: Message, texts: LargeTexts) -> Item:
    return keys.message(message) | marshal(
        {
            "status": QUEUED,
            "id": {
                "channel": message.id.channel,
                "installation": message.id.installation,
                "chat": message.id.chat,
                "message": message.id.message,
            },
            "sender": {"id": message.sender.id, "name": message.sender.name},
            "text": texts.place(message.conversation, message.text),
            "text_bytes": len(message.text.encode()),
            "delivery": delivery_fields(message.delivery),
            "position": message.position,
            "sent_at": message.sent_at,
            "accepted_at": message.accepted_at,
            "correlation_id": message.correlation_id,
            "attachments": [_attachment_fields(each) for each in message.attachments],
            "mode": str(message.mode),
        }
    )


def message_of(fields: Fields, texts: LargeTexts) -> Message:
    return Message(
        id=MessageId(**fields["id"]),
        conversation=fields["pk"].removeprefix("C#"),
        sender=Sender(**fields["sender"]),
        text=texts.fetch(fields["text"]),
        delivery=delivery_of(fields["delivery"]),
        position=fields["position"],
        sent_at=fields["sent_at"],
        accepted_at=fields["accepted_at"],
        correlation_id=fields["correlation_id"],
        attachments=tuple(Attachment(**each) for each in fields.get("attachments", ())),
        mode=BusyMode(fields.get("mode", BusyMode.FOLLOWUP)),
    )


def _attachment_fields(attachment: Attachment) -> Plain:
    return {
        "name": attachment.name,
        "media_type": attachment.media_type,
        "size": attachment.size,
        "ref": attachment.ref,
    }


def context_item(context: DeliveryContext) -> Item:
    return keys.context(context.target) | marshal(
        {
            "target": context.target,
            "created_at": context.created_at,
            "valid_until": context.expires_at,
            "trigger": context.trigger,
            "status": context.status,
            "summary": context.summary,
            "check_output": context.check_output,
            "expires_at": seconds(context.expires_at),
        }
    )


def context_of(fields: Fields) -> DeliveryContext:
    from parley.core.context import DeliveryContext

    return DeliveryContext(
        target=fields["target"],
        created_at=fields["created_at"],
        expires_at=fields["valid_until"],
        trigger=fields["trigger"],
        status=fields["status"],
        summary=fields["summary"],
        check_output=fields["check_output"],
    )
