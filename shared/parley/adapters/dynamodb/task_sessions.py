"""Sessions of tasks as items and back, and what a task leaves in its session."""

from collections.abc import Mapping
from dataclasses import replace

from parley.adapters.dynamodb import items, keys
from parley.adapters.dynamodb.codec import Fields, Plain
from parley.adapters.dynamodb.outcome_items import proper
from parley.adapters.dynamodb.table import Write, update
from parley.adapters.dynamodb.task_items import KEPT
from parley.core.tasks.choosing import Choice
from parley.core.tasks.task import ExecutionPath, Session, Task, TaskOutcome, TaskState

HOLD = (
    "SET holder = :task, #project = if_not_exists(#project, :project),"
    " #agent = if_not_exists(#agent, :agent), #path = if_not_exists(#path, :path) REMOVE expires_at"
)
RELEASE = (
    "SET turns = list_append(if_not_exists(turns, :none), :turn), #agent = :agent, #path = :path,"
    " agent_session = :named, files = :files, expires_at = :expires REMOVE holder"
)
# Whoever holds it meanwhile sets the expiry anew.
LIST = (
    "SET turns = list_append(if_not_exists(turns, :none), :turn),"
    " #project = if_not_exists(#project, :project), expires_at = :expires"
)


def session_of(fields: Fields) -> Session:
    return Session(
        id=fields["pk"].removeprefix("SESSION#"),
        project=fields["project"],
        agent=fields.get("agent", ""),
        path=ExecutionPath(fields["path"]) if "path" in fields else None,
        agent_session=fields.get("agent_session", ""),
        files=fields.get("files", ""),
        turns=tuple(fields.get("turns", ())),
        holder=fields.get("holder", ""),
    )


def held(task: Task, choice: Choice, condition: str) -> Write:
    """By this task, and made where there was none. Whose it is, is settled when the task ends."""
    values: Mapping[str, Plain] = {
        "task": task.id,
        "project": task.project,
        "agent": choice.agent,
        "path": str(choice.path),
    }
    return update(keys.task_session(task.session), HOLD, condition, values)


def listed(task: Task, now: int) -> Write:
    """A task that was over before it had begun is one of the session's turns, too."""
    values: Mapping[str, Plain] = {
        "none": [],
        "turn": [task.id],
        "project": task.project,
        "expires": items.seconds(now + KEPT),
    }
    return update(keys.task_session(task.session), LIST, "", values)


def released(task: Task, before: Session, outcome: TaskOutcome, now: int) -> Write:
    after = left_by(task, before, outcome)
    values: Mapping[str, Plain] = {
        "none": [],
        "turn": [task.id],
        "agent": after.agent,
        "path": str(after.path or ExecutionPath.NATIVE),
        "named": proper(after.agent_session),
        "files": after.files,
        "expires": items.seconds(now + KEPT),
    }
    return update(keys.task_session(task.session), RELEASE, "", values)


def left_by(task: Task, session: Session, outcome: TaskOutcome) -> Session:
    """An agent that left nothing new keeps what it had. Another agent takes the session over with
    a session of its own, or by finishing; where it did neither, the first one can still go on."""
    if task.chosen_agent == session.agent:
        return replace(
            session,
            path=task.path,
            agent_session=outcome.agent_session or session.agent_session,
            files=outcome.session_files or session.files,
        )
    if outcome.agent_session or outcome.state is TaskState.COMPLETED:
        return replace(
            session,
            agent=task.chosen_agent,
            path=task.path,
            agent_session=outcome.agent_session,
            files=outcome.session_files,
        )
    return session
