"""The text of a review: what a change would do, short enough for a chat, and how it went on."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from parley.core.approval import Button, Prompt, Style
from parley.core.asking import one_line, span
from parley.core.commands import prefix_of
from parley.core.previews import code, fenced
from parley.core.secrecy import masked
from parley.core.splitting import in_utf16
from parley.core.tasks.change import Change, ChangeState, Ruling, payload
from parley.core.tasks.task import FileStat, FlagKind, Snapshot, Task

HEAD_BYTES = 200_000  # of a patch, enough for the lines that are shown
EXCERPT_LINES = 50
_LONGEST_LINE = 160
_LEAST = 5  # lines: an excerpt that is shorter says nothing
_LISTED = 20  # files
_PATH = 70

_BINARY = re.compile(r"GIT binary patch|Binary files .* differ")

_WARNINGS = {
    FlagKind.CREDENTIAL: "Looks like a key or a password",
    FlagKind.WORKFLOW: "Runs with the forge's own rights once it is pushed",
    FlagKind.SYMLINK: "A link that leads out of the tree",
    FlagKind.HIDDEN: "Has characters that nobody sees: it may not be what it looks like",
    FlagKind.NESTED: "A repository within, whose content is not in the diff",
    FlagKind.LEFT_OUT: "Not in the diff, as it can't be read or is too large",
    FlagKind.MODE: "Becomes executable",
    FlagKind.LOCKFILE: "Changes what gets installed",
    FlagKind.BINARY: "Binary",
    FlagKind.LARGE: "Large",
}
_STATUS = {"A": "new, ", "D": "deleted, ", "T": "another kind of file, "}


def review(
    change: Change, task: Task, patch_head: str, room: int, now: int, *, filed: bool = False
) -> Prompt:
    """What is posted to ask for a review, at most `room` characters: what has to be known first,
    the files, as much of the patch as fits, and how to decide. `patch_head` is the patch's
    beginning, `filed` says that the whole of it stands in a file beside the prompt.
    """
    head = "\n".join([*_title(change, task), *_warnings(change.snapshot, room // 2)])
    foot = _foot(change, now, filed=filed)
    left = room - _size(head) - _size(foot) - 6
    files = _files(change.snapshot, min(left, max(left // 2, 300)))
    left -= _size(files)
    excerpt, cut = _excerpt(patch_head, left)
    text = "\n\n".join(part for part in (head, files, excerpt, foot) if part)
    return Prompt(change.id, text, _buttons(change.id), cut)


def file_name(change: Change) -> str:
    """Of the whole patch."""
    return f"{change.id}.patch"


def whole(change: Change, patch: bytes) -> str:
    """The whole patch as a text for a file. Only where something in it looks like a secret is
    anything masked: who applies a change has to see what it is."""
    text = patch.decode(errors="replace")
    secret = any(flag.kind is FlagKind.CREDENTIAL for flag in change.snapshot.flags)
    return masked(text) if secret else text


def settled(change: Change, room: int) -> str:
    """What the review says once it is decided."""
    lines = [verdict_on(change), f"_{_numbers(change.snapshot)} · change_ `{change.id}`"]
    text = "\n".join(lines) + _conflicts(change, room - _size("\n".join(lines)))
    return text if len(text) <= room else text[: room - 1] + "…"


def outcome(change: Change, room: int) -> str:
    """What is said when nothing more becomes of a change."""
    about = f"Change `{change.id}` of `{change.project}`: "
    verdict = verdict_on(change)
    text = about + verdict + _conflicts(change, room - _size(about + verdict))
    return text if len(text) <= room else text[: room - 1] + "…"


def verdict_on(change: Change) -> str:
    """How a change stands, in a sentence for people."""
    who = one_line(change.by_name or change.by) or "somebody"
    match change.state:
        case ChangeState.APPROVED:
            return f"✅ Approved by {who}, and being published"
        case ChangeState.APPLIED:
            place = f" as {change.url}" if change.url else f" on branch `{change.branch}`"
            return f"✅ Applied by {who}{place}"
        case ChangeState.CONFLICTED:
            return f"⚠️ Approved by {who}, but the base has moved, and it does not merge any more"
        case ChangeState.REJECTED:
            reason = f": {one_line(change.reason)}" if change.reason else ""
            return f"❌ Rejected by {who}{reason}"
        case ChangeState.SUPERSEDED:
            return f"🔁 {who} asked for another try: task `{change.follow_up}` goes on from it"
        case ChangeState.EXPIRED:
            return "⏱️ Expired: nobody decided in time, so nothing of it was applied"
    return f"Not published: {change.trouble}" if change.trouble else "Waiting for a review"


def trouble(change: Change, now: int) -> str:
    """That publishing failed, and what can be done now."""
    prefix = prefix_of(change.delivery.channel if change.delivery else "")
    return (
        f"⚠️ Change `{change.id}` could not be published: {one_line(change.trouble)}\n"
        f"It waits for another {span(change.expires_at - now)}: "
        f"`{prefix}apply {change.id}` tries again."
    )


def _buttons(change: str) -> tuple[Button, ...]:
    return (
        Button("Apply", payload(change, Ruling.APPLY), Style.GOOD),
        Button("Reject", payload(change, Ruling.REJECT), Style.BAD),
        Button("Revise", payload(change, Ruling.REVISE)),
    )


def _title(change: Change, task: Task) -> list[str]:
    numbers = _numbers(change.snapshot)
    head = f"🔍 **Review: {numbers}** · `{change.project}` · task `{change.id}`"
    return [head, code(task.title, _PATH)]


def _numbers(snapshot: Snapshot) -> str:
    added = sum(each.added or 0 for each in snapshot.files)
    deleted = sum(each.deleted or 0 for each in snapshot.files)
    more = f" in the first {len(snapshot.files)}" if snapshot.count > len(snapshot.files) else ""
    files = "1 file" if snapshot.count == 1 else f"{snapshot.count} files"
    return f"{files}, +{added} -{deleted}{more}"


def _warnings(snapshot: Snapshot, room: int) -> list[str]:
    """Every kind of them, whatever the room; of the paths as many as fit."""
    told = [*_partial(snapshot), *_flagged(snapshot, 0)]
    for paths in (5, 2, 1):
        fuller = [*_partial(snapshot), *_flagged(snapshot, paths)]
        if sum(_size(line) + 1 for line in fuller) <= room:
            return fuller
    return told


def _partial(snapshot: Snapshot) -> list[str]:
    return ["⚠️ **Unfinished: the agent did not come to its end**"] if snapshot.partial else []


def _flagged(snapshot: Snapshot, most: int) -> list[str]:
    lines = []
    for kind, words in _WARNINGS.items():
        paths = [flag.path for flag in snapshot.flags if flag.kind is kind]
        if paths:
            lines.append(f"⚠️ **{words}:** {_listed(paths, most)}")
    return lines


def _listed(paths: Sequence[str], most: int) -> str:
    if not most:
        return f"{len(paths)} files" if len(paths) > 1 else "1 file"
    shown = ", ".join(code(path, _PATH) for path in paths[:most])
    return f"{shown} and {len(paths) - most} more" if len(paths) > most else shown


def _files(snapshot: Snapshot, room: int) -> str:
    lines: list[str] = []
    for each in snapshot.files[:_LISTED]:
        line = f"- {code(each.path, _PATH)} {_what(each)}"
        if _size("\n".join([*lines, line, _rest(snapshot.count)])) > room:
            break
        lines.append(line)
    missing = snapshot.count - len(lines)
    return "\n".join([*lines, *([_rest(missing)] if missing > 0 else [])])


def _rest(missing: int) -> str:
    return f"- … and {missing} more"


def _what(each: FileStat) -> str:
    lines = "binary" if each.added is None else f"+{each.added} -{each.deleted or 0}"
    return f"{_STATUS.get(each.status, '')}{lines}"


def _excerpt(patch_head: str, room: int) -> tuple[str, bool]:
    """The first lines that can be read, in a fence that nothing in them can close, and whether that
    is less than there is."""
    if not patch_head.strip():
        return "", True
    readable = list(islice(_readable(patch_head), EXCERPT_LINES + 1))
    lines = masked("\n".join(readable[:EXCERPT_LINES])).split("\n")
    shortened = [
        line if len(line) <= _LONGEST_LINE else f"{line[:_LONGEST_LINE]}…" for line in lines
    ]
    for count in range(len(shortened), 0, -1):
        block = "\n".join(shortened[:count])
        shown = fenced(block, "diff", len(block) * 8 + 100)
        cut = count < len(lines) or len(readable) > EXCERPT_LINES
        if cut:
            shown += f"\n_… these are the first {count} lines._"
        if _size(shown) <= room:
            return (shown if not cut or count >= _LEAST else ""), cut or shortened != lines
    return "", True


def _readable(patch: str) -> Iterator[str]:
    """Its lines, without the inside of binary files."""
    inside = False
    for line in patch.rstrip("\n").split("\n"):
        inside = inside and not line.startswith("diff --git ")
        if not inside:
            yield line
        inside = inside or bool(_BINARY.match(line))


def _foot(change: Change, now: int, *, filed: bool) -> str:
    snapshot = change.snapshot
    prefix = prefix_of(change.delivery.channel if change.delivery else "")
    file = f" _The whole patch is in_ `{file_name(change)}`_._" if filed else ""
    return (
        f"_Made from_ `{snapshot.base[:12]}` _of_ {code(snapshot.base_ref, _PATH)}_._{file}\n"
        f"_Waits {span(change.expires_at - now)}. Or write_ `{prefix}apply {change.id}`_,_ "
        f"`{prefix}reject {change.id} reason` _or_ "
        f"`{prefix}revise {change.id} what to do differently`"
    )


def _conflicts(change: Change, room: int) -> str:
    if change.state is not ChangeState.CONFLICTED:
        return ""
    hint = f"\nTo go on from here: `task {change.project} session={change.id} …`"
    text = ""
    for number, path in enumerate(change.conflicts):
        line = f"\n- {code(path, _PATH)}"
        rest = f"\n- … and {len(change.conflicts) - number} more"
        if _size(text + line + rest + hint) > room:
            return text + rest + hint
        text += line
    return text + hint


def _size(text: str) -> int:
    """As the strictest platform counts, which also gets an invisible character behind whatever
    could call somebody or end a fence."""
    return in_utf16(text) + sum(text.count(mark) for mark in "@<`")
