"""What a task is to do: in its item while that is small, else in pieces beside it.

Not in the bucket, as other large texts are: whoever runs an agent may not read there.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from parley.adapters.dynamodb import keys
from parley.adapters.dynamodb.codec import Fields, Item, Plain, marshal
from parley.adapters.dynamodb.outcome_items import proper
from parley.adapters.dynamodb.table import Table, Write, put
from parley.core.limits import INLINE_BYTES

PIECE = 75_000  # characters, of four bytes at most: an item has 400 KB
PIECES = "pieces"


def placed(task: str, prompt: str) -> tuple[Plain, list[Write]]:
    """What the item holds for it, and the pieces to be written together with the item."""
    prompt = proper(prompt)
    if len(prompt.encode()) <= INLINE_BYTES:
        return prompt, []
    pieces = [prompt[start : start + PIECE] for start in range(0, len(prompt), PIECE)]
    stored: Plain = {"task": task, PIECES: len(pieces)}
    return stored, [
        put(keys.task_prompt(task, number) | marshal({"text": piece}))
        for number, piece in enumerate(pieces)
    ]


def piece_keys(fields: Fields) -> list[Item]:
    """Of a task's item."""
    stored = fields.get("prompt")
    return _keys(stored) if isinstance(stored, Mapping) else []


def _keys(stored: Mapping[str, int | str]) -> list[Item]:
    return [keys.task_prompt(str(stored["task"]), n) for n in range(int(stored[PIECES]))]


@dataclass(frozen=True, slots=True)
class Prompts:
    table: Table

    def fetch(self, stored: str | Mapping[str, int | str]) -> str:
        if isinstance(stored, str):
            return stored
        return "".join((self.table.get(key) or {"text": ""})["text"] for key in _keys(stored))
