import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import httpx
import pytest

from parley.adapters.agent_server.client import AgentServer
from parley.errors import ParleyError
from tests.agent_server.wire_server import WireServer, serving

TLS = ssl.create_default_context()  # made once: it takes longer than most tests
TOKEN = "token-of-this-start"
NOW = 1_700_000_000_000


@dataclass
class Rotating:
    """Secrets whose `fresh` value may differ from the cached one."""

    cached: str = TOKEN
    fresh: str = TOKEN
    asked: list[bool] = field(default_factory=list)
    faults: dict[bool, ParleyError] = field(default_factory=dict)  # by whether `fresh` is asked

    def get(self, name: str, *, fresh: bool = False) -> str:
        self.asked.append(fresh)
        if fresh in self.faults:
            raise self.faults[fresh]
        if fresh:
            self.cached = self.fresh
        return self.cached


class Frozen:
    def now(self) -> int:
        return NOW

    def monotonic(self) -> float:
        return 0.0

    def sleep(self, seconds: float) -> None:
        raise AssertionError("the client sleeps")


Connect = Callable[..., AgentServer]


@pytest.fixture
def wire() -> Iterator[WireServer]:
    with serving() as server:
        yield server


@pytest.fixture
def secrets() -> Rotating:
    return Rotating()


@pytest.fixture
def connect(wire: WireServer, secrets: Rotating) -> Iterator[Connect]:
    """A client of the wire server. What it opened is gone at the end: threads and sockets alike."""
    client = httpx.Client(trust_env=False, verify=TLS)

    def connected(url: str | None = None, silence: float = 60.0) -> AgentServer:
        return AgentServer(
            url or wire.url,
            "ssm:/parley/agent-token",
            secrets,
            Frozen(),
            client=lambda: client,
            silence=httpx.Timeout(silence),
        )

    yield connected
    client.close()
    assert [thread for thread in threading.enumerate() if thread.name == "agent-events"] == []


@pytest.fixture
def agent(connect: Connect) -> AgentServer:
    return connect()
