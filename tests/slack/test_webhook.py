"""The webhook from raw HTTP to the inbox: every answer it can give, and why."""

import asyncio
import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from mangum import Mangum
from starlette.applications import Starlette

from functions.webhooks.application import application
from parley.adapters.slack.webhook import SlackWebhook
from parley.core.access import Access
from parley.core.limits import SECOND, WEBHOOK_BODY_BYTES
from parley.core.routing import Routing, TitleTemplate
from parley.services.intake import Intake
from parley.services.reception import Reception
from tests.fakes.world import FakeClock, RecordingTelemetry
from tests.slack.doubles import MemoryInbox, NamedValues, StartedNames
from tests.slack.signing import EVENTS, NOW, SECRET, sample, signed

PATH = "/webhooks/slack/events"
NAME = "ssm:/parley/signing-secret"


Headers = dict[str, str] | list[tuple[bytes, bytes]]


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


@dataclass
class Shop:
    """The webhook application and what stands behind it."""

    inbox: MemoryInbox = field(default_factory=MemoryInbox)
    executions: StartedNames = field(default_factory=StartedNames)
    telemetry: RecordingTelemetry = field(default_factory=RecordingTelemetry)
    secrets: NamedValues = field(default_factory=lambda: NamedValues({NAME: [SECRET]}))
    allowed: frozenset[str] = frozenset({"*"})

    def open(self) -> Client:
        clock = FakeClock(NOW * SECOND)
        intake = Intake(
            inbox=self.inbox,
            executions=self.executions,
            clock=clock,
            telemetry=self.telemetry,
            routing=Routing(),
            title=TitleTemplate(),
            access=Access({"slack": self.allowed}),
        )
        reader = SlackWebhook(self.secrets, NAME, clock)
        self.app = application(Reception("slack", reader, intake, self.telemetry).receive)
        return Client(self.app)

    @property
    def texts(self) -> list[str]:
        return [message.text for message in self.inbox.messages.values()]


@pytest.fixture(name="shop")
def new_shop() -> Shop:
    return Shop()


@pytest.fixture(name="client")
def opened(shop: Shop) -> Client:
    return shop.open()


def body_of(name: str) -> bytes:
    return (EVENTS / f"{name}.json").read_bytes()


def send(client: Client, body: bytes, **more: str) -> tuple[int, str]:
    response = client.post(PATH, content=body, headers={**signed(body), **more})
    return response.status_code, response.text


def test_a_message_is_accepted_and_wakes_its_conversation(shop: Shop, client: Client) -> None:
    assert send(client, body_of("dm")) == (200, "")
    (message,) = shop.inbox.messages.values()
    assert message.text == "Which files changed in the last commit?"
    assert message.conversation == "slack:dm:U0ADA00001"
    assert shop.inbox.titles == ["slack / U0ADA00001"]
    assert shop.executions.names == {("slack:dm:U0ADA00001", 1)}


@pytest.mark.parametrize("twice", [0, 1])
def test_twins_are_one_message_whichever_comes_first(
    shop: Shop, client: Client, twice: int
) -> None:
    bodies = [body_of("channel-mention"), body_of("channel-mention-twin")]
    for body in [bodies[twice], bodies[1 - twice], bodies[twice]]:
        assert send(client, body) == (200, "")
    assert len(shop.inbox.messages) == 1


def test_a_platforms_retry_is_answered_like_the_first(shop: Shop, client: Client) -> None:
    assert send(client, body_of("dm")) == (200, "")
    retry = {"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_timeout"}
    assert send(client, body_of("dm"), **retry) == (200, "")
    assert len(shop.inbox.messages) == 1


def test_a_retry_of_a_message_that_never_arrived_is_accepted(shop: Shop, client: Client) -> None:
    assert send(client, body_of("dm"), **{"X-Slack-Retry-Num": "3"}) == (200, "")
    assert len(shop.inbox.messages) == 1


def test_a_follow_up_needs_a_known_thread(shop: Shop, client: Client) -> None:
    assert send(client, body_of("thread-follow-up")) == (200, "")
    assert shop.texts == []
    send(client, body_of("channel-mention"))
    assert send(client, body_of("thread-follow-up")) == (200, "")
    assert shop.texts[1:] == ["and which commit broke it?"]


@pytest.mark.parametrize("name", ["edited", "bot-message"])
def test_what_is_not_for_us_is_answered_and_dropped(shop: Shop, client: Client, name: str) -> None:
    assert send(client, body_of(name)) == (200, "")
    assert shop.texts == []
    assert shop.telemetry.told("webhook_ignored")


def test_an_unknown_event_is_answered_and_dropped(client: Client) -> None:
    assert send(client, b'{"type":"event_callback","event":{"type":"new_thing"}}') == (200, "")
    assert send(client, b'{"type":"something_else"}') == (200, "")


def test_nobody_is_let_in_by_an_empty_list() -> None:
    shop = Shop(allowed=frozenset())
    assert send(shop.open(), body_of("dm")) == (200, "")
    assert shop.texts == []


