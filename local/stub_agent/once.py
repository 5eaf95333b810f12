"""The stub agent as a command that runs once:

    python -m local.stub_agent run [--format text|opencode] [--model …] [--mode …] [--effort …]
                                   [--] [prompt, else from standard input]

`text` writes what it says; `opencode` the JSON lines of `opencode run --format json`.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from local.stub_agent import memory
from local.stub_agent.options import VALUES
from local.stub_agent.script import steps_of
from local.stub_agent.steps import Failed, Fields, Player, Stopped


class Terminal:
    """local.stub_agent.steps.Stage on standard output. Nobody can be asked there, or cancels."""

    def __init__(self, session: str, *, as_json: bool) -> None:
        self._session = session
        self._as_json = as_json
        self._tools: dict[str, dict[str, object]] = {}

    def update(self, kind: str, /, **fields: object) -> None:
        match kind:
            case "agent_message_chunk":
                self._said(str(_record(fields["content"])["text"]))
            case "agent_thought_chunk":
                self._part("reasoning", text=_record(fields["content"])["text"])
            case "tool_call" | "tool_call_update":
                self._tool(fields)

    def _said(self, words: str) -> None:
        if self._as_json:
            self._part("text", text=words)
        else:
            self.raw(words.encode() + b"\n")

    def _tool(self, fields: Fields) -> None:
        """It is told of when it is done, as opencode does."""
        tool = self._tools.setdefault(str(fields["toolCallId"]), {})
        tool.update(fields)
        if tool.get("status") not in ("completed", "failed"):
            return
        state = {
            "status": "completed" if tool["status"] == "completed" else "error",
            "title": str(tool.get("title", "")),
            "input": tool.get("rawInput", {}),
            "output": json.dumps(tool.get("content", [])),
        }
        name = {"edit": "write", "execute": "bash"}.get(str(tool.get("kind")), "other")
        self._part("tool_use", tool=name, callID=tool["toolCallId"], state=state)

    def _part(self, kind: str, **part: object) -> None:
        if self._as_json:
            event = {"type": kind, "sessionID": self._session, "part": {"type": kind, **part}}
            self.raw(json.dumps(event).encode() + b"\n")

    def ask(self, method: str, params: Fields) -> object:
        return {"outcome": {"outcome": "cancelled"}}

    def cancelled(self, seconds: float) -> bool:
        time.sleep(seconds)
        return False

    def paid(self, usage: Fields) -> None:
        tokens = {"total": usage.get("tokens", 0)}
        self._part("step_finish", reason="tool-calls", tokens=tokens, cost=usage.get("amount", 0))

    def raw(self, content: bytes) -> None:
        view = memoryview(content)
        while view:
            view = view[os.write(1, view) :]

    def answers(self, how: str) -> None:
        pass

    def end(self) -> None:
        self._part("step_finish", reason="stop", tokens={"total": 0}, cost=0)


def run(arguments: Sequence[str]) -> int:
    """Its exit status."""
    options = _parser().parse_args(arguments)
    prompt = " ".join(options.prompt) or sys.stdin.read()
    session = memory.new(Path.cwd())
    terminal = Terminal(session.id, as_json=options.format == "opencode")
    chosen = {"model": options.model, "effort": options.effort, "mode": options.mode}
    player = Player(terminal, session, chosen)
    try:
        player.play(steps_of(prompt, session.cwd, options.mode))
    except Stopped as stopped:
        sys.stderr.write(f"stopped: {stopped.reason}\n")
        return 0 if stopped.reason == "end_turn" else 1
    except (Failed, ValueError, KeyError, OSError) as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    terminal.end()
    session.turns.append((prompt, "".join(player.said)))
    session.keep()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="stub-agent run")
    parser.add_argument("--format", choices=("text", "opencode"), default="text")
    parser.add_argument("--model", choices=VALUES["model"], default=VALUES["model"][0])
    parser.add_argument("--mode", choices=VALUES["mode"], default="build")
    parser.add_argument("--effort", choices=VALUES["effort"], default="low")
    parser.add_argument("prompt", nargs="*")
    return parser


def _record(value: object) -> Fields:
    return value if isinstance(value, dict) else {}
