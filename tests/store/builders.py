"""Messages, turns and batches as the store's tests need them, and a conversation brought so far."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from parley.core.approval import Choice, Decision
from parley.core.batch import Batch, BatchStatus, Ruling, ToolCall, Verdict, batch_key
from parley.core.busy import BusyMode
from parley.core.context import DeliveryContext
from parley.core.delivery import Chat, Delivery
from parley.core.fence import Fence, Holder
from parley.core.limits import DAY, MINUTE
from parley.core.message import Message, MessageId, Sender
from parley.core.reply import Part
from parley.core.turn import Outcome, Turn, Usage
from parley.ports import Store
from tests.fakes.world import START

CONVERSATION = "slack:group:C7"
NOW = START
LEASE_UNTIL = NOW + MINUTE


def delivery(target: str = "slack:group:C7", **meta: str) -> Delivery:
    return Delivery("slack", "U1", Chat.of_group("C7"), target, {"channel": "C7", **meta})


def message(
    number: int, text: str = "", conversation: str = CONVERSATION, position: str | None = None
) -> Message:
    """Numbered in the platform's order."""
    return Message(
        id=MessageId("slack", "T1", "C7", f"{conversation}-{number}"),
        conversation=conversation,
        sender=Sender("U1", "Ada"),
        text=text or f"message {number}",
        delivery=delivery(),
        position=position or f"{number:08d}",
        sent_at=NOW + number,
        accepted_at=NOW + number,
        correlation_id=f"corr-{number}",
    )


def turn(id: str = "turn1", prompt: str = "What is new?") -> Turn:
    return Turn(
        id=id,
        conversation=CONVERSATION,
        messages=(),
        prompt=prompt,
        delivery=delivery(thread_ts="17.1"),
        correlation_id="corr-1",
        created_at=NOW,
    )


def parts(*texts: str) -> tuple[Part, ...]:
    return tuple(Part(text) for text in texts)


def context(created_at: int = NOW, target: str = "slack:group:C7") -> DeliveryContext:
    return DeliveryContext(
        target=target,
        created_at=created_at,
        expires_at=created_at + 240 * MINUTE,
        trigger="cron",
        status="failed",
        summary="Disk is full",
        check_output="98 %",
    )


def batch(turn: str = "turn1", number: int = 1, *, command: str = "ls") -> Batch:
    calls = (
        ToolCall("call_1", "bash", {"command": command, "limits": {"cpu": 0.5, "net": None}}),
        ToolCall("call_2", "write", {"path": "a.txt", "lines": [1, 2, True]}),
    )
    verdicts = (Verdict("call_1", Ruling.ALLOW), Verdict("call_2", Ruling.DENY, "not here"))
    key = batch_key(turn, number, calls)
    return Batch(key, turn, "run1", calls, verdicts, NOW, BatchStatus.AUTO)


def asked(turn: str = "turn1", number: int = 1) -> Batch:
    """One call that a person is asked about, beside one that policy denies."""
    verdicts = (Verdict("call_1", Ruling.ASK), Verdict("call_2", Ruling.DENY, "not here"))
    return replace(
        batch(turn, number),
        verdicts=verdicts,
        status=BatchStatus.OPEN,
        approval=f"approval{number:04d}",
        approvers=("slack:U1", "slack:U2"),
        expires_at=NOW + DAY,
    )


def decision(choice: Choice = Choice.ALLOW, by: str = "U1", reason: str = "") -> Decision:
    return Decision(choice, Sender(by, "Ada"), reason)


def steer(number: int) -> Message:
    return replace(message(number), mode=BusyMode.STEER)


@dataclass(frozen=True, slots=True)
class Open:
    """A conversation with an open turn, and the invocation that holds it."""

    store: Store
    holder: Holder
    turn: str

    def stored(self) -> Turn:
        return self.store.turns.get(CONVERSATION, self.turn)

    def ended(self, *texts: str) -> "Open":
        reply = parts(*(texts or ("one", "two", "three")))
        usage = Usage(10, 5, 15)
        written = self.store.turns.record_outcome(
            self.holder, self.turn, Outcome.COMPLETED, reply, usage, None
        )
        assert written
        return self

    def taken_over(self) -> "Open":
        """By the machine's retry of the same task."""
        later = replace(self.holder.fence, retry=self.holder.fence.retry + 1)
        holder = Holder(self.holder.conversation, later)
        self.store.leases.acquire(holder, LEASE_UNTIL)
        return replace(self, holder=holder)


def accept(store: Store, *messages: Message) -> None:
    for each in messages:
        assert store.inbox.accept(each, "slack / U1", NOW)


def acquire(store: Store, conversation: str = CONVERSATION, step: int = 0) -> Holder:
    state = store.inbox.read(conversation)
    assert state is not None
    holder = Holder(conversation, Fence(state.generation, step, 0))
    store.leases.acquire(holder, LEASE_UNTIL)
    return holder


def claim(store: Store, holder: Holder, id: str = "turn1") -> Open:
    queued: Sequence[Message] = store.turns.queued(holder.conversation)
    assert store.turns.claim(holder, turn(id), queued, None)
    return Open(store, holder, id)


def opened(store: Store, messages: int = 1) -> Open:
    """Accepted, acquired and claimed."""
    accept(store, *(message(number) for number in range(1, messages + 1)))
    return claim(store, acquire(store))


def with_batch(store: Store) -> Open:
    """An open turn whose run waits for the decisions of `batch()`."""
    at = opened(store)
    store.batches.record(at.holder, batch(), 5, "so far", NOW)
    return at


def with_slot(store: Store) -> Open:
    """... and whose posting slot is taken, until ten seconds from now."""
    at = with_batch(store)
    assert store.batches.intend(at.holder, batch(), NOW, NOW + 10_000)
    return at


def with_asked(store: Store) -> Open:
    """An open turn whose run waits until somebody decides on `asked()`."""
    at = opened(store)
    store.batches.record(at.holder, asked(), 5, "so far", NOW)
    return at


def stopped_by(store: Store, conversation: str = CONVERSATION) -> bool:
    """As `/stop` does: the state and its batch are read, then the stop is asked for."""
    state = store.inbox.read(conversation)
    assert state is not None
    batch = store.approvals.get(conversation, state.batch) if state.batch else None
    return store.controls.stop(state, batch, NOW)
