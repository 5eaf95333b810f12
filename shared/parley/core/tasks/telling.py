"""What people are told of a task, apart from its change."""

from parley.core.asking import span
from parley.core.limits import SECOND
from parley.core.tasks.task import Cost, Task, TaskState

NOTHING_CHANGED = "_No files changed._"
ONLY_IGNORED = "_No files changed but ones that git ignores, which are not kept._"
SHOWN_DOING = 120  # characters

_HEADS = {
    TaskState.COMPLETED: "✅ `{title}` is done",
    TaskState.FAILED: "❌ `{title}` failed",
    TaskState.CANCELLED: "🛑 `{title}` was cancelled",
}


def accepted(task: Task, ahead: int | None, prefix: str = "") -> str:
    """Right after the request. `ahead` is how many wait before it, None where it does not wait;
    `prefix` is what stands before a command."""
    who = f"`{task.chosen_agent}`" if task.chosen_agent else "the agent server"
    name, cancel = f"Task `{task.id}` on `{task.project}`", f"`{prefix}cancel {task.id}`"
    if task.state.over:
        return f"{name}: {task.summary or task.state}"
    if task.state is TaskState.RUNNING:
        return f"{name} has begun, with {who} ({task.path}). {cancel} ends it."
    place = f"{ahead} before it" if ahead else "next in line"
    return f"{name} waits for a free slot ({place}). {cancel} withdraws it."


def progress(task: Task, now: int) -> str:
    """One line or two, for the post that becomes the answer."""
    spent = span_of(now - (task.started_at or now))
    head = f"⏳ {task.title} · `{task.id}` · {spent}"
    if task.cancel_at is not None:
        return f"{head}\nEnding …"
    doing = " ".join(task.doing.split())[:SHOWN_DOING]
    return f"{head}\n{doing}" if doing else head


def ended(task: Task, text: str, *, only_ignored: bool = False) -> str:
    """The end in full: how it went, the agent's own words, what it cost. What changed is told by
    the review, and that nothing did, here."""
    title = task.title.replace("`", "'")  # somebody's words, taken for no Markdown
    parts = [f"{_HEADS[task.state].format(title=title)} · `{task.id}`{_spent(task)}"]
    if task.note:
        parts.append(f"_{task.note}._")
    reason = task.summary if task.state is TaskState.FAILED else ""
    parts += dict.fromkeys(each for each in (reason, text.strip()) if each)
    if not task.change and task.path is not None and task.path.external:
        parts.append(ONLY_IGNORED if only_ignored else NOTHING_CHANGED)
    return "\n\n".join(parts)


def span_of(milliseconds: int) -> str:
    seconds = max(0, milliseconds // SECOND)
    return f"{seconds} s" if seconds < 120 else span(milliseconds)


def cost(spent: Cost | None) -> str:
    """Empty where nothing is known."""
    if spent is None:
        return ""
    tokens = f"{spent.tokens:,} tokens" if spent.tokens is not None else ""
    money = f"{spent.amount:.4f} {spent.currency}".strip() if spent.amount is not None else ""
    return " · ".join(each for each in (tokens, money) if each)


def _spent(task: Task) -> str:
    took = ""
    if task.started_at is not None and task.ended_at is not None:
        took = span_of(task.ended_at - task.started_at)
    told = [each for each in (took, cost(task.cost)) if each]
    return f" ({', '.join(told)})" if told else ""
