"""The conversation protocol's conditions, clause by clause: what DynamoDB judges in each write.

The numbers are those of docs/protocol.md. Every clause stands here once, under a name, and is used
through a Conditions object only: a test replaces one at a time and shows which check notices.

Placeholders: `:g` the holder's generation, `:me` its fence, `:t` a turn, `:k` a chunk, `:a` a
batch, `:now` milliseconds. A `#word` is a word that DynamoDB reserves.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Conditions:
    # (1) Without it every delivery of a message, and every twin, is one more message.
    unclaimed_identity: str = "attribute_not_exists(pk)"

    # (2) Without it an execution that was given up for dead takes the conversation back.
    current_generation: str = "generation = :g"
    # (2) Strictly less. Without it a zombie shuts out the invocation that came after it; with "not
    # greater", two invocations with one fence both work.
    later_fence: str = "(attribute_not_exists(fence) OR fence < :me)"

    # (4) Without it an execution writes on after its successor has begun.
    own_generation: str = "generation = :g"
    # (4) Without it a zombie of the same execution overwrites what its retry wrote.
    newest_fence: str = "fence = :me"

    # (5) Without it a second claim hides the first one's turn, and its messages stay claimed.
    no_open_turn: str = "attribute_not_exists(turn)"
    # (5) Without it a claim could write over a turn that has run already.
    new_turn: str = "attribute_not_exists(pk)"
    # (5) Without it a message enters two turns.
    still_queued: str = "#status = :queued"
    # (5) Without it one notification is told to the agent twice, or a newer one is lost unread.
    same_context: str = "created_at = :created"

    # (7) Without it a slow writer puts an older text beside the outcome.
    unfinished: str = "attribute_not_exists(outcome)"

    # (8) Without it an outcome is written on a turn that is closed.
    open_turn: str = "turn = :t"
    # (8) The first writer wins. Without it a failure replaces a finished reply.
    no_outcome: str = "attribute_not_exists(outcome)"

    # (9) Without it a chunk that is counted is sent again.
    chunk_is_next: str = "delivered = :k"
    # (9) Without it two invocations send one chunk at the same time.
    intent_lapsed: str = "(attribute_not_exists(sending) OR sending_until < :now)"
    # (9) Without it a repeated confirmation takes the count back.
    chunk_not_counted: str = "delivered = :k"
    # (9) Without it a sender counts a chunk whose intent is another's, who sends it still.
    own_intent: str = "sender = :me"
    # Without it an invocation takes back an intent that it does not hold.
    retracted_intent: str = "sending = :k AND sender = :me"

    # (10) Without it a repeated completion decrements twice.
    same_turn: str = "turn = :t"
    # (10) Without it a message that the turn was given after it was read stays claimed for ever.
    same_messages: str = "messages = :messages"
    # (10) Without it a message that is another turn's is done unanswered.
    claimed_by_turn: str = "#status = :claimed AND turn = :t"

    # (11) Without it a message that came in just now is left without an owner.
    nothing_pending: str = "pending = :zero"
    # (11) Without it a conversation is given up with a turn open.
    no_turn_left: str = "attribute_not_exists(turn)"

    # (14, 15) Without it a late event or a second sweeper ends a healthy successor.
    dead_generation: str = "generation = :g"
    # (14) Without it a sweeper takes over from a living owner. The lease alone would not do: a
    # comparison with an absent attribute is false.
    lease_lapsed_or_absent: str = "(attribute_not_exists(#owner) OR lease_until < :now)"
    # (14) Without it a conversation leaves the sweeper's index with a message waiting.
    bumped_idle: str = "pending = :zero"
    # (14) Without it an idle conversation stays in the sweeper's index.
    bumped_busy: str = "pending > :zero"

    # (16) Without it the chat is told of one waiting several times.
    not_told: str = "attribute_not_exists(told)"

    # (20) Without it a batch is recorded for a turn that is closed.
    batch_turn: str = "turn = :t"
    # (20, 21) Without it a tool runs after a stop.
    not_stopped: str = "(attribute_not_exists(stop) OR stop <> :t)"
    # (20, 21) Without it a tool runs in a turn that is being ended.
    no_ending: str = "attribute_not_exists(ending)"
    # (20) Without it a batch is recorded after the turn's outcome.
    batch_unfinished: str = "attribute_not_exists(outcome)"
    # (20) Without it a verdict is computed again, and may turn out another.
    new_batch: str = "attribute_not_exists(pk)"

    # (21) Without it two invocations post decisions at the same time.
    slot_free: str = "(attribute_not_exists(posting) OR posting_until < :now)"
    # (21) Without it decisions are posted for a batch that no longer waits.
    waiting_batch: str = "#batch = :a"
    # (21) Without it a batch is posted undecided, or twice.
    batch_decided: str = "#status = :decided"
    # (21) Without it a repeated report unties the batch that came after.
    reported_batch: str = "#batch = :a"


PROTOCOL = Conditions()


def all_of(*clauses: str) -> str:
    return " AND ".join(clause for clause in clauses if clause)
