"""Sessions, in the agent's home, as real agents keep theirs."""

import json
import os
import uuid
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = ".local/share/stub-agent"  # of the home: what an agent's registration keeps


def _folder() -> Path:
    return Path(os.environ["HOME"]) / FOLDER


@dataclass(slots=True)
class Session:
    """`turns` are prompts with their answers; `paid` is what they cost in all."""

    id: str
    cwd: Path
    turns: list[tuple[str, str]] = field(default_factory=list)
    paid: float = 0.0

    def keep(self) -> None:
        _folder().mkdir(parents=True, exist_ok=True)
        kept = json.dumps({"turns": self.turns, "paid": self.paid})
        (_folder() / f"{self.id}.json").write_text(kept)


def new(cwd: Path) -> Session:
    return Session(f"stub-{uuid.uuid4().hex[:12]}", cwd)


def find(id: str, cwd: Path) -> Session | None:
    path = _folder() / f"{id}.json"
    if "/" in id or not path.is_file():
        return None
    kept = json.loads(path.read_text())
    return Session(id, cwd, [(asked, said) for asked, said in kept["turns"]], kept["paid"])
