"""The API as API Gateway calls it."""

import asyncio
import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import pytest
from mangum import Mangum
from mangum.types import LambdaContext

from functions.gateway.answers import MOST_BYTES, TEXT_TYPE
from tests.gateway.office import TOKEN, Office
from tests.gateway.work import PATCH, asked, ended, register

EVENTS = Path(__file__).resolve().parents[2] / "events"
LAMBDA_BYTES = 6 * 1024 * 1024


def invoked(office: Office, path: str) -> dict[str, Any]:
    event = json.loads((EVENTS / "apigateway/slack-dm.json").read_text())
    event["rawPath"] = event["requestContext"]["http"]["path"] = path
    event["requestContext"]["http"]["method"] = "GET"
    event["headers"] = {"authorization": f"Bearer {TOKEN}", "host": "parley"}
    event.pop("body", None)
    event["isBase64Encoded"] = False
    with own_loop():
        serve = Mangum(office.application, lifespan="off", text_mime_types=[TEXT_TYPE])
        return serve(event, cast(LambdaContext, None))


@contextmanager
def own_loop() -> Iterator[None]:
    """Mangum takes the thread's event loop, or leaves one there."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        yield
    finally:
        loop.close()
        asyncio.set_event_loop(None)


@pytest.fixture(autouse=True)
def registered(office: Office) -> None:
    register(office)


def test_json_is_answered_as_text(office: Office) -> None:
    answer = invoked(office, "/v1/projects")
    assert (answer["statusCode"], answer["isBase64Encoded"]) == (200, False)
    assert [each["id"] for each in json.loads(answer["body"])["projects"]] == ["demo", "docs"]


def test_a_patch_is_answered_as_bytes(office: Office) -> None:
    id = asked(office)["id"]
    ended(office, id)
    answer = invoked(office, f"/v1/changes/{id}/patch")
    assert answer["isBase64Encoded"]
    assert base64.b64decode(answer["body"]) == PATCH


@pytest.mark.parametrize("byte", [b"\x01", b'"', b"\xff"], ids=["control", "quote", "no text"])
def test_the_largest_patch_fits_an_answer(office: Office, byte: bytes) -> None:
    id = asked(office)["id"]
    ended(office, id, byte * MOST_BYTES)
    assert len(json.dumps(invoked(office, f"/v1/changes/{id}/patch"))) < LAMBDA_BYTES


def test_the_largest_transcript_fits_an_answer(office: Office) -> None:
    id = asked(office)["id"]
    ended(office, id)
    key = f"tasks/{id}/1/transcript"
    office.bucket.files[key] = json.dumps({"text": "\x01" * 660_000}).encode()
    assert 0 < MOST_BYTES - len(office.bucket.files[key]) < 100_000
    answer = invoked(office, f"/v1/tasks/{id}/transcript")
    assert answer["statusCode"] == 200
    assert len(json.dumps(answer)) < LAMBDA_BYTES