def test_the_challenge_is_answered_when_signed(client: Client) -> None:
    body = body_of("url-verification")
    assert send(client, body) == (200, "a-challenge-that-comes-back")
    response = client.post(PATH, content=body)
    assert response.status_code == 401
    assert "challenge" not in response.text


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="unsigned"),
        pytest.param(signed(b"another body"), id="another body"),
        pytest.param(signed(body_of("dm"), at=NOW - 301), id="stale"),
        pytest.param(signed(body_of("dm"), secret="wrong"), id="another key"),
        pytest.param({**signed(body_of("dm")), "X-Slack-Signature": "v0=\xe9"}, id="not ASCII"),
        pytest.param({**signed(body_of("dm")), "X-Slack-Request-Timestamp": "x"}, id="no number"),
        pytest.param({**signed(body_of("dm")), "X-Slack-Request-Timestamp": "\xb2"}, id="squared"),
    ],
)
def test_forged_requests_are_refused(shop: Shop, client: Client, headers: dict[str, str]) -> None:
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    response = client.post(PATH, content=body_of("dm"), headers=raw)
    assert response.status_code == 401
    assert shop.texts == []


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b"\xff\xfe", b'{"a":' * 50_000])
def test_malformed_bodies_are_refused(client: Client, body: bytes) -> None:
    assert send(client, body)[0] == 400


def test_a_body_at_the_limit_is_read_and_one_above_is_not(shop: Shop, client: Client) -> None:
    body = body_of("dm")
    padded = body + b" " * (WEBHOOK_BODY_BYTES - len(body))
    assert send(client, padded) == (200, "")
    assert send(client, padded + b" ")[0] == 413
    assert len(shop.inbox.messages) == 1


def test_a_store_that_is_down_makes_slack_come_again(shop: Shop, client: Client) -> None:
    shop.inbox.down = True
    response = client.post(PATH, content=body_of("dm"), headers=signed(body_of("dm")))
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "30"
    assert "X-Slack-No-Retry" not in response.headers
    assert shop.telemetry.counts["WebhooksUnavailable"] == 1
    shop.inbox.down = False
    assert send(client, body_of("dm")) == (200, "")


def test_a_missing_secret_is_named_in_the_log_only(shop: Shop, client: Client) -> None:
    shop.secrets.values.clear()
    response = client.post(PATH, content=body_of("dm"), headers=signed(body_of("dm")))
    assert response.status_code == 503
    assert NAME not in response.text
    ((_, error, _),) = shop.telemetry.failures
    assert NAME in str(error)


def test_a_secret_that_cannot_be_read_now_makes_slack_come_again(
    shop: Shop, client: Client
) -> None:
    shop.secrets.down = True
    response = client.post(PATH, content=body_of("dm"), headers=signed(body_of("dm")))
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "30"
    shop.secrets.down = False
    assert send(client, body_of("dm")) == (200, "")


def test_only_posts_to_the_one_path_are_taken(client: Client) -> None:
    assert client.get(PATH).status_code == 405
    assert client.post("/webhooks/slack", content=b"").status_code == 404


def test_neither_text_nor_secret_is_logged(shop: Shop, client: Client) -> None:
    for name in ("dm", "channel-mention", "file-share", "edited"):
        send(client, body_of(name))
    logged = repr(shop.telemetry)
    assert "files changed" not in logged
    assert "build" not in logged
    assert SECRET not in logged


# Through API Gateway


@pytest.fixture(name="gateway")
def behind_the_gateway(shop: Shop) -> Iterator[Mangum]:
    shop.open()
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield Mangum(shop.app, lifespan="off")
    asyncio.set_event_loop(None)
    loop.close()


def gateway_event(body: bytes, *, encoded: bool) -> dict[str, Any]:
    """The project's sample of an HTTP API event, around another body."""
    event: dict[str, Any] = json.loads((EVENTS / "../apigateway/slack-dm.json").read_bytes())
    event["headers"] |= {name.lower(): value for name, value in signed(body).items()}
    event["headers"]["content-length"] = str(len(body))
    event["isBase64Encoded"] = encoded
    event["body"] = base64.b64encode(body).decode() if encoded else body.decode()
    return event


CONTEXT: Any = SimpleNamespace(aws_request_id="r", function_name="webhooks")


@pytest.mark.parametrize("encoded", [False, True])
def test_api_gateways_events_are_read_byte_for_byte(
    shop: Shop, gateway: Mangum, encoded: bool
) -> None:
    envelope = sample("dm")
    envelope["event"]["text"] = 'Grüße 👋 "\\u00e9"'
    body = json.dumps(envelope, ensure_ascii=False, indent=1).encode()
    answer = gateway(gateway_event(body, encoded=encoded), CONTEXT)
    assert answer["statusCode"] == 200
    assert shop.texts == ['Grüße 👋 "\\u00e9"']


def test_the_gateways_request_id_goes_with_the_message(shop: Shop, gateway: Mangum) -> None:
    gateway(gateway_event(body_of("dm"), encoded=False), CONTEXT)
    (message,) = shop.inbox.messages.values()
    assert message.correlation_id == "JKJaXmPLvHcESHA="


@pytest.mark.parametrize("encoded", [False, True])
def test_altered_events_are_refused(shop: Shop, gateway: Mangum, encoded: bool) -> None:
    event = gateway_event(body_of("dm"), encoded=encoded)
    event["headers"]["x-slack-signature"] = "v0=é"
    assert gateway(event, CONTEXT)["statusCode"] == 401
    assert shop.texts == []


def test_bytes_that_are_no_text_are_malformed(gateway: Mangum) -> None:
    assert gateway(gateway_event(b"\xff\xfe", encoded=True), CONTEXT)["statusCode"] == 400


def test_the_challenge_through_the_gateway_is_plain_text(gateway: Mangum) -> None:
    answer = gateway(gateway_event(body_of("url-verification"), encoded=False), CONTEXT)
    assert answer["body"] == "a-challenge-that-comes-back"
    assert answer["headers"]["content-type"].startswith("text/plain")
