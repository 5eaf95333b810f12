"""What the machine and the reconcilers need of the table. Numbers are those of docs/protocol.md.

Of every method that takes a Holder: it writes only while the holder's generation is the
conversation's and its fence the newest (4). A refused write raises Superseded where the generation
moved on and Fenced where a later invocation is at work (3). A store that does not answer raises
StoreUnavailable; the write may then have happened, and every method says what a repeat does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    # Only named in annotations: the webhook's cold start does not pay for what it never uses.
    from collections.abc import Iterator, Mapping, Sequence

    from parley.core.batch import Batch
    from parley.core.context import DeliveryContext
    from parley.core.conversation import Conversation
    from parley.core.fence import Holder
    from parley.core.message import Message
    from parley.core.reply import Part
    from parley.core.turn import Ending, Outcome, Post, Spell, Turn, Usage
    from parley.ports.front import Approvals, Controls, Inbox, Moves, Pairings


class Leases(Protocol):
    """Who works on a conversation."""

    def acquire(self, holder: Holder, lease_until: int) -> Conversation:
        """(2) Take over from every earlier invocation; the state as it then is.

        Of two invocations with one fence the second is refused.
        """
        ...

    def extend(self, holder: Holder, lease_until: int) -> None:
        """(16) Move the lease's end, before a pause that would outlive it. Repeats are harmless."""
        ...

    def count_attempt(self, holder: Holder) -> int:
        """(13) Add one to the failures since the last completed turn; the new count."""
        ...

    def release(self, holder: Holder, now: int) -> bool:
        """(11) Give the conversation up if nothing is pending. False when something is."""
        ...

    def hand_over(self, holder: Holder) -> Conversation:
        """(12) Give it up to the next generation, work pending or not; the state after it."""
        ...


class Turns(Protocol):
    """The open turn, from its messages to its outcome."""

    def queued(self, conversation: str) -> Sequence[Message]:
        """(5) The oldest queued messages, consistently read, in the platform's order; at most 90
        and 256 KB of text, always at least one where any is queued."""
        ...

    def context(self, target: str) -> DeliveryContext | None:
        """What a notification left at this target, expired or not."""
        ...

    def claim(
        self,
        holder: Holder,
        turn: Turn,
        messages: Sequence[Message],
        used: DeliveryContext | None,
        *,
        renew: bool = False,
    ) -> bool:
        """(5) Open the turn: its item, the state's `turn`, each message queued -> claimed, the used
        context deleted, in one transaction. False, with nothing written, when the context was used
        or replaced meanwhile. With `renew` the state's session, cursor and `renew` go with it."""
        ...

    def get(self, conversation: str, turn: str) -> Turn:
        """The turn, read consistently, with its texts. Raises LookupError where it is no more."""
        ...

    def record_session(self, holder: Holder, session: str | None, notice: str | None) -> None:
        """Tie the conversation to an agent session, cursor 0; None unties it. A notice, if given,
        is set on the open turn in the same transaction."""
        ...

    def record_post(self, holder: Holder, turn: str, post: Post, cursor: int) -> None:
        """(6) Mark what was true of the server just before the run is posted, and from which event
        of this boot the run is to be followed."""
        ...

    def record_run(self, holder: Holder, turn: str, run: str) -> None:
        """The run that the agent started or is at, on the turn and the state; ends the waiting."""
        ...

    def record_wait(
        self, holder: Holder, turn: str, waiting: Mapping[str, Spell], waits: int, lease_until: int
    ) -> None:
        """(16) Note what the turn waits for, since when and how often, extend the lease beyond the
        pause, and forget the failed attempts: whoever got this far works."""
        ...

    def record_told(self, holder: Holder, turn: str) -> bool:
        """Note that the chat is told of the waiting. False when that was noted before."""
        ...

    def save_progress(
        self,
        holder: Holder,
        turn: str,
        cursor: int,
        text: str,
        gapped: bool,
        lease_until: int,
        usage: Usage | None = None,
    ) -> None:
        """(7) Cursor, text and usage (None: unknown) in one write, only before an outcome; ends the
        waiting and forgets the failed attempts.

        Raises Fenced when an outcome stands: the invocation that wrote it is the newer one.
        """
        ...

    def record_progress_post(self, holder: Holder, turn: str, post: str) -> None:
        """The post that tells what the agent does. Repeats are harmless."""
        ...

    def record_ending(self, holder: Holder, turn: str, ending: Ending, batch: Batch | None) -> bool:
        """(29) From now on the turn only ends: no decision or steering text is posted any more. The
        batch, if it is open, is cancelled (or expired, where the outcome is EXPIRED) in the same
        transaction. False where an ending stands already or the batch is no longer open: read
        again. Raises Fenced when an outcome stands."""
        ...

    def record_outcome(
        self,
        holder: Holder,
        turn: str,
        outcome: Outcome,
        reply: Sequence[Part],
        usage: Usage | None,
        cursor: int | None,
        batch: Batch | None = None,
    ) -> bool:
        """(8) The turn's end and the parts of its reply; the first writer wins, later ones get
        False. Refused (False) too while a message is still `steering`, or when the batch given,
        which is cancelled in the same transaction, is no longer open: read again. With a cursor, it
        is saved in the same transaction. No usage means that it is unknown, whatever was saved of
        it. Ends the waiting and forgets the failed attempts."""
        ...

    def complete(self, holder: Holder, turn: Turn) -> bool:
        """(10) The only decrement: messages done, `pending - n`, turn closed, in one transaction.
        False when it was completed already."""
        ...


