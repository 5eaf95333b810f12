"""The conversation protocol's conditions, clause by clause: what DynamoDB judges in each write.

The numbers are those of docs/protocol.md. Every clause stands here once, under a name, and is used
through a Conditions object only: a test replaces one at a time and shows which check notices.

Placeholders: `:g` the holder's generation, `:me` its fence, `:t` a turn, `:k` a chunk, `:a` a
batch, `:m` a message, `:now` milliseconds. A `#word` is a word that DynamoDB reserves.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Conditions:
    """So many fields that equality and a representation would cost a cold start a millisecond."""

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
    # (5) Without it a message that follows a `new` still goes to the old session.
    no_renewal: str = "attribute_not_exists(renew)"
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

    # (8) Without it a message that was passed on stays steering for ever, answered or not.
    none_steering: str = "attribute_not_exists(steering)"

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

    # (21) Without it two invocations post to one run at the same time.
    slot_free: str = "(attribute_not_exists(posting) OR posting_until < :now)"
    # (21) Without it decisions are posted for a batch that no longer waits, or twice.
    waiting_batch: str = "#batch = :a"
    # (21) Without it a batch is posted undecided.
    batch_decided: str = "#status IN (:auto, :allowed, :denied, :superseded)"
    # (21) Without it a repeated report unties the batch that came after.
    reported_batch: str = "#batch = :a"

    # (25) Without it the prompt that is edited is not the one whose buttons were clicked first.
    first_prompt: str = "attribute_not_exists(prompt)"

    # (26, 28) The item decides. Without it a second click, an expiry or a cancel replaces what
    # somebody decided.
    still_open: str = "#status = :open"
    # (26) Without it a click approves what has expired.
    unexpired: str = "open_until > :now"

    # (27) Without it the report on one batch unties the batch that came after.
    consumed_batch: str = "#batch = :a"

    # (29) Without it a turn is marked as ending that was completed, and its item comes back.
    ending_turn: str = "turn = :t"
    # (29) Without it a turn that has its outcome is ended once more.
    ending_unfinished: str = "attribute_not_exists(outcome)"
    # (29) The first one stands. Without it a stop becomes a failure, or an expiry a stop.
    first_ending: str = "attribute_not_exists(ending)"

    # (30) Without it a stop is asked of a turn that is over, and the next one looks stopped.
    stopped_turn: str = "turn = :t"
    # (30) Without them a stop misses a batch that was recorded or posted since it was read.
    stopped_batch: str = "#batch = :a"
    stopped_unasked: str = "attribute_not_exists(#batch)"
    # (34) Without it a repeated delivery stops the very turn that its message became.
    interrupting_queued: str = "#status = :queued"

    # (31) Without it a message is passed on to a turn that is not the conversation's.
    steered_turn: str = "turn = :t"
    # (31) Without it a text is posted to a turn whose reply is settled.
    steering_unfinished: str = "attribute_not_exists(outcome)"
    # (31) Without it a message enters a turn twice, or is steered out of another turn.
    steered_queued: str = "#status = :queued"
    # (31, 32) Without it a second text is posted although the first one may not have been: those
    # that entered the run are no prefix of the list then.
    none_passing: str = "attribute_not_exists(passing)"
    # (31) Without it a text is posted again that the agent answered to.
    same_passing: str = "passing = :m"
    # (32) Without it a turn has more messages than one transaction completes.
    room_left: str = "(attribute_not_exists(steering) OR size(steering) < :room)"
    # (31) Without it a repeated report counts a text that was not posted.
    passed_slot: str = "posting = :m"
    # (32) Without it a text that was taken since they were read is never resolved.
    all_resolved: str = "size(steering) = :n"
    # (32) Without it a message is put back that is done, or another turn's.
    steering_in_turn: str = "#status = :steering AND turn = :t"

    # (33) Without it a message that is answered already takes a decision away from people.
    superseding_queued: str = "#status = :queued"

    # Without it a busy conversation expires under its owner.
    idle_or_new: str = "(attribute_not_exists(pk) OR attribute_exists(expires_at))"
    # Without it forgetting makes half a conversation where there is none.
    known_conversation: str = "attribute_exists(pk)"

    # Without it a repeat, or a move that comes late, takes a conversation's work away.
    new_conversation: str = "attribute_not_exists(pk)"

    # (35) Without it the second delivery of a message replaces what its sender was told.
    first_verdict: str = "attribute_not_exists(pk)"

    # Without it somebody has two codes, or more of them in a day than are offered.
    offers_as_read: str = "(attribute_not_exists(times) OR times = :times)"
    # Without it one person's code lets in another.
    new_code: str = "(attribute_not_exists(pk) OR code_until <= :now)"
    # Without it a code lives until the table deletes it.
    living_code: str = "code_until > :now"
    # Without it a code that one operator used lets in again when another repeats it.
    unused_code: str = "(attribute_not_exists(used) OR used = :by)"
    # Without it codes can be guessed.
    not_locked: str = "(attribute_not_exists(wrong) OR wrong < :most)"


PROTOCOL = Conditions()


def all_of(*clauses: str) -> str:
    return " AND ".join(clause for clause in clauses if clause)
