"""Files out, in three steps of which only the last is seen; files in, and never a login page."""

import threading

import pytest

from parley.adapters.slack.client import SlackChannel
from parley.core.message import Attachment
from parley.core.reply import Part
from parley.errors import (
    ChannelError,
    ChannelMisconfigured,
    ChannelUnavailable,
    RateLimited,
    SendUncertain,
    Undeliverable,
)
from tests.slack.doubles import NAME, TOKEN, NamedValues, Scripted, WebApi, not_ok, ok
from tests.slack.places import DIRECT, THREAD

PART = Part("# The rest\n\nGrüße", "reply.md")


def place(api: WebApi) -> Scripted:
    return ok(upload_url=f"{api.origin}/upload/v1/abc", file_id="F1")


def test_a_file_goes_into_the_thread(slack: SlackChannel, api: WebApi) -> None:
    api.answers.extend([place(api), Scripted(b"OK - 19")])
    slack.send(THREAD, PART, "turn-1", 5.0)
    named, content, shared = api.requests
    assert named.path == "/api/files.getUploadURLExternal"
    assert named.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert named.form == {"filename": "reply.md", "length": "19"}
    assert content.path == "/upload/v1/abc"
    assert content.content.decode() == PART.text
    assert "Authorization" not in content.headers
    assert shared.path == "/api/files.completeUploadExternal"
    assert shared.body == {
        "files": [{"id": "F1", "title": "reply.md"}],
        "channel_id": "C1",
        "thread_ts": "1790000000.000100",
    }


def test_in_a_direct_chat_it_goes_beside_the_message(slack: SlackChannel, api: WebApi) -> None:
    api.answers.extend([place(api), Scripted(b"OK - 19")])
    slack.send(DIRECT, PART, "turn-1", 5.0)
    assert api.requests[-1].body["channel_id"] == "D1"
    assert "thread_ts" not in api.requests[-1].body


FAILURES = [
    pytest.param(Scripted(b"", 500), ChannelUnavailable, id="no answer"),
    pytest.param(None, ChannelUnavailable, id="broken"),
    pytest.param(Scripted(b"", 429), RateLimited, id="rate limit"),
    pytest.param(not_ok("internal_error"), ChannelUnavailable, id="internal error"),
]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        *FAILURES,
        pytest.param(ok(), ChannelUnavailable, id="no address"),
        pytest.param(not_ok("missing_scope"), ChannelMisconfigured, id="no scope"),
        pytest.param(not_ok("file_uploads_disabled"), ChannelMisconfigured, id="no uploads"),
        pytest.param(not_ok("file_upload_size_restricted"), Undeliverable, id="too large"),
        pytest.param(
            ok(upload_url="http://files.example/up", file_id="F1"), Undeliverable, id="elsewhere"
        ),
    ],
)
def test_a_file_that_gets_no_address_is_not_posted(
    slack: SlackChannel, api: WebApi, answer: Scripted | None, kind: type[ChannelError]
) -> None:
    api.answers.append(answer)
    with pytest.raises(kind) as caught:
        slack.send(THREAD, PART, "turn-1", 5.0)
    assert type(caught.value) is kind
    assert len(api.requests) == 1


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        pytest.param(Scripted(b"", 500), ChannelUnavailable, id="no answer"),
        pytest.param(None, ChannelUnavailable, id="broken"),
        pytest.param(Scripted(b"", 429), RateLimited, id="rate limit"),
        pytest.param(Scripted(b"", 404), ChannelUnavailable, id="the address is used up"),
        pytest.param(Scripted(b"", 413), Undeliverable, id="too large"),
    ],
)
def test_a_file_that_does_not_arrive_is_not_posted(
    slack: SlackChannel, api: WebApi, answer: Scripted | None, kind: type[ChannelError]
) -> None:
    api.answers.extend([place(api), answer])
    with pytest.raises(kind) as caught:
        slack.send(THREAD, PART, "turn-1", 5.0)
    assert type(caught.value) is kind
    assert len(api.requests) == 2


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        pytest.param(Scripted(b"", 500), SendUncertain, id="no answer"),
        pytest.param(None, SendUncertain, id="broken"),
        pytest.param(Scripted(b"", 429), RateLimited, id="rate limit"),
        pytest.param(not_ok("posting_to_channel_denied"), Undeliverable, id="closed"),
        pytest.param(not_ok("not_in_channel"), Undeliverable, id="not there"),
    ],
)
def test_only_the_last_step_may_have_posted_the_file(
    slack: SlackChannel, api: WebApi, answer: Scripted | None, kind: type[ChannelError]
) -> None:
    api.answers.extend([place(api), Scripted(b"OK"), answer])
    with pytest.raises(kind) as caught:
        slack.send(THREAD, PART, "turn-1", 5.0)
    assert type(caught.value) is kind


def test_the_scope_for_files_is_named_where_slack_does_not(
    slack: SlackChannel, api: WebApi
) -> None:
    api.answers.append(not_ok("missing_scope"))
    with pytest.raises(ChannelMisconfigured, match=r"\(needs files:write\)"):
        slack.send(THREAD, PART, "turn-1", 5.0)


# In

