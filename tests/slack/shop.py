"""The webhook application and what stands behind it: the real front on a table in memory."""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any, cast

import httpx
from starlette.applications import Starlette

from functions.webhooks.application import application
from parley.adapters.dynamodb.store import open_store
from parley.composition.webhooks import Webhooks
from parley.composition.world import World
from parley.core.configuration import Configuration, parse
from parley.core.directive import Directive
from parley.core.limits import SECOND
from parley.core.message import Message
from parley.core.reading import Notice
from parley.errors import NoticesUnavailable, StoreUnavailable
from parley.ports import Started, Store
from parley.settings import Settings
from tests.fakes.dynamodb import InMemoryDynamoDB
from tests.fakes.dynamodb_cases import TABLE as KEYS_AND_INDEX
from tests.fakes.world import CountingIds, FakeClock, InMemoryTexts, RecordingTelemetry
from tests.slack.doubles import NamedValues
from tests.slack.signing import NOW, SECRET, signed

EVENTS = "/webhooks/slack/events"
INTERACTIONS = "/webhooks/slack/interactions"
COMMANDS = "/webhooks/slack/commands"
NAME = "ssm:/parley/signing-secret"
TABLE = "conversations"

Headers = dict[str, str] | list[tuple[bytes, bytes]]


@dataclass(slots=True)
class StartedNames:
    names: set[tuple[str, int]] = field(default_factory=set)
    woken: list[str] = field(default_factory=list)

    def start(self, conversation: str, generation: int) -> Started:
        self.names.add((conversation, generation))
        return Started.RUNNING

    def call_back(self, token: str, directive: Directive) -> bool:
        self.woken.append(token)
        return True


@dataclass(slots=True)
class KeptNotices:
    posted: list[Notice] = field(default_factory=list)
    down: bool = False

    def post(self, notice: Notice) -> None:
        if self.down:
            raise NoticesUnavailable("the function does not answer")
        self.posted.append(notice)


@dataclass
class SmallWorld:
    """What stands for parley.composition.world.World."""

    configuration: Configuration
    secrets: NamedValues
    clock: FakeClock
    telemetry: RecordingTelemetry
    executions: StartedNames
    settings: Settings
    ids: CountingIds = field(default_factory=CountingIds)


@dataclass(frozen=True, slots=True)
class Client:
    """Speaks HTTP with an application, without a socket."""

    app: Starlette

    def post(self, path: str, content: bytes, headers: Headers | None = None) -> httpx.Response:
        return asyncio.run(self._request("POST", path, content, headers))

    def get(self, path: str) -> httpx.Response:
        return asyncio.run(self._request("GET", path, b"", None))

    async def _request(
        self, method: str, path: str, content: bytes, headers: Headers | None
    ) -> httpx.Response:
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://parley") as http:
            return await http.request(method, path, content=content, headers=headers)


class Shop:
    """`channel` is what the configuration says of Slack."""

    def __init__(self, **channel: Any) -> None:
        self.clock = FakeClock(NOW * SECOND)
        self.executions = StartedNames()
        self.telemetry = RecordingTelemetry()
        self.secrets = NamedValues({NAME: [SECRET]})
        self.notices = KeptNotices()
        self.store_down = False
        dynamodb = InMemoryDynamoDB(before=self._before)
        dynamodb.create_table(**{**KEYS_AND_INDEX, "TableName": TABLE})
        self.store: Store = open_store(
            cast(Any, dynamodb), TABLE, InMemoryTexts(), now=self.clock.now
        )
        document = {"channels": {"slack": {"users": ["*"], **channel}}}
        self.app = self._application(parse(json.dumps(document)))

    def _application(self, configuration: Configuration) -> Starlette:
        env = {"PARLEY_TABLE": TABLE, "PARLEY_SLACK_SIGNING_SECRET": NAME}
        world = SmallWorld(
            configuration,
            self.secrets,
            self.clock,
            self.telemetry,
            self.executions,
            Settings.from_env(env),
        )
        webhooks = Webhooks(cast(World, world))
        webhooks.__dict__.update(table=self.store, notices=self.notices)
        return application(webhooks.receiver)

    def _before(self, operation: str, request: Any) -> None:
        if self.store_down:
            raise StoreUnavailable("the table does not answer")

    def send(self, body: bytes, path: str = EVENTS, **more: str) -> tuple[int, str]:
        response = Client(self.app).post(path, body, {**signed(body), **more})
        return response.status_code, response.text

    def queue(self, conversation: str) -> list[Message]:
        return list(self.store.turns.queued(conversation))

    @property
    def all_queued(self) -> list[Message]:
        """Of every conversation that somebody was told to work on."""
        return [each for name, _ in sorted(self.executions.names) for each in self.queue(name)]

    @property
    def texts(self) -> list[str]:
        return [message.text for message in self.all_queued]
