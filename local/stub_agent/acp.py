"""The stub agent over ACP: one JSON-RPC message a line on its standard input and output."""

import json
import os
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from queue import Queue

from local.stub_agent import memory
from local.stub_agent.harm import flood
from local.stub_agent.manner import Manner, manner
from local.stub_agent.memory import Session
from local.stub_agent.options import Options
from local.stub_agent.script import steps_of
from local.stub_agent.steps import Failed, Fields, Player, Stopped

COMMANDS = [{"name": "note", "description": "Write a note"}]
INVALID_PARAMS = -32602
METHOD_NOT_FOUND = -32601
LOGIN_FIRST = -32000
UNKNOWN = -32002
INTERNAL = -32603


class Refusal(Exception):
    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


class Wire:
    """Messages out; answers to our own requests come back in queues."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked: dict[object, Queue[object]] = {}
        self._last = 0

    def raw(self, content: bytes) -> None:
        with self._lock:
            view = memoryview(content)
            while view:
                view = view[os.write(1, view) :]

    def send(self, **body: object) -> None:
        self.raw(json.dumps({"jsonrpc": "2.0", **body}).encode() + b"\n")

    def ask(self, method: str, params: Fields) -> object:
        with self._lock:
            self._last += 1
            id = f"ask-{self._last}"
            answer = self._asked[id] = Queue()
        self.send(id=id, method=method, params=params)
        return answer.get()

    def answered(self, message: Mapping[str, object]) -> None:
        waiting = self._asked.pop(message.get("id"), None)
        if waiting is not None:
            waiting.put(message.get("result", message.get("error")))


class Turn:
    """local.stub_agent.steps.Stage for one prompt, played beside the reading of messages."""

    def __init__(self, wire: Wire, session: Session, id: object) -> None:
        self._wire = wire
        self._session = session
        self._id = id
        self._cancelled = threading.Event()
        self._before = session.paid
        self._tokens: object = None
        self._manner = ""

    def update(self, kind: str, /, **fields: object) -> None:
        update = {"sessionUpdate": kind, **fields}
        params = {"sessionId": self._session.id, "update": update}
        self._wire.send(method="session/update", params=params)

    def ask(self, method: str, params: Fields) -> object:
        return self._wire.ask(method, {"sessionId": self._session.id, **params})

    def cancel(self) -> None:
        self._cancelled.set()

    def cancelled(self, seconds: float) -> bool:
        return self._cancelled.wait(seconds) if seconds else self._cancelled.is_set()

    def paid(self, usage: Fields) -> None:
        self._tokens = usage.get("tokens")
        if "amount" in usage:
            self._session.paid = self._before + float(str(usage["amount"]))
            cost = {"amount": self._session.paid, "currency": usage.get("currency", "USD")}
            self.update("usage_update", used=1_000, size=100_000, cost=cost)

    def raw(self, content: bytes) -> None:
        self._wire.raw(content.replace(b"@SESSION@", self._session.id.encode()))

    def answers(self, how: str) -> None:
        self._manner = how

    def play(self, prompt: str, chosen: Mapping[str, str]) -> None:
        player = Player(self, self._session, chosen)
        try:
            player.play(steps_of(prompt, self._session.cwd, chosen["mode"]))
            self._end(player, prompt, "end_turn")
        except Stopped as stopped:
            self._end(player, prompt, stopped.reason)
        except Failed as failed:
            self._wire.send(id=self._id, error={"code": failed.code, "message": str(failed)})
        except (ValueError, KeyError, OSError) as error:
            reason = f"the script does not work: {error}"
            self._wire.send(id=self._id, error={"code": INVALID_PARAMS, "message": reason})

    def _end(self, player: Player, prompt: str, reason: str) -> None:
        self._session.turns.append((prompt, "".join(player.said)))
        self._session.keep()
        usage = {} if self._tokens is None else {"usage": {"totalTokens": self._tokens}}
        result = {"stopReason": reason, **usage}
        if self._manner == "astray":
            self._wire.send(id=9_999, result=result)
        self._wire.send(id=self._id, result=result)
        if self._manner == "twice":
            self._wire.send(id=self._id, result={"stopReason": "refusal"})


class Server:
    def __init__(self, wire: Wire, manner: Manner) -> None:
        self._wire = wire
        self._manner = manner
        self._options = Options(manner)
        self._logged_in = "login" not in manner
        self._sessions: dict[str, Session] = {}
        self._turns: dict[str, Turn] = {}
        self._methods: Mapping[str, Callable[[Fields], object]] = {
            "initialize": self._initialize,
            "authenticate": self._authenticate,
            "session/new": self._new,
            "session/load": self._load,
            "session/resume": self._resume,
            "session/set_config_option": self._set_option,
            "session/set_mode": self._set_mode,
            "session/set_model": self._set_model,
        }

    def receive(self, message: Mapping[str, object]) -> None:
        method, id = str(message.get("method", "")), message.get("id")
        params = message.get("params")
        params = params if isinstance(params, dict) else {}
        if not method:
            self._wire.answered(message)
        elif method == "session/cancel" and str(params["sessionId"]) in self._turns:
            self._turns[str(params["sessionId"])].cancel()
        elif method == "session/prompt":
            self._hurt(method)
            self._prompt(id, params)
        elif id is not None:
            self._hurt(method)
            self._answer(id, method, params)

    def _hurt(self, method: str) -> None:
        if self._manner.get("crash_at") == method:
            sys.stderr.write(f"crashed at {method}\n")
            os._exit(9)
        if self._manner.get("hang_at") == method:
            threading.Event().wait()

    def _answer(self, id: object, method: str, params: Fields) -> None:
        answer = self._methods.get(method)
        try:
            if answer is None:
                raise Refusal(METHOD_NOT_FOUND, f"no method {method}")
            self._wire.send(id=id, result=answer(params))
        except Refusal as refusal:
            error = {"code": refusal.code, "message": str(refusal)}
            self._wire.send(id=id, error=error)
            return
        if method in ("session/new", "session/load", "session/resume"):
            session = str(params.get("sessionId") or list(self._sessions)[-1])
            update = {"sessionUpdate": "available_commands_update", "availableCommands": COMMANDS}
            self._wire.send(
                method="session/update", params={"sessionId": session, "update": update}
            )

    def _initialize(self, params: Fields) -> object:
        login = self._manner.get("login")
        ways = [{"id": "browser", "name": "Browser"}, {"id": login, "name": "Key"}]
        resume: Fields = {"resume": {}} if self._manner.get("resume") else {}
        return {
            "protocolVersion": self._manner.get("version", 1),
            "agentCapabilities": {
                "loadSession": self._manner.get("load", True),
                "sessionCapabilities": resume,
            },
            "authMethods": ways if login else [],
            "agentInfo": {"name": "stub", "version": "1"},
        }

    def _authenticate(self, params: Fields) -> object:
        self._logged_in = params.get("methodId") == self._manner.get("login")
        return {}

    def _new(self, params: Fields) -> object:
        if not self._logged_in:
            raise Refusal(LOGIN_FIRST, "Authentication required")
        session = memory.new(Path(str(params["cwd"])))
        self._sessions[session.id] = session
        return {"sessionId": session.id, **self._options.told()}

    def _load(self, params: Fields) -> object:
        session = self._found(params)
        for asked, said in session.turns:
            for kind, words in (("user_message_chunk", asked), ("agent_message_chunk", said)):
                update = {"sessionUpdate": kind, "content": {"type": "text", "text": words}}
                params = {"sessionId": session.id, "update": update}
                self._wire.send(method="session/update", params=params)
        return self._options.told()

    def _resume(self, params: Fields) -> object:
        self._found(params)
        return self._options.told()

    def _found(self, params: Fields) -> Session:
        if not self._logged_in:
            raise Refusal(LOGIN_FIRST, "Authentication required")
        session = memory.find(str(params["sessionId"]), Path(str(params["cwd"])))
        if session is None:
            raise Refusal(UNKNOWN, "no such session")
        self._sessions[session.id] = session
        if self._manner.get("costs") is False:
            return session
        cost = {"amount": session.paid, "currency": "USD"}
        update = {"sessionUpdate": "usage_update", "used": 1, "size": 100_000, "cost": cost}
        self._wire.send(method="session/update", params={"sessionId": session.id, "update": update})
        return session

    def _set_option(self, params: Fields) -> object:
        if not self._options.choose(str(params["configId"]), str(params["value"])):
            raise Refusal(INVALID_PARAMS, "no such value")
        return self._options.told()

    def _set_mode(self, params: Fields) -> object:
        if not self._options.choose("mode", str(params["modeId"])):
            raise Refusal(INVALID_PARAMS, "no such mode")
        return {}

    def _set_model(self, params: Fields) -> object:
        if not self._options.choose("model", str(params["modelId"])):
            raise Refusal(INVALID_PARAMS, "no such model")
        return {}

    def _prompt(self, id: object, params: Fields) -> None:
        session = self._sessions[str(params["sessionId"])]
        if self._manner.get("rooted") and session.turns:
            self._wire.send(id=id, error={"code": INTERNAL, "message": "service failure"})
            return
        blocks = params["prompt"] if isinstance(params["prompt"], list) else []
        prompt = "\n\n".join(str(block.get("text", "")) for block in blocks)
        turn = self._turns[session.id] = Turn(self._wire, session, id)
        chosen = self._options.chosen
        threading.Thread(target=turn.play, args=(prompt, chosen), daemon=True).start()


def serve() -> None:
    how = manner()
    flood(float(str(how.get("stderr_mb", 0))))
    if how.get("crash_at") == "start":
        sys.exit(9)
    server = Server(Wire(), how)
    for line in sys.stdin.buffer:
        server.receive(json.loads(line))
