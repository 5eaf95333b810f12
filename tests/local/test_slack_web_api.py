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


def call(slack: SlackStandIn, method: str, /, token: str = TOKEN, **fields: Any) -> httpx.Response:
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


def test_person_has_a_name_and_a_stranger_is_refused(slack: SlackStandIn) -> None:
    fields = {"user": "U0ADA00001", "token": TOKEN}
    told = httpx.post(f"{slack.api_url}/users.info", data=fields).json()
    assert told["user"]["profile"]["display_name"] == "Ada"
    stranger = httpx.post(f"{slack.api_url}/users.info", data=fields | {"user": "U0NOBODY01"})
    assert stranger.json() == {"ok": False, "error": "user_not_found"}


def test_status_ends_with_the_bots_next_post(slack: SlackStandIn) -> None:
    root = slack.workspace.say(GENERAL, "U0ADA00001", "working?")
    call(
        slack, "assistant.threads.setStatus", channel_id=GENERAL, thread_ts=root.ts, status="works"
    )
    assert [each.text for each in slack.workspace.statuses()] == ["works"]
    call(slack, "chat.postMessage", channel=GENERAL, thread_ts=root.ts, text="done")
    assert slack.workspace.statuses() == []


def test_text_without_blocks_takes_the_blocks_away(slack: SlackStandIn) -> None:
    made = call(slack, "chat.postMessage", channel=GENERAL, **buttons(2), text="May I?").json()
    edit = {"channel": GENERAL, "ts": made["ts"], "text": "Allowed"}
    assert "blocks" not in call(slack, "chat.update", **edit).json()["message"]


def test_only_own_posts_are_edited_and_deleted(slack: SlackStandIn) -> None:
    post = slack.workspace.say(GENERAL, "U0ADA00001", "mine")
    fields = {"channel": GENERAL, "ts": post.ts}
    assert call(slack, "chat.update", **fields, text="x").json()["error"] == "cant_update_message"
    assert call(slack, "chat.delete", **fields).json()["error"] == "cant_delete_message"


def test_ephemeral_post_is_for_one_person_and_for_no_method(slack: SlackStandIn) -> None:
    fields = {"channel": GENERAL, "user": "U0ADA00001", "text": "psst"}
    made = call(slack, "chat.postEphemeral", **fields).json()
    post = slack.workspace.find(GENERAL, made["message_ts"])
    assert post is not None
    assert post.only_for == "U0ADA00001"
    edit = {"channel": GENERAL, "ts": post.ts, "text": "x"}
    assert call(slack, "chat.update", **edit).json()["error"] == "message_not_found"
    stranger = fields | {"user": "U0NOBODY01"}
    assert call(slack, "chat.postEphemeral", **stranger).json()["error"] == "user_not_in_channel"


def upload(slack: SlackStandIn, content: bytes, length: int) -> Any:
    fields = {"filename": "answer.md", "length": str(length), "token": TOKEN}
    made = httpx.post(f"{slack.api_url}/files.getUploadURLExternal", data=fields).json()
    httpx.post(made["upload_url"], content=content)
    files = [{"id": made["file_id"], "title": "answer.md"}]
    return call(slack, "files.completeUploadExternal", files=files, channel_id=GENERAL).json()


def test_file_is_shared_in_three_steps(slack: SlackStandIn) -> None:
    assert upload(slack, b"whole", 5)["ok"]
    [file] = slack.workspace.posts(GENERAL)[-1].files
    assert (file.name, file.content) == ("answer.md", b"whole")


def test_file_of_another_length_is_none(slack: SlackStandIn) -> None:
    assert upload(slack, b"whole", 4)["error"] == "file_not_found"


def test_upload_is_not_announced_in_json(slack: SlackStandIn) -> None:
    answer = call(slack, "files.getUploadURLExternal", filename="a", length=1)
    assert answer.json()["error"] == "invalid_arguments"


def test_file_opens_with_the_bots_token_only(slack: SlackStandIn) -> None:
    file = slack.workspace.keep_file("a.py", "text/x-python", b"print()")
    url = slack.api.files.as_json(file)["url_private_download"]
    right = httpx.get(url, headers={"Authorization": f"Bearer {TOKEN}"})
    wrong = httpx.get(url, headers={"Authorization": "Bearer other"})
    assert right.content == b"print()"
    assert (wrong.status_code, wrong.headers["content-type"]) == (200, "text/html; charset=utf-8")


def test_response_url_speaks_to_who_clicked_five_times(slack: SlackStandIn) -> None:
    url = slack.responses.open(GENERAL, "U0BEN00001", None)
    answers = [httpx.post(url, json={"text": str(n)}) for n in range(6)]
    assert [each.status_code for each in answers] == [200] * 5 + [404]
    assert slack.workspace.posts(GENERAL)[-1].only_for == "U0BEN00001"


def test_response_url_replaces_what_the_button_was_on(slack: SlackStandIn) -> None:
    post = slack.workspace.say(GENERAL, BOT_USER, "May I?")
    url = slack.responses.open(GENERAL, "U0BEN00001", None, post.ts)
    httpx.post(url, json={"text": "Allowed", "replace_original": True})
    found = slack.workspace.find(GENERAL, post.ts)
    assert found is not None
    assert found.text == "Allowed"


def test_session_that_is_worked_on_can_be_stopped(slack: SlackStandIn) -> None:
    fields = {"channel_id": GENERAL, "thread_ts": "1.2", "status": "processing"}
    assert call(slack, "agents.sessions.setStatus", **fields).json()["ok"]
    wrong = fields | {"status": "busy"}
    assert call(slack, "agents.sessions.setStatus", **wrong).json()["error"] == "invalid_arguments"


def test_channel_takes_a_message_a_second_after_a_burst() -> None:
    with slack_stand_in(loopback_port(), token=TOKEN, signing_secret="s", burst=2) as slack:
        answers = [call(slack, "chat.postMessage", channel=GENERAL, text="x") for _ in range(3)]
    assert [each.status_code for each in answers] == [200, 200, 429]
    assert answers[-1].headers["Retry-After"] == "2"


def buttons(count: int, **more: Any) -> dict[str, Any]:
    text = {"type": "plain_text", "text": more.pop("text", "Allow")}
    made = [{"type": "button", "text": text, "action_id": str(n), **more} for n in range(count)]
    return {"blocks": [{"type": "actions", "elements": made}]}


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
        (buttons(25), None),
        (buttons(26), "invalid_blocks"),
        (buttons(1, text="x" * 76), "invalid_blocks"),
        (buttons(1, value="x" * 2001), "invalid_blocks"),
        (buttons(1, action_id="x" * 256), "invalid_blocks"),
        (buttons(2, action_id="twice"), "invalid_blocks"),
        (buttons(1, style="green"), "invalid_blocks"),
        ({"markdown_text": "x" * (MARKDOWN_CHARACTERS + 1)}, "msg_too_long"),
        (
            {"blocks": [{"type": "rich_text", "elements": ["x" * PAYLOAD_CHARACTERS]}]},
            "msg_blocks_too_long",
        ),
    ],
)
def test_slacks_limits(message: dict[str, Any], error: str | None) -> None:
    assert refusal(message) == error
