"""Every key format of the table, and of the texts in the bucket."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from parley.adapters.dynamodb.codec import Item

if TYPE_CHECKING:
    from parley.core.delivery import Delivery
    from parley.core.message import Message, MessageId
    from parley.core.pairing import Person

TABLE_KEY = ("pk", "sk")
STATE_SK = "STATE"
MESSAGES = "M#"
RULES = "R#"
PROJECTS = "PROJECTS"
AGENTS = "AGENTS"
LAST_FRAMES = "F#~"

UNSETTLED_INDEX = "unsettled"
# The index is sparse, so one partition holds each kind of what it has.
UNSETTLED = "1"  # conversations with work or an owner
UNCONSUMED = "2"  # (27) batches that were closed from outside, until the machine has seen it
# Tasks, each in one of three by how far it is. Their `updated_at` is when they were asked for, so
# that those pending come oldest first, and the newest of all are found without another index.
PENDING_TASKS = "3"
LIVE_TASKS = "4"
SETTLED_TASKS = "5"


def state(conversation: str) -> Item:
    return _key(_conversation(conversation), STATE_SK)


def message(message: Message) -> Item:
    return message_at(message.conversation, message_sk(message))


def message_at(conversation: str, sk: str) -> Item:
    return _key(_conversation(conversation), sk)


def message_sk(message: Message) -> str:
    """The platform's order first; the identity's hash tells apart what shares a position."""
    return f"{MESSAGES}{message.position}#{_digest(_identity(message.id), 16)}"


def seen(message: MessageId) -> Item:
    return _key(f"S#{_identity(message)}", "SEEN")


def known(installation: str, thread: Delivery) -> Item:
    """Whatever conversation the thread belongs to: a binding may give it one with others."""
    return _key(f"K#{_joined(thread.channel, installation, thread.target)}", "KNOWN")


def turn(conversation: str, turn: str) -> Item:
    return _key(_conversation(conversation), f"T#{turn}")


def batch(conversation: str, key: str) -> Item:
    """A batch's key begins with its turn's id: see parley.core.batch.batch_key."""
    return _key(_conversation(conversation), f"{batches(key.rsplit('-', 2)[0])}{key}")


def batches(turn: str) -> str:
    return f"B#{turn}#"


def approval(approval: str) -> Item:
    """Where the id in a button leads to."""
    return _key(f"A#{approval}", "APPROVAL")


def rule(conversation: str, tool: str) -> Item:
    return _key(_conversation(conversation), f"{RULES}{tool}")


def paired(person: Person) -> Item:
    return _key(_person(person), "PAIRED")


def offers(person: Person) -> Item:
    return _key(_person(person), "OFFERS")


def code(code: str) -> Item:
    return _key(f"Q#{code}", "CODE")


def wrong_codes(hour: int) -> Item:
    return _key("WRONG", f"H#{hour}")


def moved(channel: str, chat: str) -> Item:
    return _key(f"V#{_joined(channel, chat)}", "MOVED")


def context(target: str) -> Item:
    return _key(f"X#{target}", "CONTEXT")


# Whoever runs an agent writes under `TASK#` alone: GetItem, PutItem and UpdateItem there, GetItem
# under `SESSION#` and `CHANGE#` and of projects and agents, are all that it needs of the table
# (dynamodb:LeadingKeys: TASK#*, SESSION#*, CHANGE#*, PROJECTS, AGENTS). No index, no transaction.
def task(task: str) -> Item:
    return _key(_task(task), "TASK")


def task_prompt(task: str, piece: int) -> Item:
    return _key(_task(task), f"PROMPT#{piece}")


def task_partition(task: str) -> str:
    return _task(task)


def task_of(item: Item) -> str:
    name: str = item["pk"]["S"]
    return name.removeprefix("TASK#")


def frames(task: str, last: int) -> Item:
    """Frames that were appended together, by the number of the last one."""
    return _key(_task(task), frames_sk(last))


def frames_sk(last: int) -> str:
    return f"F#{last:010}"


def task_session(session: str) -> Item:
    return _key(f"SESSION#{session}", "SESSION")


def stage_slots() -> Item:
    return _key("SLOTS#stage", "SLOTS")


def project_slots(project: str) -> Item:
    return _key(f"SLOTS#project#{project}", "SLOTS")


def change(change: str) -> Item:
    return _key(f"CHANGE#{change}", "CHANGE")


def project(project: str) -> Item:
    return _key(PROJECTS, project)


def coding_agent(name: str) -> Item:
    return _key(AGENTS, name)


def partition(conversation: str) -> str:
    return _conversation(conversation)


def key_of(item: Item) -> Item:
    """Of what an index gives, which has its own keys beside."""
    return {name: item[name] for name in TABLE_KEY}


def conversation_of(item: Item) -> str:
    name: str = item["pk"]["S"]
    return name.removeprefix("C#")


def text(conversation: str, text: str) -> str:
    """Named by its content: a put that is repeated or lost leaves at most an orphan."""
    return f"texts/{_digest(conversation, 16)}/{_digest(text, 64)}"


def _conversation(conversation: str) -> str:
    return f"C#{conversation}"


def _key(pk: str, sk: str) -> Item:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def _task(task: str) -> str:
    return f"TASK#{task}"


def _person(person: Person) -> str:
    return f"P#{_joined(person.channel, person.installation, person.id)}"


def _identity(message: MessageId) -> str:
    return _joined(message.channel, message.installation, message.chat, message.message)


def _joined(*parts: str) -> str:
    """Escaped, so that no two identities are one key."""
    return "#".join(part.replace("%", "%25").replace("#", "%23") for part in parts)


def _digest(text: str, length: int) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:length]
