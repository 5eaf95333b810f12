"""What is kept of a task's turn: one document in the bucket."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from parley.core.tasks.task import Cost

VERSION = 1


@dataclass(frozen=True, slots=True)
class ToolSnapshot:
    """A tool call as it was last seen. `given` and `output` may be shortened."""

    id: str
    title: str = ""
    kind: str = ""
    status: str = ""
    given: str = ""
    output: str = ""
    paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Transcript:
    """`cost` is None where nothing is known of it. `text_cut` and `reasoning_cut` say that there
    was more; `tools_left_out` how many calls are not told."""

    text: str = ""
    reasoning: str = ""
    tools: tuple[ToolSnapshot, ...] = ()
    plan: tuple[str, ...] = ()
    cost: Cost | None = None
    text_cut: bool = False
    reasoning_cut: bool = False
    tools_left_out: int = 0
    prompt: str = ""

    def written(self, prompt: str) -> bytes:
        document = {**asdict(self), "version": VERSION, "prompt": prompt}
        return json.dumps(document, ensure_ascii=False).encode(errors="replace")

    @staticmethod
    def read(content: bytes) -> "Transcript":
        """Raises ValueError for what is none."""
        document = json.loads(content)
        if not isinstance(document, dict) or document.get("version") != VERSION:
            raise ValueError("no transcript of a kind that is known")
        try:
            return _transcript(document)
        except (AttributeError, KeyError, TypeError) as error:
            raise ValueError("no whole transcript") from error


def _transcript(document: Mapping[str, Any]) -> Transcript:
    cost = document["cost"]
    return Transcript(
        text=str(document["text"]),
        reasoning=str(document["reasoning"]),
        tools=tuple(
            ToolSnapshot(**{**each, "paths": tuple(each["paths"])}) for each in document["tools"]
        ),
        plan=tuple(str(each) for each in document["plan"]),
        cost=None if cost is None else Cost(**cost),
        text_cut=bool(document["text_cut"]),
        reasoning_cut=bool(document["reasoning_cut"]),
        tools_left_out=int(document["tools_left_out"]),
        prompt=str(document["prompt"]),
    )
