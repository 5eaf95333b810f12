"""A native task as a message to the conversation engine, and a turn's end as a task's."""

from dataclasses import replace

from parley.core import replies
from parley.core.delivery import Chat, Delivery
from parley.core.message import Message, MessageId, Sender
from parley.core.tasks import names
from parley.core.tasks.task import (
    API,
    FAILED_SILENTLY,
    Cost,
    Task,
    TaskOutcome,
    TaskState,
    summary_of,
)
from parley.core.turn import Outcome, Turn, Usage

TASK = "task"  # the channel of a task's message: where it came from, not where the answer goes

EARLIER = "Earlier in this session, which you no longer have:"

_COMPLETED = (Outcome.COMPLETED, Outcome.SILENT)
_WARNING = replies.warning("")[: -len(replies.GENERIC_FAILURE)]


def message_of(task: Task, now: int, earlier: str = "") -> Message:
    """The one message of a native task. Its identity is the task's, so a repeat is a duplicate.
    `earlier` is what its session's tasks were, if the agent does not know them."""
    return Message(
        id=MessageId(TASK, TASK, task.session, task.id),
        conversation=names.conversation(task.session),
        sender=_sender(task),
        text=f"{EARLIER}\n\n{earlier}\n\n---\n\n{task.prompt}" if earlier else task.prompt,
        delivery=_delivery(task),
        position=f"{task.created_at:015d}",
        sent_at=task.created_at,
        accepted_at=now,
        correlation_id=task.id,
    )


def is_task(message: Message) -> bool:
    return message.id.channel == TASK


def turn_id(message: Message) -> str | None:
    """What the turn that answers this message is called; None where that is nobody's business. A
    task's turn has the task's id, so that a task has one turn, which can be looked up."""
    return message.id.message if is_task(message) else None


def task_of(turn: Turn) -> str | None:
    """The task that this turn works on; None in a chat's conversation."""
    return turn.id if names.session_of(turn.conversation) is not None else None


def outcome_of(turn: Turn) -> TaskOutcome:
    """What a turn with an outcome leaves for its task."""
    text, reason = _told(turn)
    cost = _cost(turn.usage)
    if turn.outcome in _COMPLETED:
        return TaskOutcome(TaskState.COMPLETED, summary_of(text), cost)
    if turn.outcome is Outcome.CANCELLED:
        return TaskOutcome(TaskState.CANCELLED, summary_of(text), cost)
    return TaskOutcome(TaskState.FAILED, summary_of(reason or text or FAILED_SILENTLY), cost)


def text_of(turn: Turn) -> str:
    """What the agent wrote, whole."""
    return _told(turn)[0]


def _told(turn: Turn) -> tuple[str, str]:
    """What the agent wrote, and the reason that a failure was told with, off the reply: only that
    has all of it."""
    told = "\n\n".join(part.text for part in turn.reply)
    told = told.removeprefix(turn.notice).strip()
    if turn.outcome in _COMPLETED:
        return told, ""
    text, warning, reason = told.rpartition(_WARNING)
    if not warning:
        return told, ""
    return text.strip(), "" if reason.strip() == replies.GENERIC_FAILURE else reason.strip()


def _cost(usage: Usage | None) -> Cost | None:
    """A run that used nothing did not say what it used."""
    if usage is None:
        return None
    tokens = usage.total_tokens or usage.prompt_tokens + usage.completion_tokens
    return Cost(tokens=tokens) if tokens else None


def _sender(task: Task) -> Sender:
    """Whoever asked. An id of another place than the chat that is answered could be somebody else's
    there, who would then be asked for approvals."""
    requester = task.requester
    at_home = task.delivery is None or task.delivery.channel == requester.channel
    id = requester.id if at_home else f"{requester.channel}:{requester.id}"
    return Sender(id, requester.name)


def _delivery(task: Task) -> Delivery:
    """The requester's chat, as a target of the task's own: tasks are never joined into one prompt,
    and what a notification left in the chat is not for them."""
    target = names.conversation(task.id)
    if task.delivery is None:
        return Delivery(API, task.requester.id, Chat.direct(), target)
    return replace(task.delivery, target=target)
