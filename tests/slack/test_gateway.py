"""The webhook as API Gateway calls it: bytes, encodings and ids come through unchanged."""

import asyncio
import base64
import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from mangum import Mangum

from tests.slack.shop import Shop
from tests.slack.signing import EVENTS, body_of, sample, signed


@pytest.fixture(name="shop")
def new_shop() -> Shop:
    return Shop()


@pytest.fixture(name="gateway")
def behind_the_gateway(shop: Shop) -> Iterator[Mangum]:
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
    (message,) = shop.all_queued
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
