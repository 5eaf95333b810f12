"""Reading events as an agent's lines."""

import json

from parley.adapters.agent_process.parsers.parser import Parser
from parley.core.tasks.heard import Heard


def read(parser: Parser, *events: object) -> list[Heard]:
    """Texts are lines as they are."""
    lines = (each if isinstance(each, str) else json.dumps(each) for each in events)
    return [heard for line in lines for heard in parser.read(line)]
