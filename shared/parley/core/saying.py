"""Short words to a person, outside the answer to what they asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parley.core.delivery import ChatKind

if TYPE_CHECKING:
    from parley.core.message import Inbound
    from parley.core.pairing import PairingResult, Person
    from parley.core.tasks.task import Task

NOTHING_RUNS = "Nothing is running here."
NOT_BEGUN = "Nothing runs yet, but a message is about to begin. Send `stop` again in a moment."
STOPPING = "🛑 Stopping."
STOPPED_FOR_YOU = "🛑 I am stopping what runs; your message comes next."
RENEWED = "Your next message begins a new session."
RENEWED_LATER = "What runs now goes on. Your next message after it begins a new session."
REJECTED = (
    "I am busy and take no messages meanwhile, so this one was not taken. Send it again later; "
    "`queue followup` lets messages wait."
)
UNKNOWN_APPROVAL = "I don't know this request. It may be long over."
UNKNOWN_CHANGE = "I don't know this change. It may be long over."
EXPIRED_CHANGE = "This change has expired. Nothing of it was applied."
OTHER_PATCH = "This is another patch than the one that you looked at, so nothing was decided."
REVISED_LATER = "Its task has not begun yet."
UNKNOWN_TASK = "I don't know this task."
NO_FILES = "The files that came with it are not used: a task takes text only."
STRANGER = "You may not talk to the agent here, so your click does nothing."
NO_OPERATOR = "Only an operator may do that."
STEERED = (
    "Passed on to the running agent. If it finishes before it reads this, it is your next message."
)
NOT_STEERED = "The agent finished before it read this, so it is your next message."
MAYBE_STEERED = (
    "I can't tell whether the agent got this before it was cut off. "
    "Send it again if it still holds."
)
PAIRED = {
    "paired": "{who} may talk to the agent now.",
    "locked": "Too many wrong codes. Try again in an hour.",
    "unknown": "No such code, or it has expired.",
}
MODES = {
    "followup": "Messages that come while the agent works now wait for their turn.",
    "steer": "Messages that come while the agent works are now passed on to it.",
    "interrupt": "A message that comes while the agent works now stops it and is next.",
    "reject": "Messages that come while the agent works are now refused.",
}


def waits_behind(approval: str) -> str:
    return (
        f"Queued: the agent waits for a decision on `{approval}`, and your message is none. "
        "Use the buttons, `approve`, `deny`, or `stop`."
    )


def unknown_person(inbound: Inbound, code: str) -> str:
    return (
        f"I don't know you yet. Your id here is `{inbound.sender.id}`. An operator can let you in "
        f"with `pair {code}`; the code is good for an hour."
    )


def not_entitled(approvers: tuple[str, ...]) -> str:
    names = ", ".join(f"`{each.partition(':')[2]}`" for each in approvers) or "nobody"
    return f"You can't decide this. Those who can: {names}."


def task_over(task: Task) -> str:
    return f"Task `{task.id}` was over before: {task.state}."


def task_cancelled(task: Task) -> str:
    """Right after somebody asked for it."""
    if task.state.over:
        return (
            f"🛑 Task `{task.id}` is cancelled." if task.state == "cancelled" else task_over(task)
        )
    return f"🛑 Task `{task.id}` is being ended. What it has done so far is kept."


def how_to_revise(change: str, prefix: str) -> str:
    return f"What should be different? Write `{prefix}revise {change} what to do differently`."


def recorded(verdict: str, *, ours: bool) -> str:
    return f"Recorded. {verdict}." if ours else f"This was settled before. {verdict}."


def several_tools() -> str:
    return "These are different tools, so there is no rule to make. Allow or deny them."


def paired(result: PairingResult, who: str) -> str:
    return PAIRED[result].format(who=who)


def whom(person: Person) -> str:
    """Names are chosen by whoever bears them, ids are not."""
    name = " ".join(person.name.replace("`", "'").split())
    return f"`{person.id}` on {person.channel}" + (f" (`{name}`)" if name else "")


def who_you_are(inbound: Inbound, conversation: str, *, operator: bool) -> str:
    chat = inbound.delivery.chat
    where = "a direct message" if chat.kind is ChatKind.DIRECT else f"chat `{chat.group}`"
    lines = [
        f"You are `{inbound.sender.id}` on {inbound.delivery.channel}, in {where} "
        f"of `{inbound.id.installation}`.",
        f"This conversation is `{conversation}`.",
    ]
    if operator:
        lines.append("You are an operator.")
    return "\n".join(lines)
