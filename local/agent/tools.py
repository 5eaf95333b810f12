"""Tools that look as if they ran. No command is ever executed: a few are imitated, the rest say
nothing.
"""

import asyncio
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.agent.clock import timestamp
from local.agent.script import ScriptedTool
from local.agent.settings import Settings

RUN_COMMAND = "run_command"
READ_ONLY = frozenset(
    {
        "view",
        "generate_password",
        "search_docs",
        "search_memory",
        "load_skill",
        "local_code_search",
        "get_all_tasks",
        "get_task_details",
        "wait_for_tasks",
    }
)
KNOWN = READ_ONLY | {RUN_COMMAND, "create", "str_replace", "remove", "run_remote_command"}
NO_OUTPUT = "No output"
NOT_FOUND = "MCP tool execution error: Mcp error: -32602: tool not found"

_PODS = """NAME                     READY   STATUS    RESTARTS   AGE
api-7d9c6b5f4-2xkqp      1/1     Running   0          3d2h
web-5f6d8c7b9-8plzn      1/1     Running   1          3d2h
queue-0                  1/1     Running   0          12d
"""
_IMITATED = {
    "ls": "README.md\nsrc\ntests\n",
    "pwd": "/srv/agent\n",
    "whoami": "agent\n",
    "hostname": "scripted\n",
    "uname": "Linux\n",
    "kubectl": _PODS,
    "git": "On branch main\nnothing to commit, working tree clean\n",
    "df": (
        "Filesystem      Size  Used Avail Use% Mounted on\n"
        "/dev/vda1        40G   11G   29G  28% /\n"
    ),
    "uptime": " 03:14:15 up 12 days,  1:02,  0 users,  load average: 0.08, 0.03, 0.01\n",
}


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A proposed call, with the output its script gives it, if any."""

    id: str
    scripted: ScriptedTool

    @property
    def name(self) -> str:
        return self.scripted.name

    @property
    def short_name(self) -> str:
        return short_name(self.name)

    def as_json(self) -> dict[str, object]:
        return {"id": self.id, "name": self.name, "arguments": dict(self.scripted.arguments)}


@dataclass(frozen=True, slots=True)
class ToolResult:
    content: str
    is_error: bool = False


def short_name(name: str) -> str:
    """Without the name of the server that offers the tool, which stands before the first `__`."""
    _, mark, rest = name.partition("__")
    return rest if mark else name


async def execute(call: ToolCall, settings: Settings) -> ToolResult:
    if call.scripted.output is not None:
        await asyncio.sleep(
            0
        )  # thousands of these make a big stream: they only make room for its readers
        return ToolResult(call.scripted.output, call.scripted.is_error)
    await asyncio.sleep(settings.tool_seconds)
    if call.short_name not in KNOWN:
        return ToolResult(NOT_FOUND, is_error=True)
    if call.short_name == RUN_COMMAND:
        return ToolResult(
            await _run_command(command_of(call.scripted.arguments), settings) or NO_OUTPUT
        )
    return ToolResult(f"({call.short_name} would have done its work here)")


def command_of(arguments: Mapping[str, Any]) -> str:
    return str(arguments.get("command", ""))


async def _run_command(command: str, settings: Settings) -> str:
    output = ""
    for simple in re.split(r";|&&|\|\||\n", command):
        words = _words(simple)
        if words and words[0] == "sleep":
            await asyncio.sleep(settings.paced(_seconds(words[1:])))
        elif words:
            output += _output_of(words)
    return output


def _output_of(words: list[str]) -> str:
    if words[0] == "echo":
        return " ".join(words[1:]) + "\n"
    if words[0] == "date":
        return timestamp() + "\n"
    return _IMITATED.get(words[0], "")


def _words(command: str) -> list[str]:
    try:
        return shlex.split(command)
    except ValueError:
        return command.split()


def _seconds(words: list[str]) -> float:
    try:
        return float(words[0])
    except (IndexError, ValueError):
        return 0.0
