"""The conditions of coding tasks, clause by clause: what DynamoDB judges in each write.

The numbers are those of docs/tasks-protocol.md. As in `conditions.py`, every clause stands here
once, under a name, and is used through a TaskConditions object only: a test replaces one at a time
and shows which check notices.

Placeholders: `:now` milliseconds, `:fence` a runner's, `:g` a generation, and states by their
names. A `#word` is a word that DynamoDB reserves.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class TaskConditions:
    # (T1) Without it a request that comes again begins its task anew.
    new_task: str = "attribute_not_exists(pk)"

    # (T2) Without it two dispatchers begin one task, and it takes two slots.
    begun_pending: str = "#state = :pending"
    # (T2) Without it more tasks run than the stage has slots.
    stage_free: str = "(attribute_not_exists(taken) OR taken < :limit)"
    # (T2) Without it more tasks run than the project has slots.
    project_free: str = "(attribute_not_exists(taken) OR taken < :limit)"
    # (T2) Without it two tasks of one session run at once, and one's turn overwrites the other's.
    session_free: str = "attribute_not_exists(holder)"
    # (T3) Without it a task is failed that runs, and its slots are lost.
    failed_pending: str = "#state = :pending"

    # (T4) Without it a task is over that runs, and its slots are lost.
    cancelled_pending: str = "#state = :pending"
    # (T4) Without it something is asked of a task that is over.
    cancelled_running: str = "#state = :running"
    # (T4) Without it a task is called cancelled while its agent works on, and its work is lost.
    cancelled_unbegun: str = "attribute_not_exists(agent_started)"

    # (T5) Without it two sweepers start an execution each.
    dead_generation: str = "generation = :g"

    # (T6) Without it a runner begins with what is over, or has not begun.
    claimed_running: str = "#state = :running"
    # (T6) Without it a runner takes what the agent server works on.
    claimed_external: str = "#path <> :native"
    # (T6) Without it the agent runs although the task was cancelled, or another runner is done.
    claimed_unfinished: str = "attribute_not_exists(outcome)"
    # (T6) Without it two runners that live have one task.
    lease_lapsed: str = "(attribute_not_exists(fence) OR lease_until < :now)"

    # (T7) Without it a runner that was given up writes over what its successor wrote.
    own_fence: str = "fence = :fence"
    # (T7) Without it a runner works on after its task's end.
    fenced_running: str = "#state = :running"
    # (T7) Without it an agent is started whose task was cancelled a moment ago.
    started_wanted: str = "attribute_not_exists(outcome)"
    # (T8) Without it a task that is over seems to be at work, or one appears that nobody asked for.
    doing_running: str = "#state = :running"
    # (T9) The first one stands. Without it a cancel becomes a success, or a success a failure.
    first_outcome: str = "attribute_not_exists(outcome)"
    # (T9) Without it half a task appears where there is none.
    outcome_running: str = "#state = :running"

    # (T10) Without it half a task appears where there is none.
    parked_task: str = "attribute_exists(pk)"

    # (T11) Without it slots are given back twice, and the session lists the task twice.
    ended_running: str = "#state = :running"
    # (T11) Without it a runner is called lost that has just left its outcome.
    no_outcome_since: str = "attribute_not_exists(outcome)"

    # (T12) Without it the post that is edited is not the one that people see.
    first_progress: str = "attribute_not_exists(progress)"
    # (T12) Without them half a task appears where there is none.
    progress_of_task: str = "attribute_exists(pk)"
    reported_task: str = "attribute_exists(pk)"
    # (T13) Without it the table forgets a task that runs.
    settled_over: str = "attribute_exists(ended_at)"

    # (T14) The first decision stands. Without it what was rejected is published.
    undecided: str = "#state = :pending"
    # (T14) Without it a click publishes what has expired.
    unexpired: str = "open_until > :now"
    # (T14) Without it something is published that nobody has seen.
    same_patch: str = "#snapshot.patch_sha256 = :patch"
    # (T15) Without it an expiry replaces what somebody decided.
    expired_undecided: str = "#state = :pending"
    # (T15) Without it a change expires before its time.
    time_up: str = "open_until <= :now"

    # (T16) Without it the prompt that is edited is not the one that people see.
    first_prompt: str = "attribute_not_exists(prompt)"
    # (T16) Without them half a change appears where there is none.
    prompt_of_change: str = "attribute_exists(pk)"
    parked_change: str = "attribute_exists(pk)"

    # (T17) Without them a publisher that is late replaces what another one settled.
    applied_approved: str = "#state = :approved"
    conflicted_approved: str = "#state = :approved"
    withdrawn_approved: str = "#state = :approved"
    # (T18) Without it the table forgets a change that waits for people.
    told_settled: str = "#state IN (:applied, :conflicted, :rejected, :superseded, :expired)"

    # (T19) Without it somebody is told that a thing was removed which was never there.
    registered: str = "attribute_exists(pk)"


TASKS = TaskConditions()