class Steering(Protocol):
    """Messages on their way into a run that goes on (31, 32)."""

    def take(self, holder: Holder, turn: Turn, message: Message, now: int, until: int) -> bool:
        """(21, 31) Take the turn's posting slot until `until` and move the message from queued to
        steering, at the end of the turn's list, in one transaction. A message that is in the list
        and not confirmed gets the slot again. False where another holds the slot, where the turn
        has an outcome, an ending or a stop, where 90 messages are in it, or where the message is no
        longer queued."""
        ...

    def passed(self, holder: Holder, turn: Turn, message: Message) -> None:
        """The agent answered that it has the text, or that it can't take it (32 finds out): one
        more is `passed`, and the slot is free. A repeat changes nothing."""
        ...

    def steered(self, turn: Turn) -> Sequence[Message]:
        """The turn's steering messages in their order, with texts; consistently read."""
        ...

    def resolve(
        self, holder: Holder, turn: Turn, entered: Sequence[Message], absent: Sequence[Message]
    ) -> bool:
        """(32) The only put-back: those that entered are claimed by the turn and added to its
        messages, the others queued again as follow-ups, and nothing is steering any more. False
        where it was done before."""
        ...


class Outbox(Protocol):
    """Which chunks of a reply are sent."""

    def intend(self, holder: Holder, turn: str, chunk: int, now: int, until: int) -> bool:
        """(9) Write the intent to send this chunk before `until`. False while another intent is
        alive or when the chunk is confirmed."""
        ...

    def confirm(self, holder: Holder, turn: str, chunk: int) -> None:
        """(9) Count the chunk as sent, and end the waiting. Not fenced: it records a fact. A repeat
        changes nothing."""
        ...

    def retract(self, holder: Holder, turn: str, chunk: int) -> None:
        """Take the holder's own intent back, because the platform certainly posted nothing."""
        ...

    def give_up(self, holder: Holder, turn: str, reason: str) -> None:
        """Keep the reply as undelivered, with the reason; it can be sent again by an operator."""
        ...


class Batches(Protocol):
    """The machine's side of tool calls that wait for a decision (20 to 29)."""

    def record(self, holder: Holder, batch: Batch, cursor: int, text: str, now: int) -> Batch:
        """(20) Put the batch if absent, point the state at it and save cursor and text, in one
        transaction, unless the turn is stopped, ends or has an outcome (Fenced). Where a person is
        asked, the id in its buttons is made findable, the state's `approval` and the turn's `asked`
        are set as well. The batch as stored: on a repeat the first one, with its verdicts and its
        id. It is kept as long as a turn."""
        ...

    def of_turn(self, conversation: str, turn: str) -> Sequence[Batch]: ...

    def get(self, conversation: str, key: str) -> Batch:
        """Consistently read. Raises LookupError."""
        ...

    def rules(self, conversation: str, since: int) -> frozenset[str]:
        """(36) Names of the tools that somebody always allowed here, at `since` or later."""
        ...

    def park(self, holder: Holder, batch: Batch, token: str, lease_until: int) -> Batch:
        """(25) Store the token and extend the lease, in one transaction; the batch as it is then,
        consistently read after it: whoever closes it later finds the token."""
        ...

    def record_prompt(self, conversation: str, batch: Batch, post: str) -> None:
        """(25) The post that asks; the first one stands. Not fenced: it records a fact."""
        ...

    def record_over(self, conversation: str, batch: Batch) -> None:
        """(37) Its calls have met their fate, as events told. Not fenced: it records a fact."""
        ...

    def expire(self, holder: Holder, batch: Batch, now: int) -> Batch:
        """(28) open -> expired; the batch as it is then: refused means that it was decided."""
        ...

    def intend(self, holder: Holder, batch: Batch, now: int, until: int) -> bool:
        """(21) Take the turn's posting slot until `until`. False while another holds it, when the
        batch is not the one that waits, is posted already or neither decided nor superseded (33),
        or a stop was asked for or the turn ends."""
        ...

    def posted(self, holder: Holder, batch: Batch) -> None:
        """(21) The agent has the decisions: posted, the slot and the state's batch and approval
        cleared, and consumed as far as the sweeper goes. Not refused on repeat."""
        ...

    def consumed(self, holder: Holder, batch: Batch) -> None:
        """(27, 33) The machine has acted on a batch that was closed without a decision: the state's
        batch and approval are cleared, and the sweeper need not call back. Repeats are harmless."""
        ...


class Repairs(Protocol):
    """The reconcilers' side of the table."""

    def unsettled(self) -> Iterator[str]:
        """Conversations with pending messages or an owner; eventually consistent."""
        ...

    def bump(
        self, conversation: str, generation: int, now: int, *, heed_lease: bool
    ) -> Conversation | None:
        """(14, 15) Take the conversation from this generation, whose execution is dead: generation
        + 1, no owner, one attempt more. With `heed_lease`, only where the lease has lapsed or there
        is no owner. None when refused. Clears `unsettled` where nothing is pending."""
        ...

    def oldest_queued(self, conversation: str) -> int | None:
        """When the oldest message that is still queued was accepted, in milliseconds."""
        ...

    def closed(self) -> Iterator[tuple[str, Batch]]:
        """(27) Batches that were decided, expired, superseded or cancelled from outside the machine
        and that it has not consumed; eventually consistent."""
        ...

    def forget(self, conversation: str, batch: Batch) -> None:
        """(27) Nobody has to be called back for this batch any more: its turn is over."""
        ...


class Texts(Protocol):
    """Texts too large for an item. Keys name their content: a repeated put changes nothing."""

    def put(self, key: str, text: str) -> None: ...

    def get(self, key: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Store:
    """The table, by who uses it."""

    inbox: Inbox
    controls: Controls
    approvals: Approvals
    pairings: Pairings
    moves: Moves
    leases: Leases
    turns: Turns
    steering: Steering
    outbox: Outbox
    batches: Batches
    repairs: Repairs
