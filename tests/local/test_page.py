import base64
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from local.discord.rooms import GENERAL
from local.discord.rooms import PEOPLE as DISCORD_PEOPLE
from local.platforms import Platforms, Tokens, platforms
from local.ports import loopback_port
from local.telegram.chats import FORUM

ADA = {"slack": "U0ADA00001", "telegram": "100001", "discord": DISCORD_PEOPLE[0].id}


@pytest.fixture(scope="module")
def page() -> Iterator[Platforms]:
    with platforms(loopback_port(), Tokens.new()) as running:
        yield running


def act(page: Platforms, platform: str, **asked: Any) -> httpx.Response:
    body = {"platform": platform, "user": ADA[platform], **asked}
    return httpx.post(f"{page.url}/page/act", json=body)


def state(page: Platforms, platform: str) -> Any:
    return httpx.get(f"{page.url}/page/state").json()[platform]


def test_page_takes_json_only(page: Platforms) -> None:
    """Another site's page may post plain text here, and must not be able to write."""
    answer = httpx.post(f"{page.url}/page/act", content='{"platform": "slack"}')
    assert answer.status_code == 415


def test_page_runs_no_foreign_script(page: Platforms) -> None:
    policy = httpx.get(page.url).headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'self'")


@pytest.mark.parametrize(
    ("platform", "room"),
    [("slack", "D0ADA00000"), ("telegram", f"{FORUM}:42"), ("discord", GENERAL)],
)
def test_what_somebody_writes_appears(page: Platforms, platform: str, room: str) -> None:
    sent = act(page, platform, do="say", room=room, text="hello").json()
    [post] = [each for each in state(page, platform)["posts"] if each["id"] == sent["id"]]
    assert (post["room"], post["text"], post["bot"]) == (room, "hello", False)


@pytest.mark.parametrize("platform", ["slack", "telegram"])
def test_file_that_is_sent_can_be_saved_again(page: Platforms, platform: str) -> None:
    room = "D0ADA00000" if platform == "slack" else "100001"
    content = base64.b64encode(b"print()").decode()
    file = {"name": "a.py", "type": "text/x-python", "content": content}
    act(page, platform, do="say", room=room, text="read", file=file)
    [shown] = state(page, platform)["posts"][-1]["files"]
    answer = httpx.get(page.url + shown["url"])
    assert answer.content == b"print()"
    assert answer.headers["content-disposition"] == "attachment"


@pytest.mark.parametrize(
    ("platform", "asked"),
    [
        ("slack", {"do": "say", "room": "D0ADA00000", "text": " "}),
        ("slack", {"do": "say", "room": "nowhere", "text": "x"}),
        ("slack", {"do": "say", "room": "D0ADA00000", "text": "/parley stop", "thread": "1.2"}),
        ("slack", {"do": "fly"}),
        ("telegram", {"do": "say", "room": "5", "text": "x"}),
        ("telegram", {"do": "click", "room": "100001", "post": "1", "button": "x"}),
        ("discord", {"do": "say", "room": GENERAL, "text": "/nothing"}),
        ("discord", {"do": "submit", "dialog": "1", "values": {}}),
    ],
)
def test_what_cannot_be_done_is_said(page: Platforms, platform: str, asked: dict[str, Any]) -> None:
    answer = act(page, platform, **asked)
    assert answer.status_code == 400
    assert answer.json()["error"]
