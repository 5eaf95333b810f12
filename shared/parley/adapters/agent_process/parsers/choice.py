"""The parser of an agent's output, by its registration."""

from parley.adapters.agent_process.parsers.claude import ClaudeParser
from parley.adapters.agent_process.parsers.codex import CodexParser
from parley.adapters.agent_process.parsers.opencode import OpencodeParser
from parley.adapters.agent_process.parsers.parser import Parser
from parley.adapters.agent_process.parsers.plain import PlainParser
from parley.core.tasks.coding_agent import Output


def parser_for(output: Output) -> Parser:
    match output:
        case Output.TEXT:
            return PlainParser()
        case Output.OPENCODE:
            return OpencodeParser()
        case Output.CLAUDE:
            return ClaudeParser()
        case Output.CODEX:
            return CodexParser()
