"""The text of a prompt: while it asks, and when it is settled (protocol 37)."""

from collections.abc import Mapping, Sequence

from parley.core import previews
from parley.core.approval import Button, Choice, Prompt, Style, payload
from parley.core.batch import Batch, BatchStatus, ToolCall, one_tool
from parley.core.fate import NOT_RUN, Fate
from parley.core.limits import DAY, HOUR, MINUTE

NAMED = 20  # calls that are listed by name
_MARKS = str.maketrans("[]", "()", "*")


def prompt(batch: Batch, room: int, now: int, *, filed: bool = False) -> Prompt:
    """What is posted to ask, at most `room` characters. Every call is named; what each would do is
    shown as far as there is room. `filed` says that all of it stands in a file beside the prompt.
    """
    calls = batch.asked
    foot = _foot(batch, now)
    if filed:
        foot = f"_All of it is in_ `{file_name(batch)}`_._\n{foot}"
    heads = _heads(calls)
    around = len(_title(calls)) + len(foot) + sum(len(head) + 4 for head in heads) + 20
    shown = previews.shared_out(calls[:NAMED], max(room - around, 0))
    blocks = [f"{head}\n{preview}".rstrip() for head, preview in zip(heads, shown, strict=False)]
    text = "\n\n".join([_title(calls), *blocks, *heads[len(shown) :], foot])
    cut = len(calls) > NAMED or any(
        previews.CUT in preview or (not preview and call.arguments)
        for call, preview in zip(calls, shown, strict=False)
    )
    offered = buttons(batch.approval, len(calls), previews.bare(one_tool(calls)))
    return Prompt(batch.approval, text, offered, cut)


def buttons(approval: str, calls: int, tool: str = "") -> tuple[Button, ...]:
    """The answers to a prompt for so many calls; with the one tool that all of them are of, also
    that it need not be asked for again."""
    every = " all" if calls > 1 else ""
    offered = (
        Button(f"Allow{every}", payload(approval, Choice.ALLOW), Style.GOOD),
        Button(f"Deny{every}", payload(approval, Choice.DENY), Style.BAD),
    )
    if not tool:
        return offered
    return (*offered, Button(f"Always allow {tool} here", payload(approval, Choice.ALWAYS)))


def file_name(batch: Batch) -> str:
    return f"calls-{batch.approval}.md"


def whole(batch: Batch) -> str:
    """All the calls with all that they are given, for a file."""
    return "\n\n".join(
        f"## {number}. {previews.bare(call.name)}\n\n{previews.whole(call)}"
        for number, call in enumerate(batch.asked, start=1)
    )


def settled(batch: Batch, fates: Mapping[str, Fate], room: int) -> str:
    """What the prompt says once it is closed, with what became of each call as far as is known."""
    lines = [verdict_on(batch)]
    for number, call in enumerate(batch.asked[:NAMED], start=1):
        fate = _told(batch, fates.get(call.id))
        words = previews.first_words(call)
        lines.append(
            f"{number}. `{previews.bare(call.name)}`"
            + (f" `{_quoted(words)}`" if words else "")
            + (f" — {_fate(fate)}" if fate else "")
        )
    text = "\n".join(lines)
    return text if len(text) <= room else text[: room - 1] + "…"


def verdict_on(batch: Batch) -> str:
    """How a batch stands, in a sentence for people."""
    who = batch.by_name or batch.by or "somebody"
    match batch.status:
        case BatchStatus.ALLOWED:
            return f"✅ Allowed by {one_line(who)}"
        case BatchStatus.DENIED:
            return f"❌ Denied by {one_line(who)}" + (
                f": {one_line(batch.reason)}" if batch.reason else ""
            )
        case BatchStatus.EXPIRED:
            return "⏱️ Expired: nobody decided in time, so nothing of this ran"
        case BatchStatus.SUPERSEDED:
            return "⏭️ Not decided: a newer message went to the agent instead"
        case BatchStatus.CANCELLED:
            return "🛑 Cancelled before a decision, so nothing of this ran"
        case BatchStatus.OPEN:
            return "Waiting for a decision"
    return "Decided by policy"


def _title(calls: Sequence[ToolCall]) -> str:
    if len(calls) == 1:
        return "🔧 **The agent asks to use a tool**"
    return f"🔧 **The agent asks to use {len(calls)} tools**"


def _heads(calls: Sequence[ToolCall]) -> list[str]:
    heads = [
        f"**{number} · {previews.bare(call.name)}**"
        for number, call in enumerate(calls[:NAMED], start=1)
    ]
    if len(calls) > NAMED:
        heads.append(f"_… and {len(calls) - NAMED} more calls, which can't be shown here_")
    return heads


def _foot(batch: Batch, now: int) -> str:
    passed = len(batch.calls) - len(batch.asked)
    also = f"_{passed} more of this step decided by policy._\n" if passed else ""
    return (
        f"{also}_Waits {span(batch.expires_at - now)}. "
        f"Or write_ `/approve {batch.approval}` _or_ `/deny {batch.approval} reason`"
    )


def span(milliseconds: int) -> str:
    """To the nearest day, hour or minute: what was just set to a day is a day."""
    if milliseconds >= 2 * DAY:
        return f"{round(milliseconds / DAY)} days"
    if milliseconds >= 2 * HOUR:
        return f"{round(milliseconds / HOUR)} hours"
    return f"{max(1, round(milliseconds / MINUTE))} minutes"


def _told(batch: Batch, fate: Fate | None) -> Fate | None:
    """Only what was allowed can have run: the agent tells of a call that got a denial as its result
    in the same words as of one that has run."""
    if fate is not None and fate.ran and batch.status is not BatchStatus.ALLOWED:
        return NOT_RUN
    return fate


def _fate(fate: Fate) -> str:
    return f"{fate.what} ({fate.reason})" if fate.reason else fate.what


def one_line(words: str) -> str:
    """Somebody's words within our own: on one line, and taken for no Markdown, links least."""
    return _quoted(words).translate(_MARKS)


def _quoted(words: str) -> str:
    return " ".join(words.replace("`", "'").split())
