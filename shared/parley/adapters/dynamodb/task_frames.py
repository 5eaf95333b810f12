"""A task's frames: those that were appended together in one item.

An agent decides how long they are, and an item has 400 KB: what does not fit is kept in pieces, or
cut where it is only for a glance.
"""

import json
from collections.abc import Iterator, Mapping, Sequence

from parley.adapters.dynamodb import items, keys
from parley.adapters.dynamodb.codec import Fields, Item, marshal
from parley.adapters.dynamodb.task_items import FRAMES_KEPT
from parley.core.tasks.frames import Frame, FrameKind

PIECE = 25_000  # characters of text; JSON makes twelve bytes of some of them
GLANCE = 1_000  # characters of anything else
MOST_COMMANDS = 100
ITEM_BYTES = 350_000
WRITTEN_AT_LENGTH = ("text", "reasoning")


def bounded(frames: Sequence[Frame]) -> list[Frame]:
    return [piece for frame in frames for piece in _pieces(frame)]


def _pieces(frame: Frame) -> Iterator[Frame]:
    content = frame.content
    for name in WRITTEN_AT_LENGTH:
        words = content.get(name)
        if isinstance(words, str) and len(words) > PIECE:
            for start in range(0, len(words), PIECE):
                yield Frame(frame.kind, {**content, name: words[start : start + PIECE]})
            return
    yield Frame(frame.kind, {name: _glance(name, value) for name, value in content.items()})


def _glance(name: str, value: object) -> object:
    match value:
        case str() if name not in WRITTEN_AT_LENGTH:
            return value[:GLANCE]
        case Mapping():
            return {inner: _glance(inner, part) for inner, part in value.items()}
        case list() | tuple():
            return [_glance("", part) for part in value[:MOST_COMMANDS]]
        case _:
            return value


def commands_of(frames: Sequence[Frame]) -> str | None:
    """The last ones among them, as JSON; None where there are none."""
    for frame in reversed(frames):
        commands = frame.content.get("commands")
        if frame.kind is FrameKind.COMMANDS and isinstance(commands, Sequence):
            return json.dumps([[each["name"], each.get("description", "")] for each in commands])
    return None


def frame_items(task: str, last: int, frames: Sequence[Frame], now: int) -> Iterator[Item]:
    """`last` is the number of the last one."""
    number = last - len(frames)
    rows: list[str] = []
    for frame in frames:
        row = json.dumps([frame.kind, dict(frame.content)])
        if rows and sum(map(len, rows)) + len(row) > ITEM_BYTES:
            yield _item(task, number, rows, now)
            rows = []
        rows.append(row)
        number += 1
    if rows:
        yield _item(task, number, rows, now)


def _item(task: str, last: int, rows: list[str], now: int) -> Item:
    return keys.frames(task, last) | marshal(
        {
            "after": last - len(rows),
            "frames": f"[{','.join(rows)}]",
            "expires_at": items.seconds(now + FRAMES_KEPT),
        }
    )


def frames_of(fields: Fields) -> list[tuple[int, Frame]]:
    rows = json.loads(fields["frames"])
    return [
        (number, Frame(FrameKind(kind), content))
        for number, (kind, content) in enumerate(rows, fields["after"] + 1)
    ]
