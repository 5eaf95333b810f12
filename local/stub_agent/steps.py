"""What a script can say; a step is an object with one of these keys.

say, think          a text, or several that come one by one
write               {"path", "text" | "base64", "executable"}
delete              a path
run                 an argv; "background" in the step leaves it running
commit              a message
tool, update        fields of a tool call; a whole session update as it is
plan, commands      [[content, status], …]; [[name, description], …]
usage               {"tokens", "amount" of this turn so far, "currency"}
permission          {"title", "kind", "paths", "input", "then": steps, "else": steps}
request             {"method", "params"} to the client; its answer is said as JSON
environment, recall the agent's environment, or the session's earlier prompts, said as JSON
daemon              {"pid_file", "seconds"}: left behind, out of its session and its group
wait_for            a path, until it is there
sleep, hang         seconds, or until it is cancelled; {"hang": "deaf"}: not even then
garbage             a text for standard output, or {"base64"}
line_mb, stderr_mb  a text in one line; noise
stderr              a text
answer              "twice", or "astray" (with an id that nobody asked with)
close               "stdin" or "stdout"
crash               an exit status, or minus a signal
fail                {"code", "message"}: the error that answers the prompt
stop                a stop reason; the turn is over
"""

import base64
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from local.stub_agent.harm import flood, leave_behind
from local.stub_agent.memory import Session
from local.stub_agent.script import Step

Fields = Mapping[str, object]


class Stage(Protocol):
    """Where an agent plays: a protocol, or a terminal."""

    def update(self, kind: str, /, **fields: object) -> None: ...

    def ask(self, method: str, params: Fields) -> object:
        """The client's answer."""
        ...

    def cancelled(self, seconds: float) -> bool:
        """Wait; whether it was cancelled meanwhile."""
        ...

    def paid(self, usage: Fields) -> None: ...

    def raw(self, content: bytes) -> None:
        """To standard output."""
        ...

    def answers(self, how: str) -> None: ...


class Stopped(Exception):
    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Failed(Exception):
    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


