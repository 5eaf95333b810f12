"""Agents that the contract suite runs against, each with a hand that moves the world around it."""

import itertools
import json
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

import httpx

from local.agent.server import AgentServer as ScriptedServer
from local.agent.settings import Settings
from local.waiting import await_condition
from parley.adapters.agent_server.client import AgentServer
from parley.core.batch import ToolCall
from parley.core.session import RunOptions
from parley.ports import Agent
from tests.fakes.agent import FakeAgent
from tests.fakes.agent_runs import Answer, Fail, Step
from tests.fakes.world import FakeClock

TLS = ssl.create_default_context()
RING = 64  # events that the scripted server keeps


@dataclass(frozen=True, slots=True)
class Says:
    """One answer of the model: text, or tools that it calls with their commands, or a failure."""

    text: str = ""
    tools: tuple[str, ...] = ()
    error: str = ""


class Scene(Protocol):
    @property
    def agent(self) -> Agent: ...

    def prompt(self, text: str, *answers: Says) -> str:
        """A prompt that these answers follow, one for each call of the model."""
        ...

    def restart(self) -> None:
        """The agent forgets everything but its sessions, and has a new token afterwards."""
        ...

    def outgrow(self, session: str) -> None:
        """After some runs, the first events are no longer to be had."""
        ...


class WallClock:
    def now(self) -> int:
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        raise AssertionError("the client sleeps")


class CachedToken:
    """The secret as a warm function knows it, until it asks for the fresh one."""

    def __init__(self, server: ScriptedServer) -> None:
        self._server = server
        self._cached = server.token

    def get(self, name: str, *, fresh: bool = False) -> str:
        if fresh:
            self._cached = self._server.token
        return self._cached


class ScriptedScene:
    """The scripted server, through the client and a real socket."""

    def __init__(self, server: ScriptedServer, client: httpx.Client) -> None:
        self._server = server
        self.agent: Agent = AgentServer(
            server.url, "token", CachedToken(server), WallClock(), lambda: client
        )

    def prompt(self, text: str, *answers: Says) -> str:
        return f"{text} SCRIPT={json.dumps([_scripted(answer) for answer in answers])}"

    def restart(self) -> None:
        with httpx.Client(trust_env=False, verify=TLS) as hand:
            answer = hand.post(f"{self._server.url}/_control/restart", json={"rotate_token": True})
        answer.raise_for_status()

    def outgrow(self, session: str) -> None:
        for number in range(RING // 4):
            prompt = self.prompt(f"say {number}", Says("So."))
            run = self.agent.start_run(session, prompt, RunOptions(), f"start {number}")
            await_condition(
                lambda run=run: self.agent.session(session).run != run,  # type: ignore[misc]
                "the run is over",
                seconds=5.0,
            )


class FakeScene:
    """The fake that the services are tested with."""

    def __init__(self) -> None:
        self._fake = FakeAgent(FakeClock())
        self._calls = itertools.count()
        self._scripted: set[str] = set()
        self.agent: Agent = self._fake

    def prompt(self, text: str, *answers: Says) -> str:
        if text not in self._scripted:
            self._scripted.add(text)
            self._fake.script(*[self._step(answer) for answer in answers])
        return text

    def restart(self) -> None:
        self._fake.clock.advance(1_000)
        self._fake.restart()

    def outgrow(self, session: str) -> None:
        self.agent.start_run(session, "say so", RunOptions(), "start")
        self._fake.lose_events(session, 3)

    def _step(self, says: Says) -> Step:
        if says.error:
            return Fail(says.error)
        calls = [
            ToolCall(f"call-{next(self._calls)}", "stakpak__run_command", {"command": command})
            for command in says.tools
        ]
        return Answer(says.text, tuple(calls))


@contextmanager
def scripted_scene() -> Iterator[Scene]:
    settings = Settings(pace=0.02, ring_events=RING)
    with ScriptedServer(settings) as server, httpx.Client(trust_env=False, verify=TLS) as client:
        yield ScriptedScene(server, client)


@contextmanager
def fake_scene() -> Iterator[Scene]:
    yield FakeScene()


def _scripted(answer: Says) -> dict[str, object]:
    if answer.error:
        return {"status": 400, "error": answer.error}
    calls = [
        {"name": "stakpak__run_command", "arguments": {"command": command}}
        for command in answer.tools
    ]
    return {"text": answer.text, "tools": calls}
