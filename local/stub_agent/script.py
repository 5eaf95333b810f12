"""What a prompt asks for: its script, or something friendly."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

MARK = "SCRIPT="
Step = dict[str, object]


def steps_of(prompt: str, folder: Path, mode: str = "") -> Sequence[Step]:
    """Raises ValueError where the script is none. Only the last script counts: what was said
    earlier may stand before."""
    _, mark, script = prompt.rpartition(MARK)
    if not mark:
        return _friendly(prompt, folder, mode)
    steps, _ = json.JSONDecoder().raw_decode(script)
    if not isinstance(steps, list) or not all(isinstance(step, dict) for step in steps):
        raise ValueError("a script is a list of objects")
    return steps


def _friendly(prompt: str, folder: Path, mode: str) -> Sequence[Step]:
    words = " ".join(prompt.split())
    names = sorted(each.name for each in folder.iterdir() if each.name != ".git")
    path = "-".join(re.findall(r"[a-z0-9]+", words.casefold())[:6])[:60] or "note"
    if mode == "plan":
        said = f"I would write `{path}.md`, and leave the other {len(names)} entries as they are."
        return [{"think": "Only a plan is wanted."}, {"say": said}]
    seen = "\n".join(f"- {name}" for name in names[:20])
    before = (folder / f"{path}.md").read_text() + "\n" if path + ".md" in names else ""
    note = f"{before}# {words[:80]}\n\nAsked for:\n\n> {words}\n\nSeen here:\n\n{seen}\n"
    return [
        {"plan": [["Look around", "completed"], [f"Write {path}.md", "in_progress"]]},
        {"think": f"There are {len(names)} entries here. A note will do."},
        {"write": {"path": f"{path}.md", "text": note}},
        {"plan": [["Look around", "completed"], [f"Write {path}.md", "completed"]]},
        {"usage": {"tokens": 100 + len(words), "amount": 0.001, "currency": "USD"}},
        {"say": f"I wrote `{path}.md`: what you asked for, and the {len(names)} entries I saw."},
    ]