class Player:
    def __init__(self, stage: Stage, session: Session, chosen: Mapping[str, str]) -> None:
        self._stage = stage
        self._session = session
        self._chosen = chosen
        self._tools = 0
        self.said: list[str] = []

    def play(self, steps: Sequence[Step]) -> None:
        """Raises Stopped and Failed, and ValueError for a step that makes no sense."""
        for step in steps:
            names = [name for name in step if hasattr(self, f"_do_{name}")]
            if len(names) != 1:
                raise ValueError(f"no such step: {json.dumps(step)[:200]}")
            do: Callable[[object], None] = getattr(self, f"_do_{names[0]}")
            do(step[names[0]])
            if self._stage.cancelled(0):
                raise Stopped("cancelled")

    def _path(self, named: object) -> Path:
        return self._session.cwd / str(named)

    def _do_say(self, told: object) -> None:
        for each in told if isinstance(told, list) else [told]:
            self.said.append(str(each))
            self._stage.update("agent_message_chunk", content=_text(each), messageId="m1")

    def _do_think(self, told: object) -> None:
        for each in told if isinstance(told, list) else [told]:
            self._stage.update("agent_thought_chunk", content=_text(each))

    def _tool(self, title: str, kind: str, path: Path | None, given: object) -> str:
        self._tools += 1
        id = f"tool-{len(self._session.turns)}-{self._tools}"
        places = {} if path is None else {"locations": [{"path": str(path)}]}
        self._stage.update(
            "tool_call",
            toolCallId=id,
            title=title,
            kind=kind,
            status="in_progress",
            rawInput=given,
            **places,
        )
        return id

    def _done(self, id: str, output: str, *, failed: bool = False) -> None:
        content = [{"type": "content", "content": _text(output)}] if output else []
        status = "failed" if failed else "completed"
        self._stage.update("tool_call_update", toolCallId=id, status=status, content=content)

    def _do_write(self, told: object) -> None:
        fields = _fields(told)
        path = self._path(fields["path"])
        id = self._tool(f"Write {fields['path']}", "edit", path, {"path": str(path)})
        path.parent.mkdir(parents=True, exist_ok=True)
        content = (
            base64.b64decode(str(fields.get("base64", ""))) or str(fields.get("text", "")).encode()
        )
        path.write_bytes(content)
        if fields.get("executable"):
            path.chmod(0o755)
        self._done(id, f"{len(content)} bytes")

    def _do_delete(self, told: object) -> None:
        path = self._path(told)
        id = self._tool(f"Delete {told}", "delete", path, {"path": str(path)})
        path.unlink()
        self._done(id, "")

    def _do_run(self, told: object) -> None:
        argv = [str(each) for each in told] if isinstance(told, list) else ["sh", "-c", str(told)]
        id = self._tool(" ".join(argv)[:80], "execute", None, {"command": argv})
        done = subprocess.run(
            argv,
            cwd=self._session.cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        self._done(id, done.stdout.decode(errors="replace"), failed=done.returncode != 0)

    def _do_commit(self, told: object) -> None:
        self._do_run(["git", "add", "-A"])
        self._do_run(["git", "commit", "-qm", str(told)])

    def _do_tool(self, told: object) -> None:
        self._stage.update("tool_call", **_fields(told))

    def _do_update(self, told: object) -> None:
        fields = dict(_fields(told))
        self._stage.update(str(fields.pop("sessionUpdate")), **fields)

    def _do_plan(self, told: object) -> None:
        entries = [
            {"content": content, "priority": "medium", "status": status}
            for content, status in _pairs(told)
        ]
        self._stage.update("plan", entries=entries)

    def _do_commands(self, told: object) -> None:
        commands = [{"name": name, "description": words} for name, words in _pairs(told)]
        self._stage.update("available_commands_update", availableCommands=commands)

    def _do_usage(self, told: object) -> None:
        self._stage.paid(_fields(told))

    def _do_permission(self, told: object) -> None:
        fields = _fields(told)
        self._tools += 1
        call = {
            "toolCallId": f"tool-{len(self._session.turns)}-{self._tools}",
            "title": fields.get("title", "Do it"),
            "kind": fields.get("kind", "other"),
            "status": "pending",
            "rawInput": fields.get("input", {}),
            "locations": [{"path": path} for path in _list(fields.get("paths", []))],
        }
        kinds = ("allow_once", "allow_always", "reject_once", "reject_always")
        options = [{"optionId": f"o-{kind}", "name": kind, "kind": kind} for kind in kinds]
        answer = self._stage.ask(
            "session/request_permission", {"toolCall": call, "options": options}
        )
        outcome = _fields(_fields(answer).get("outcome", {}))
        chosen = str(outcome.get("optionId", outcome.get("outcome")))
        steps = fields.get("then" if chosen.startswith("o-allow") else "else")
        self.play(_steps([{"say": chosen}] if steps is None else steps))

    def _do_request(self, told: object) -> None:
        fields = _fields(told)
        answer = self._stage.ask(str(fields["method"]), _fields(fields.get("params", {})))
        self._do_say(json.dumps(answer))

    def _do_environment(self, told: object) -> None:
        self._do_say(json.dumps(dict(os.environ)))

    def _do_recall(self, told: object) -> None:
        self._do_say(json.dumps([asked for asked, _ in self._session.turns]))

    def _do_chosen(self, told: object) -> None:
        self._do_say(self._chosen[str(told)])

    def _do_daemon(self, told: object) -> None:
        fields = _fields(told)
        leave_behind(self._path(fields["pid_file"]), float(str(fields.get("seconds", 3600))))

    def _do_wait_for(self, told: object) -> None:
        while not self._path(told).exists():
            if self._stage.cancelled(0.01):
                raise Stopped("cancelled")

    def _do_sleep(self, told: object) -> None:
        if self._stage.cancelled(float(str(told))):
            raise Stopped("cancelled")

    def _do_hang(self, told: object) -> None:
        while not self._stage.cancelled(3600) or told == "deaf":
            time.sleep(0.01)

    def _do_garbage(self, told: object) -> None:
        coded = _fields(told).get("base64") if isinstance(told, dict) else None
        self._stage.raw(str(told).encode() if coded is None else base64.b64decode(str(coded)))

    def _do_line_mb(self, told: object) -> None:
        self._do_say("x" * int(float(str(told)) * 1024 * 1024))

    def _do_stderr_mb(self, told: object) -> None:
        flood(float(str(told)))

    def _do_stderr(self, told: object) -> None:
        sys.stderr.write(f"{told}\n")
        sys.stderr.flush()

    def _do_answer(self, told: object) -> None:
        self._stage.answers(str(told))

    def _do_close(self, told: object) -> None:
        os.close({"stdin": 0, "stdout": 1}[str(told)])

    def _do_crash(self, told: object) -> None:
        status = int(str(told))
        if status < 0:
            os.kill(os.getpid(), -status)
        os._exit(status)

    def _do_fail(self, told: object) -> None:
        fields = _fields(told)
        raise Failed(int(str(fields["code"])), str(fields["message"]))

    def _do_stop(self, told: object) -> None:
        raise Stopped(str(told))


def _text(told: object) -> Fields:
    return {"type": "text", "text": str(told)}


def _fields(told: object) -> Fields:
    if not isinstance(told, dict):
        raise ValueError(f"an object is wanted, not {told!r}")
    return told


def _list(told: object) -> list[object]:
    return told if isinstance(told, list) else [told]


def _steps(told: object) -> Sequence[Step]:
    return [dict(_fields(each)) for each in _list(told)]


def _pairs(told: object) -> list[tuple[str, str]]:
    return [(str(first), str(second)) for first, second in _lists(told)]


def _lists(told: object) -> list[list[object]]:
    return [_list(each) for each in _list(told)]
