"""What a published change says of itself: the commit, and the pull request.

An agent wrote part of it, and what it read may have told it to. So its words stand in fences, where
a forge calls nobody, closes no issue and shows no picture, and what has to stand outside of one is
disarmed.
"""

import re
from collections.abc import Iterator
from itertools import islice

from parley.core.previews import code, fenced
from parley.core.secrecy import masked
from parley.core.tasks.change import Change
from parley.core.tasks.task import FileStat, FlagKind, Task

TITLE = 120  # characters
LISTED = 100  # files
_SUMMARY = 4_000  # characters, more than there are
_LIST = 20_000
_PATH = 200
_NAME = 80

_INVISIBLE = "\u200b"
_CALLS = re.compile(r"(?<=[@#])(?=\w)|(?<=\b[Gg][Hh])(?=-\d)|(?<=://)(?=\S)")

_WARNINGS = {
    FlagKind.CREDENTIAL: "Looks like a key or a password",
    FlagKind.WORKFLOW: "Changes what runs with the forge's own rights",
    FlagKind.SYMLINK: "Links that lead out of the tree",
    FlagKind.HIDDEN: "Has characters that nobody sees",
    FlagKind.NESTED: "Repositories within, whose content is not here",
    FlagKind.MODE: "Becomes executable",
    FlagKind.LOCKFILE: "Changes what gets installed",
    FlagKind.BINARY: "Binary",
    FlagKind.LARGE: "Large",
}


def title(change: Change, task: Task) -> str:
    """On one line, calling nobody."""
    words = " ".join(masked(task.title).split())
    mark = "[unfinished] " if change.snapshot.partial else ""
    return f"{mark}{disarmed(words)}"[:TITLE].rstrip()


def message(change: Change, task: Task) -> str:
    """Of the commit: who had it made and who took it."""
    lines = [title(change, task), "", f"Parley task {task.id}, made from {change.snapshot.base}."]
    lines += [disarmed(_line(name, words)) for name, words in _people(change, task)]
    return "\n".join(lines) + "\n"


def body(change: Change, task: Task, *, moved: bool) -> str:
    """Of the pull request: what there is to know before it is merged. `moved` says that its base
    has, and is merged into it."""
    snapshot = change.snapshot
    parts = []
    if snapshot.partial:
        parts.append("⚠️ **Unfinished: the agent did not come to its end.**")
    if task.summary.strip():
        parts.append("What the agent says:\n\n" + fenced(masked(task.summary), "text", _SUMMARY))
    parts.append(f"{_numbers(change)}:\n\n" + fenced("\n".join(_files(change)), "text", _LIST))
    parts += _warnings(change)
    if moved:
        parts.append(f"{code(snapshot.base_ref, _PATH)} had moved since, and is merged into it.")
    facts = [f"- Task `{task.id}` of project `{change.project}`"]
    facts += [f"- {name} {code(words, _NAME)}" for name, words in _people(change, task)]
    facts.append(f"- Made from `{snapshot.base}`; the patch that was reviewed has the SHA-256")
    facts.append(f"  `{snapshot.patch_sha256}`")
    parts.append("\n".join(facts))
    return "\n\n".join(parts) + "\n"


def disarmed(words: str) -> str:
    """Words that call nobody and close nothing, and look the same."""
    return _CALLS.sub(_INVISIBLE, words)


def _people(change: Change, task: Task) -> Iterator[tuple[str, str]]:
    yield "Asked for by", task.requester.name or task.requester.id
    yield "Approved by", change.by_name or change.by


def _line(name: str, words: str) -> str:
    return f"{name} {' '.join(words.split())[:_NAME]}."


def _numbers(change: Change) -> str:
    snapshot = change.snapshot
    added = sum(each.added or 0 for each in snapshot.files)
    deleted = sum(each.deleted or 0 for each in snapshot.files)
    files = "1 file" if snapshot.count == 1 else f"{snapshot.count} files"
    more = f" in the first {len(snapshot.files)}" if snapshot.count > len(snapshot.files) else ""
    return f"{files}, +{added} -{deleted}{more}"


def _files(change: Change) -> Iterator[str]:
    snapshot = change.snapshot
    listed = list(islice(snapshot.files, LISTED))
    for each in listed:
        yield f"{each.status} {_shown(each.path)} {_what(each)}"
    if snapshot.count > len(listed):
        yield f"… and {snapshot.count - len(listed)} more"


def _what(each: FileStat) -> str:
    return "binary" if each.added is None else f"+{each.added} -{each.deleted or 0}"


def _shown(path: str) -> str:
    """On one line, whatever the agent called it."""
    plain = " ".join(path.split())
    return plain if len(plain) <= _PATH else f"{plain[: _PATH - 1]}…"


def _warnings(change: Change) -> Iterator[str]:
    for kind, words in _WARNINGS.items():
        paths = [flag.path for flag in change.snapshot.flags if flag.kind is kind]
        if paths:
            shown = ", ".join(code(path, _PATH) for path in paths[:10])
            more = f" and {len(paths) - 10} more" if len(paths) > 10 else ""
            yield f"⚠️ **{words}:** {shown}{more}"
