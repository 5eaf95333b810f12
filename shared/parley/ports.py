"""What Parley needs of the world. Each port is named for the need, never for the vendor.

The numbers are those of the conversation protocol in docs/protocol.md. Of every store method that
takes a Holder: it writes only while the holder's generation is the conversation's and its fence the
newest (4). A refused write raises Superseded where the generation moved on and Fenced where a later
invocation is at work (3). A store that does not answer raises StoreUnavailable; the write may then
have happened, and every method says what a repeat does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, Self

if TYPE_CHECKING:
    # Only named in annotations: the webhook's cold start does not pay for what it never uses.
    from collections.abc import Iterator, Sequence
    from types import TracebackType

    from parley.core.batch import Batch, ToolCall, Verdict
    from parley.core.context import DeliveryContext
    from parley.core.conversation import Conversation
    from parley.core.delivery import Delivery
    from parley.core.events import AgentEvent
    from parley.core.fence import Holder
    from parley.core.message import Message
    from parley.core.reading import Reading
    from parley.core.session import RunOptions, SessionStatus, Spoken
    from parley.core.turn import Outcome, Post, Spell, Turn, Usage


class Inbox(Protocol):
    """The webhook's side of the table."""

    def accept(self, message: Message, title: str, now: int) -> bool:
        """(1) Claim the message's identity, queue it and count it, in one transaction, which also
        makes the thread known that it was written in.

        False, with nothing written, when the identity was claimed before. Creates the conversation
        where there is none. Raises StoreUnavailable when it is not known to be stored.
        """
        ...

    def known(self, installation: str, thread: Delivery) -> bool:
        """(1) Whether a message was accepted in this very thread within IDLE_TTL; consistently
        read. Of other chats nothing is known."""
        ...

    def read(self, conversation: str) -> Conversation | None:
        """The state, read consistently; None where there is none or it has expired."""
        ...


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
        self, holder: Holder, turn: Turn, messages: Sequence[Message], used: DeliveryContext | None
    ) -> bool:
        """(5) Open the turn: its item, the state's `turn`, each message queued -> claimed, the used
        context deleted, in one transaction. False, with nothing written, when the context was used
        or replaced meanwhile."""
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
        self, holder: Holder, turn: str, cursor: int, text: str, gapped: bool, lease_until: int
    ) -> None:
        """(7) Cursor and text in one write, only before an outcome; ends the waiting and forgets
        the failed attempts.

        Raises Fenced when an outcome stands: the invocation that wrote it is the newer one.
        """
        ...

    def record_outcome(
        self,
        holder: Holder,
        turn: str,
        outcome: Outcome,
        reply: Sequence[str],
        usage: Usage | None,
        cursor: int | None,
    ) -> bool:
        """(8) The turn's end and the chunks of its reply; the first writer wins, later ones get
        False. With a cursor, it is saved in the same transaction. Ends the waiting
        and forgets the failed attempts."""
        ...

    def complete(self, holder: Holder, turn: Turn) -> bool:
        """(10) The only decrement: messages done, `pending - n`, turn closed, in one transaction.
        False when it was completed already."""
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
    """Decisions on tool calls (protocol 20 to 22)."""

    def record(self, holder: Holder, batch: Batch, cursor: int, text: str, now: int) -> Batch:
        """(20) Put the batch if absent, point the state at it and save cursor and text, in one
        transaction, unless the turn is stopped or has an outcome (Fenced). The batch as stored: on
        a repeat the first one, with its verdicts. It is kept as long as a turn."""
        ...

    def of_turn(self, conversation: str, turn: str) -> Sequence[Batch]: ...

    def get(self, conversation: str, key: str) -> Batch: ...

    def intend(self, holder: Holder, batch: Batch, now: int, until: int) -> bool:
        """(21) Take the turn's posting slot until `until`. False while another holds it, when the
        batch is not the one that waits, or a stop was asked for."""
        ...

    def posted(self, holder: Holder, batch: Batch) -> None:
        """(21) The agent has the decisions: status posted, the slot and the state's batch cleared.
        Not refused on repeat."""
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


