"""A task's transcript: what its agent said, thought and used, as one document in the bucket."""

import json
from dataclasses import asdict, dataclass
from typing import Any

from parley.core.tasks.heard import ToolSeen
from parley.core.tasks.task import Cost


@dataclass(frozen=True, slots=True)
class ToolSnapshot:
    """A tool call as it was last heard of."""

    id: str
    title: str = ""
    kind: str = ""
    status: str = ""
    given: str = ""
    output: str = ""
    paths: tuple[str, ...] = ()

    def after(self, seen: ToolSeen, cap: int) -> "ToolSnapshot":
        """What is None in the news has not changed."""
        return ToolSnapshot(
            self.id,
            _or(seen.title, self.title, cap),
            _or(seen.kind, self.kind, cap),
            _or(seen.status, self.status, cap),
            _or(seen.given, self.given, cap),
            _or(seen.output, self.output, cap),
            self.paths if seen.paths is None else seen.paths,
        )


@dataclass(frozen=True, slots=True)
class Transcript:
    text: str = ""
    reasoning: str = ""
    tools: tuple[ToolSnapshot, ...] = ()
    plan: tuple[str, ...] = ()
    cost: Cost | None = None
    prompt: str = ""

    def written(self, prompt: str) -> bytes:
        """As JSON, with the prompt that it answers."""
        document = {**asdict(self), "prompt": prompt}
        return json.dumps(document, ensure_ascii=False).encode(errors="replace")

    @classmethod
    def read(cls, content: bytes) -> "Transcript":
        """Raises ValueError where it is no such document."""
        try:
            document: dict[str, Any] = json.loads(content)
            cost = document["cost"]
            return cls(
                text=str(document["text"]),
                reasoning=str(document["reasoning"]),
                tools=tuple(_tool(each) for each in document["tools"]),
                plan=tuple(document["plan"]),
                cost=Cost(**cost) if cost else None,
                prompt=str(document["prompt"]),
            )
        except (KeyError, TypeError) as error:
            raise ValueError(f"no transcript: {error}") from error


def _tool(document: dict[str, Any]) -> ToolSnapshot:
    return ToolSnapshot(**{**document, "paths": tuple(document["paths"])})


def _or(new: str | None, old: str, cap: int) -> str:
    return old if new is None else new[:cap]
