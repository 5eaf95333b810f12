"""A session with an agent: how it begins, what it is told of the task's wishes."""

from collections.abc import Mapping, Sequence

from parley.adapters.agent_process.acp.calls import Calls, Interrupted
from parley.adapters.agent_process.acp.connection import AUTHENTICATION_REQUIRED, Reply
from parley.adapters.agent_process.acp.hearing import Hearing
from parley.adapters.agent_process.acp.options import Unfit, offered, setting
from parley.adapters.agent_process.acp.values import record, records, text
from parley.ports.work import Job

VERSION = 1
LOGIN_SECONDS = 30.0  # of silence: a login that waits for a person at a browser never ends
_CLIENT = {
    "protocolVersion": VERSION,
    "clientCapabilities": {
        "fs": {"readTextFile": False, "writeTextFile": False},
        "terminal": False,
    },
    "clientInfo": {"name": "parley", "title": "Parley", "version": "1"},
}


class Refused(Exception):
    """The agent answered with an error. The text is for people."""


class Session:
    """`begin`, then `id` is known, and what the agent has to be told before the prompt."""

    def __init__(self, job: Job, calls: Calls, hearing: Hearing) -> None:
        self._job = job
        self._calls = calls
        self._hearing = hearing
        self._capabilities: Mapping[str, object] = {}
        self._logins: Sequence[str] = ()
        self._told: Mapping[str, object] = {}
        self._earlier = ""
        self._resumed = False
        self.id = ""

    def begin(self) -> None:
        """Raises Refused, Unfit, and what Calls raises."""
        self._initialize()
        self._resumed = self._go_on()
        if not self._resumed:
            self._begin_anew()
        self._set_options()

    def prompt(self) -> Reply:
        """A session that was resumed and yet fails before anything came of it, as one does that is
        tied to a folder it began in, is given up for a new one that is told of it in words."""
        reply = self._prompt()
        if reply.error is None or not self._resumed or self._hearing.worked:
            return reply
        self._begin_anew()
        self._set_options()
        return self._prompt()

    def _begin_anew(self) -> None:
        self._resumed = False
        self._hearing.renewed()
        self._hearing.session = ""
        self._told = self._with_login("session/new", self._place())
        self._hearing.session = self.id = text(self._told.get("sessionId"))
        self._earlier = self._job.earlier

    def _set_options(self) -> None:
        if not self.id:
            raise Refused("It gave its session no name")
        wanted = {
            "model": self._job.model,
            "mode": self._job.mode,
            "thought_level": self._job.thinking,
        }
        for category, value in wanted.items():
            if value:
                self._choose(category, value)

    def _prompt(self) -> Reply:
        texts = [self._earlier, self._job.prompt]
        blocks = [{"type": "text", "text": each} for each in texts if each]
        return self._calls.prompt({"sessionId": self.id, "prompt": blocks})

    def _initialize(self) -> None:
        told = _result("initialize", self._calls.call("initialize", _CLIENT))
        version = told.get("protocolVersion")
        if version != VERSION:
            raise Refused(f"It speaks version {version} of the protocol, not {VERSION}")
        self._capabilities = record(told.get("agentCapabilities"))
        methods = records(told.get("authMethods"))
        self._logins = _in_order([each for each in methods if each.get("type") != "terminal"])

    def _place(self) -> Mapping[str, object]:
        return {"cwd": str(self._job.worktree.path), "mcpServers": []}

    def _go_on(self) -> bool:
        """Whether an earlier session goes on. One that the agent does not know is begun anew."""
        name = self._job.resume
        ways = {
            "session/resume": "resume" in record(self._capabilities.get("sessionCapabilities")),
            "session/load": self._capabilities.get("loadSession") is True,
        }
        for method in [way for way, can in ways.items() if can and name]:
            self._hearing.session = name
            self._hearing.resumed()
            try:
                self._told = self._with_login(method, {"sessionId": name, **self._place()})
            except Refused:
                continue
            self.id = name
            return True
        self._hearing.session = ""
        return False

    def _with_login(self, method: str, params: Mapping[str, object]) -> Mapping[str, object]:
        """A call that may need a login: whichever is offered and lets it pass."""
        reply = self._calls.call(method, params)
        for login in self._logins:
            if not _needs_login(reply):
                break
            if self._log_in(login):
                reply = self._calls.call(method, params)
        if _needs_login(reply):
            ways = ", ".join(f"`{each}`" for each in self._logins) or "none that needs no person"
            raise Refused(f"It wants a login, and none of its ways worked here: {ways}")
        return _result(method, reply)

    def _log_in(self, login: str) -> bool:
        try:
            reply = self._calls.call("authenticate", {"methodId": login}, LOGIN_SECONDS)
        except Interrupted as interrupted:
            if interrupted.stalled:
                return False
            raise
        return reply.error is None

    def _choose(self, category: str, value: str) -> None:
        choice = setting(self._told, category, value)
        if choice is None:
            return
        reply = self._calls.call(choice.method, {"sessionId": self.id, **choice.params})
        if reply.error is not None:
            has = offered(self._told, category)
            raise Unfit(f"It refused `{value}`: {reply.error}. It has: {has}")
        told = record(reply.result)
        if "configOptions" in told:  # all of them, as they are now: one's values hang on another's
            self._told = {**self._told, "configOptions": told["configOptions"]}


def _needs_login(reply: Reply) -> bool:
    return reply.error is not None and reply.error.code == AUTHENTICATION_REQUIRED


def _result(method: str, reply: Reply) -> Mapping[str, object]:
    if reply.error is not None:
        raise Refused(f"Its {method} failed: {reply.error}")
    return record(reply.result)


def _in_order(methods: Sequence[Mapping[str, object]]) -> Sequence[str]:
    """Keys first: they are what an agent can be given in its environment."""
    names = [text(each.get("id")) for each in methods if text(each.get("id"))]
    return sorted(names, key=lambda name: "key" not in name.casefold())