class Texts(Protocol):
    """Texts too large for an item. Keys name their content: a repeated put changes nothing."""

    def put(self, key: str, text: str) -> None: ...

    def get(self, key: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Store:
    """The table, by who uses it."""

    inbox: Inbox
    leases: Leases
    turns: Turns
    outbox: Outbox
    batches: Batches
    repairs: Repairs


class Started(StrEnum):
    RUNNING = "running"  # started now, or running already with this very input
    BURNT = "burnt"  # the name was used by an execution that has ended


class Executions(Protocol):
    """The conversation machine's executions."""

    def start(self, conversation: str, generation: int) -> Started:
        """Idempotent while the execution runs. Raises ExecutionsUnavailable."""
        ...


class EventStream(Protocol):
    """A session's events from a cursor on. Closed by leaving its context."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
        /,
    ) -> None: ...

    def next(self, timeout: float) -> AgentEvent | None:
        """The next event, or None after `timeout` seconds without one. Raises AgentUnreachable when
        the stream broke: reopen it from the last event's id."""
        ...


class Agent(Protocol):
    """The coding agent, as a conversation needs it.

    Every call may raise AgentUnreachable and AccessRefused. Calls with a `key` are idempotent as
    long as the agent remembers the key: it forgets all at a restart.
    """

    def booted_at(self) -> int:
        """When the agent's present memory began, in milliseconds, give or take two seconds."""
        ...

    def open_session(self, title: str, key: str) -> str: ...

    def session(self, session: str) -> SessionStatus:
        """Raises SessionGone."""
        ...

    def history_length(self, session: str) -> int:
        """How many messages the session holds. Raises SessionGone."""
        ...

    def history(self, session: str, since: int) -> Sequence[Spoken]:
        """The session's messages from index `since` on, oldest first. The last ones may lag behind
        the events by a few seconds. Raises SessionGone."""
        ...

    def start_run(self, session: str, prompt: str, options: RunOptions, key: str) -> str:
        """Send the prompt; the run's id. Raises SessionGone, SessionBusy, KeyReused,
        AgentRejected. The agent approves no tool call by itself."""
        ...

    def events(self, session: str, cursor: int) -> EventStream:
        """Events with ids above the cursor, then live ones."""
        ...

    def proposed(self, session: str) -> tuple[str | None, tuple[ToolCall, ...]]:
        """The active run and the calls of its last batch, decided ones included."""
        ...

    def decide(self, session: str, run: str, verdicts: Sequence[Verdict], key: str) -> None:
        """(22) All decisions of a batch in one request. Raises RunGone, SessionBusy, KeyReused."""
        ...

    def cancel(self, session: str, run: str, key: str) -> None:
        """Ask the run to end. Does not wake a run that waits for decisions. Raises RunGone."""
        ...


class Channel(Protocol):
    """A chat platform, as a reply needs it."""

    def split(self, text: str) -> tuple[str, ...]:
        """The text in chunks that the platform takes, Markdown kept whole. Never empty."""
        ...

    def send(self, delivery: Delivery, chunk: str, nonce: str, timeout: float) -> None:
        """Post one chunk within `timeout` seconds. Raises the ChannelErrors. Where the platform can
        dedupe, two sends with one nonce are one post."""
        ...

    def acknowledge(self, message: Message) -> None:
        """Show the sender that the message is taken up. A repeat changes nothing."""
        ...


class WebhookReader(Protocol):
    """A chat platform's webhook requests."""

    def read(self, headers: Mapping[str, str], body: bytes) -> Reading:
        """What the request is, verified first. Raises SecretMissing or SecretUnavailable, and
        nothing else, whatever the headers and the body hold."""
        ...


class Secrets(Protocol):
    def get(self, name: str, *, fresh: bool = False) -> str:
        """The secret's value, cached for minutes unless `fresh`; what was cached also stands in
        while its store has a fault. Raises SecretMissing and SecretUnavailable."""
        ...


class Clock(Protocol):
    def now(self) -> int:
        """Milliseconds since the epoch."""
        ...

    def monotonic(self) -> float:
        """Seconds, for measuring spans within one invocation."""
        ...

    def sleep(self, seconds: float) -> None: ...


class Ids(Protocol):
    def new(self) -> str:
        """A short id that no other call gives: [a-z0-9], sortable by time is not promised."""
        ...


class Telemetry(Protocol):
    """One line per transition, and the metrics that the alarms watch. Never bodies or secrets."""

    def event(self, name: str, **keys: str | int | float | None) -> None: ...

    def failure(
        self, name: str, error: BaseException, **keys: str | int | float | None
    ) -> None: ...

    def count(self, metric: str, value: float = 1, unit: str = "Count") -> None: ...


Channels = Mapping[str, Channel]
