from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from local.faults import Fault
from local.ports import loopback_port
from local.slack.app import SlackStandIn, slack_stand_in
from local.slack.limits import MARKDOWN_CHARACTERS, PAYLOAD_CHARACTERS, refusal
from local.slack.workspace import BOT_USER

GENERAL, ATTIC, TOKEN = "C0GENERAL1", "C0ATTIC001", "xoxb-test"


@pytest.fixture(scope="module")
def slack() -> Iterator[SlackStandIn]:
    with slack_stand_in(loopback_port(), token=TOKEN, signing_secret="signing") as running:
        yield running


def call(slack: SlackStandIn, method: str, token: str = TOKEN, **fields: Any) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.post(f"{slack.api_url}/{method}", json=fields, headers=headers)


def test_token_is_checked(slack: SlackStandIn) -> None:
    assert call(slack, "auth.test").json()["user_id"] == BOT_USER
    assert call(slack, "auth.test", token="wrong").json() == {"ok": False, "error": "invalid_auth"}
    assert httpx.post(f"{slack.api_url}/auth.test").json()["error"] == "not_authed"


def test_form_is_taken_as_well_as_json(slack: SlackStandIn) -> None:
    fields = {"channel": GENERAL, "blocks": '[{"type": "markdown", "text": "hi"}]', "token": TOKEN}
    answer = httpx.post(f"{slack.api_url}/chat.postMessage", data=fields).json()
    assert answer["ok"]
    assert answer["message"]["blocks"] == [{"type": "markdown", "text": "hi"}]


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"channel": "C0NOWHERE1", "text": "x"}, "channel_not_found"),
        ({"channel": ATTIC, "text": "x"}, "is_archived"),
        ({"channel": GENERAL}, "no_text"),
        ({"channel": GENERAL, "text": "x", "markdown_text": "y"}, "markdown_text_conflict"),
    ],
)
def test_post_is_refused(slack: SlackStandIn, fields: dict[str, str], error: str) -> None:
    assert call(slack, "chat.postMessage", **fields).json() == {"ok": False, "error": error}


def test_post_lands_in_its_thread_and_is_recorded(slack: SlackStandIn) -> None:
    root = slack.workspace.say(GENERAL, "U0ADA00001", "root")
    answer = call(slack, "chat.postMessage", channel=GENERAL, thread_ts=root.ts, text="reply")
    post = slack.workspace.find(GENERAL, answer.json()["ts"])
    assert post is not None
    assert (post.thread_ts, post.user, post.text) == (root.ts, BOT_USER, "reply")
    assert slack.api.calls("chat.postMessage")[-1].arguments["text"] == "reply"


def test_second_reaction_of_a_kind_is_said_to_be_one(slack: SlackStandIn) -> None:
    post = slack.workspace.say(GENERAL, "U0ADA00001", "look")
    fields = {"channel": GENERAL, "timestamp": post.ts, "name": "eyes"}
    assert call(slack, "reactions.add", **fields).json() == {"ok": True}
    assert call(slack, "reactions.add", **fields).json()["error"] == "already_reacted"


def test_rate_limit_is_a_429_with_its_seconds_and_passes(slack: SlackStandIn) -> None:
    slack.api.faults.add(Fault("chat.postMessage", error="ratelimited", retry_after=7))
    answer = call(slack, "chat.postMessage", channel=GENERAL, text="x")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")
    assert call(slack, "chat.postMessage", channel=GENERAL, text="x").json()["ok"]


def test_failure_after_the_deed_leaves_the_post(slack: SlackStandIn) -> None:
    slack.api.faults.add(Fault("chat.postMessage", error="fatal_error", after=True))
    answer = call(slack, "chat.postMessage", channel=GENERAL, text="it is there")
    assert answer.json() == {"ok": False, "error": "fatal_error"}
    assert slack.workspace.posts(GENERAL)[-1].text == "it is there"


def test_status_ends_with_the_bots_next_post(slack: SlackStandIn) -> None:
    root = slack.workspace.say(GENERAL, "U0ADA00001", "working?")
    call(
        slack, "assistant.threads.setStatus", channel_id=GENERAL, thread_ts=root.ts, status="works"
    )
    assert [each.text for each in slack.workspace.statuses()] == ["works"]
    call(slack, "chat.postMessage", channel=GENERAL, thread_ts=root.ts, text="done")
    assert slack.workspace.statuses() == []


def test_page_takes_json_only(slack: SlackStandIn) -> None:
    """Another site's page may post plain text here, and must not be able to write."""
    answer = httpx.post(f"{slack.url}/page/send", content='{"room": "C0GENERAL1"}')
    assert answer.status_code == 415


def test_page_runs_no_foreign_script(slack: SlackStandIn) -> None:
    policy = httpx.get(slack.url).headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'self'")


def markdown(size: int, times: int = 1) -> dict[str, Any]:
    return {"blocks": [{"type": "markdown", "text": "x" * size}] * times}


@pytest.mark.parametrize(
    ("message", "error"),
    [
        (markdown(MARKDOWN_CHARACTERS), None),
        (markdown(MARKDOWN_CHARACTERS + 1), "msg_blocks_too_long"),
        (markdown(MARKDOWN_CHARACTERS // 2 + 1, times=2), "msg_blocks_too_long"),
        ({"blocks": [{"type": "divider"}] * 50}, None),
        ({"blocks": [{"type": "divider"}] * 51}, "invalid_blocks"),
        ({"blocks": [{"type": "unheard_of"}]}, "invalid_blocks"),
        ({"blocks": [{"type": "markdown", "text": ""}]}, "invalid_blocks"),
        ({"blocks": [{"type": "section", "text": {"text": "x" * 3001}}]}, "invalid_blocks"),
        ({"blocks": {"type": "divider"}}, "invalid_blocks_format"),
        ({"markdown_text": "x" * (MARKDOWN_CHARACTERS + 1)}, "msg_too_long"),
        (
            {"blocks": [{"type": "context", "text": "x" * PAYLOAD_CHARACTERS}]},
            "msg_blocks_too_long",
        ),
    ],
)
def test_slacks_limits(message: dict[str, Any], error: str | None) -> None:
    assert refusal(message) == error
