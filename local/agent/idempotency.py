"""Idempotency records: successful answers by method, path and key. In memory, so a restart forgets
them.
"""

import dataclasses
import hashlib
import json
from dataclasses import dataclass

from local.agent.errors import key_reused


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: dict[str, object]


class IdempotencyRecords:
    def __init__(self) -> None:
        self._records: dict[str, tuple[str, Answer]] = {}

    def find(self, place: str, key: str | None, body: object) -> Answer | None:
        """The answer given before; a 409 when the key came with another body."""
        record = self._records.get(f"{place}:{key}") if key else None
        if record is None:
            return None
        fingerprint, answer = record
        if fingerprint != _fingerprint(body):
            raise key_reused()
        return answer

    def keep(self, place: str, key: str | None, body: object, answer: Answer) -> None:
        """Replays come with their fields sorted, since what is stored is parsed JSON."""
        if key:
            stored = Answer(answer.status, dict(sorted(answer.body.items())))
            self._records[f"{place}:{key}"] = (_fingerprint(body), stored)

    def forget(self) -> None:
        self._records.clear()


def _fingerprint(body: object) -> str:
    """Of the typed body: order, formatting and unknown fields do not matter; absent and null are
    equal.
    """
    plain = dataclasses.asdict(body) if dataclasses.is_dataclass(body) else body  # type: ignore[arg-type]
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()