LOGIN = b'<!DOCTYPE html><html><form id="signin_form" action="https://slack.com/signin">'
HTML = {"Content-Type": "text/html; charset=utf-8"}
PNG = {"Content-Type": "image/png"}


def picture(api: WebApi, size: int = 0) -> Attachment:
    return Attachment("red.png", "image/png", size, f"{api.origin}/files-pri/T1-F1/red.png")


def fetch(slack: SlackChannel, attachment: Attachment, most: int = 1000) -> bytes:
    return slack.download(attachment, most, 5.0)


def test_a_file_is_fetched_with_the_token(slack: SlackChannel, api: WebApi) -> None:
    api.answers.append(Scripted(b"\x89PNG", headers=PNG))
    assert fetch(slack, picture(api)) == b"\x89PNG"
    assert api.only.path == "/files-pri/T1-F1/red.png"
    assert api.only.headers["Authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize(
    "ref",
    [
        "https://files.slack.com.example/a.png",
        "http://files.slack.com/a.png",
        "https://files.slack.com:8443/a.png",
        "https://files.slack.com@example.com/a.png",
        "https://token@files.slack.com/a.png",
        "https://docs.example/a.png",
        "file:///etc/passwd",
        "a.png",
        "http://[",
        "http://x:y/a",
        "",
    ],
)
def test_the_token_is_for_slack_only(slack: SlackChannel, ref: str) -> None:
    with pytest.raises(Undeliverable, match="it does not lie at Slack"):
        fetch(slack, Attachment("a.png", "image/png", 0, ref))


@pytest.mark.parametrize("status", [301, 302, 307])
def test_the_token_follows_no_redirect(slack: SlackChannel, api: WebApi, status: int) -> None:
    elsewhere = {"Location": f"{api.origin}/elsewhere"}
    api.answers.append(Scripted(b"", status, elsewhere))
    with pytest.raises(Undeliverable, match="files:read"):
        fetch(slack, picture(api))
    assert len(api.requests) == 1


@pytest.mark.parametrize("announced", ["image/png", "text/plain", "", "text/html"])
def test_a_login_page_is_no_file(slack: SlackChannel, api: WebApi, announced: str) -> None:
    api.answers.append(Scripted(LOGIN, headers=HTML))
    page = Attachment("a", announced, 0, f"{api.origin}/a")
    with pytest.raises(Undeliverable, match="files:read"):
        fetch(slack, page)


def test_a_web_page_that_somebody_sent_is_a_file(slack: SlackChannel, api: WebApi) -> None:
    api.answers.append(Scripted(b"<html>hello</html>", headers=HTML))
    page = Attachment("a.html", "text/html", 0, f"{api.origin}/a.html")
    assert fetch(slack, page) == b"<html>hello</html>"


@pytest.mark.parametrize("refusal", [Scripted(LOGIN, headers=HTML), Scripted(b"", 403)])
def test_a_replaced_token_is_read_afresh(
    slack: SlackChannel, api: WebApi, secrets: NamedValues, refusal: Scripted
) -> None:
    secrets.values[NAME] = ["xoxb-old", "xoxb-new"]
    api.answers.extend([refusal, Scripted(b"\x89PNG", headers=PNG)])
    assert fetch(slack, picture(api)) == b"\x89PNG"
    tokens = [sent.headers["Authorization"] for sent in api.requests]
    assert tokens == ["Bearer xoxb-old", "Bearer xoxb-new"]


def test_what_is_announced_as_too_large_is_not_asked_for(slack: SlackChannel, api: WebApi) -> None:
    with pytest.raises(Undeliverable, match="larger than 2 kB"):
        fetch(slack, picture(api, size=2001), most=2000)
    assert not api.requests


def test_what_is_larger_than_announced_is_not_read_to_its_end(
    slack: SlackChannel, api: WebApi
) -> None:
    api.answers.append(Scripted(b"x" * 2001, headers=PNG))
    with pytest.raises(Undeliverable, match="larger than 2 kB"):
        fetch(slack, picture(api, size=10), most=2000)


def test_a_file_of_just_the_size_is_fetched(slack: SlackChannel, api: WebApi) -> None:
    api.answers.append(Scripted(b"x" * 2000, headers=PNG))
    assert len(fetch(slack, picture(api, size=2000), most=2000)) == 2000


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Scripted(b"", 404), Undeliverable),
        (Scripted(b"", 410), Undeliverable),
        (Scripted(b"", 400), Undeliverable),
        (Scripted(b"", 429), RateLimited),
        (Scripted(b"", 500), ChannelUnavailable),
        (None, ChannelUnavailable),
    ],
)
def test_files_that_cannot_be_had_are_told_apart(
    slack: SlackChannel, api: WebApi, answer: Scripted | None, kind: type[ChannelError]
) -> None:
    api.answers.append(answer)
    with pytest.raises(kind) as caught:
        fetch(slack, picture(api))
    assert type(caught.value) is kind


def test_a_file_that_does_not_come_can_be_had_later(slack: SlackChannel, api: WebApi) -> None:
    released = threading.Event()
    api.answers.append(Scripted(b"", before=released.wait))
    try:
        with pytest.raises(ChannelUnavailable):
            slack.download(picture(api), 1000, 0.2)
    finally:
        released.set()
