"""An agent that writes text for people: all of it is what it said."""

from collections.abc import Sequence

from parley.adapters.agent_process.parsers.parser import DONE, Verdict
from parley.core.tasks.heard import Heard, Said


class PlainParser:
    session = ""
    verdict = DONE

    def read(self, line: str) -> Sequence[Heard]:
        return [Said(line)] if line else []

    def complaint(self, line: str) -> Verdict | None:
        return None
