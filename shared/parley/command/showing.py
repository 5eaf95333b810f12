"""What the API answers, for people at a terminal. What agents wrote is shown as text alone: a
terminal takes orders from escape sequences."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

Fields = Mapping[str, Any]

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
SHOWN_SHA = 12  # digits of a hash: enough to name one


def plain(text: object) -> str:
    """Without what a terminal would obey, and without what writes backwards."""
    return _CONTROL.sub("�", str(text))


def as_json(fields: Fields) -> str:
    return json.dumps(fields, indent=2)  # ASCII alone: harmless to any terminal


def table(*rows: tuple[object, ...]) -> str:
    """Columns as wide as they need to be; the last one goes on."""
    cells = [[plain(_word(cell)) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    padded = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in cells
    )
    return "\n".join(line.rstrip() for line in padded)


def task(task: Fields) -> str:
    by, cost = task["by"], task["cost"] or {}
    spent = (cost.get("tokens") and f"{cost['tokens']} tokens", _money(cost))
    rows = {
        "task": f"{task['id']}, {_state(task)}",
        "title": task["title"],
        "project": task["project"],
        "with": " ".join(str(task[key]) for key in ("path", "agent", "model") if task[key]),
        "session": task["session"] if task["session"] != task["id"] else None,
        "asked by": f"{by['name'] or by['id']} ({by['channel']}), {task['created_at']}",
        "started": task["started_at"],
        "ended": task["ended_at"],
        "does": task["doing"],
        "note": task["note"],
        "cost": ", ".join(part for part in spent if part),
        "change": task["change"],
    }
    summary = [task["summary"]] if task["summary"] else []
    return "\n".join([_rows(rows), *(plain(text) for text in summary)])


def tasks(answer: Fields) -> str:
    listed = answer["tasks"]
    if not listed:
        return "no tasks"
    return table(
        *(
            (each["id"], _state(each), each["project"], each["agent"], each["title"])
            for each in listed
        )
    )


def transcript(found: Fields) -> str:
    return plain(found["text"]) or "(no output)"


def change(change: Fields) -> str:
    decision = change["decision"] or {}
    rows = {
        "change": f"{change['id']}, {change['state']}{', unfinished' if change['partial'] else ''}",
        "project": f"{change['project']}, {change['base_ref']} at {change['base'][:SHOWN_SHA]}",
        "patch": f"{change['patch_sha256'][:SHOWN_SHA]}, {change['patch_bytes']} bytes",
        "expires": change["expires_at"] if change["state"] == "pending" else None,
        "decided": decision and f"by {decision['name'] or decision['by']}, {decision['at']}",
        "reason": decision.get("reason"),
        "trouble": change["trouble"],
        "branch": change["branch"],
        "url": change["url"],
        "next task": change["follow_up"],
    }
    lines = [_rows(rows), *_flags(change), *_files(change)]
    return "\n".join([*lines, *(f"conflict: {plain(path)}" for path in change["conflicts"])])


def _flags(change: Fields) -> Iterator[str]:
    for flag in change["flags"]:
        yield f"! {flag['kind']}: {plain(flag['path'])}"


def _files(change: Fields) -> Iterator[str]:
    for file in change["files"]:
        lines = "binary" if file["added"] is None else f"+{file['added']} -{file['deleted']}"
        yield f"{file['status']} {plain(file['path'])} {lines}"
    missing = change["file_count"] - len(change["files"])
    if missing:
        yield f"and {missing} more"


def _state(task: Fields) -> str:
    return "cancelling" if task["cancelling"] else str(task["state"])


def _money(cost: Fields) -> str:
    amount = cost.get("amount")
    return "" if amount is None else f"{amount:.4f} {cost['currency'] or ''}".strip()


def _rows(rows: Mapping[str, object]) -> str:
    return table(*((f"{name}:", value) for name, value in rows.items() if value))


def _word(cell: object) -> object:
    return "-" if cell is None else cell
