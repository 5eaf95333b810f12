"""The webhooks' routes: to whom a request goes, and what becomes of the answer."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx
import pytest

from functions.webhooks.application import PATHS, application
from parley.core.limits import WEBHOOK_BODY_BYTES
from parley.core.reading import JSON, Answer, Verdict
from tests.template.test_template import ROUTES

BODY = b'{"caf\xc3\xa9": "\xff"}'


@dataclass
class Receiving:
    answer: Answer
    received: list[tuple[Mapping[str, str], bytes, str]] = field(default_factory=list)

    def __call__(self, headers: Mapping[str, str], body: bytes, correlation_id: str) -> Answer:
        self.received.append((headers, body, correlation_id))
        return self.answer


def post(receptions: dict[str, Receiving], path: str, body: bytes = BODY) -> httpx.Response:
    async def request() -> httpx.Response:
        transport = httpx.ASGITransport(application(receptions.__getitem__))
        async with httpx.AsyncClient(transport=transport, base_url="http://parley") as http:
            return await http.post(path, content=body, headers={"X-Signed": "so"})

    return asyncio.run(request())


def every(answer: Answer) -> dict[str, Receiving]:
    return {address: Receiving(answer) for address in PATHS}


@pytest.mark.parametrize(
    ("address", "path"), [(address, path) for address, paths in PATHS.items() for path in paths]
)
def test_request_goes_to_its_address_byte_for_byte(address: str, path: str) -> None:
    receptions = every(Answer(Verdict.DONE))
    assert post(receptions, path).status_code == 200
    assert {name for name, each in receptions.items() if each.received} == {address}
    ((headers, body, correlation_id),) = receptions[address].received
    assert (headers["x-signed"], body, correlation_id) == ("so", BODY, "local")


def test_the_api_has_the_routes_that_are_served() -> None:
    assert {path for paths in PATHS.values() for path in paths} == ROUTES


@pytest.mark.parametrize(
    ("answer", "status", "media_type", "text"),
    [
        (Answer(Verdict.DONE), 200, "text/plain; charset=utf-8", ""),
        (Answer(Verdict.DONE, "challenge"), 200, "text/plain; charset=utf-8", "challenge"),
        (Answer(Verdict.DONE, '{"type":1}', JSON), 200, "application/json", '{"type":1}'),
        (Answer(Verdict.NOTHING), 204, None, ""),
    ],
)
def test_answer_is_passed_on(answer: Answer, status: int, media_type: str, text: str) -> None:
    response = post(every(answer), PATHS["discord"][0])
    assert response.status_code == status
    assert response.headers.get("content-type") == media_type
    assert response.text == text


@pytest.mark.parametrize(
    ("verdict", "status"),
    [
        (Verdict.ABSENT, 404),
        (Verdict.FORGED, 401),
        (Verdict.MALFORMED, 400),
        (Verdict.UNAVAILABLE, 503),
    ],
)
def test_refusal_has_a_status_of_its_own(verdict: Verdict, status: int) -> None:
    response = post(every(Answer(verdict)), PATHS["slack"][0])
    assert response.status_code == status
    assert ("retry-after" in response.headers) is (verdict is Verdict.UNAVAILABLE)


def test_body_that_is_too_large_reaches_nobody() -> None:
    receptions = every(Answer(Verdict.DONE))
    response = post(receptions, PATHS["slack"][0], b"x" * (WEBHOOK_BODY_BYTES + 1))
    assert response.status_code == 413
    assert receptions["slack"].received == []
