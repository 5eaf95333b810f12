"""What people need of the table from outside a conversation's machine: to be heard, to command, to
decide, to be let in.

The numbers are those of docs/protocol.md. Nothing here is fenced: each write names what it was read
with, and is refused when that has changed. A store that does not answer raises StoreUnavailable;
the write may then have happened, and every method says what a repeat does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    # Only named in annotations: the webhook's cold start does not pay for what it never uses.

    from parley.core.approval import Decision
    from parley.core.batch import Batch
    from parley.core.busy import BusyMode
    from parley.core.conversation import Conversation
    from parley.core.delivery import Delivery
    from parley.core.message import Message, MessageId
    from parley.core.pairing import Paired, Person
    from parley.core.turn import Turn


class Inbox(Protocol):
    """The webhook's side of the table."""

    def accept(self, message: Message, title: str, now: int) -> bool:
        """(1) Claim the message's identity, queue it and count it, in one transaction, which also
        makes the thread known that it was written in.

        False, with nothing written, when the identity was claimed before. Creates the conversation
        where there is none. Raises StoreUnavailable when it is not known to be stored.
        """
        ...

    def verdict(self, message: MessageId) -> str | None:
        """(35) What the identity was claimed with: "" for an accepted message, else the word given
        to `claim`; None where nobody claimed it. Consistently read."""
        ...

    def claim(self, message: MessageId, verdict: str, now: int) -> str:
        """(35) Claim an identity without queueing anything: a command that was carried out, a
        message that was rejected. The verdict that stands: the first one."""
        ...

    def known(self, installation: str, thread: Delivery) -> bool:
        """(1) Whether a message was accepted in this very thread within IDLE_TTL; consistently
        read. Of other chats nothing is known."""
        ...

    def read(self, conversation: str) -> Conversation | None:
        """The state, read consistently; None where there is none or it has expired."""
        ...

    def turn(self, conversation: str, turn: str) -> Turn | None:
        """A turn without its texts (they are empty), for a person who asks how it stands."""
        ...


class Controls(Protocol):
    """What people do to a conversation from outside its machine. Not fenced: each names the turn or
    the batch that it was read with, and is refused when that has changed."""

    def stop(
        self,
        conversation: Conversation,
        batch: Batch | None,
        now: int,
        message: Message | None = None,
    ) -> bool:
        """(30) Ask the conversation's present turn to stop, and cancel the batch if a person is
        asked about it, in one transaction, as both were read. False where something changed
        meanwhile: read again. A repeat is a success. With a message (34), only while that message
        is still queued."""
        ...

    def supersede(self, conversation: str, batch: Batch, message: Message, now: int) -> bool:
        """(33) open -> superseded, if the message is still queued. False where the batch is no
        longer open or the message no longer queued."""
        ...

    def set_mode(
        self, conversation: str, mode: BusyMode, title: str, delivery: Delivery, now: int
    ) -> None:
        """What happens from now on to messages that come while a turn is open. Creates an idle
        conversation where there is none."""
        ...

    def renew(self, conversation: str, now: int) -> bool:
        """Let the next turn begin a new session, and forget the rules of "always allow". False
        where there is no conversation, so that there is nothing to forget."""
        ...


class Approvals(Protocol):
    """A person's side of the batches."""

    def find(self, approval: str) -> tuple[str, Batch] | None:
        """The conversation and the batch that this id in a button means, consistently read; None
        where there is none (any more)."""
        ...

    def get(self, conversation: str, key: str) -> Batch:
        """Consistently read. Raises LookupError."""
        ...

    def decide(self, conversation: str, batch: Batch, decision: Decision, now: int) -> Batch:
        """(26) open -> allowed or denied, if it has not expired; past its time open -> expired. The
        batch as it is then: whoever decided first, decided. With ALWAYS, a rule for the batch's one
        tool is put in the same transaction (36); the tool's name comes from the item. What is
        closed so is found by `Repairs.closed` until the machine has consumed it."""
        ...


class Pairings(Protocol):
    """People who are let in by an operator, beside those in the configuration."""

    def paired(self, person: Person) -> bool: ...

    def offer(self, person: Person, code: str, now: int) -> bool:
        """Keep the code for an hour, as this person's. False, and nothing is kept, where the person
        has a living code already or had too many within a day: one answer is enough."""
        ...

    def accept(self, code: str, by: str, now: int) -> Paired:
        """Let the code's person in. Used once; wrong codes are counted, and after too many within
        an hour none is taken."""
        ...


class Moves(Protocol):
    """Chats that go on under another id."""

    def record(self, channel: str, old: str, new: str) -> None:
        """Keep what id the chat had before. A repeat changes nothing."""
        ...

    def origin(self, channel: str, chat: str) -> str | None:
        """The id that the chat had before it moved."""
        ...

    def move(self, old: str, new: str, delivery: Delivery, now: int) -> bool:
        """Begin the conversation `new`, idle, with what `old` has beside its present work: session,
        title, mode. `old` is left as it is, with its open turn. False, with nothing written, where
        `old` is not there, or `new` has begun already; so a repeat changes nothing."""
        ...
