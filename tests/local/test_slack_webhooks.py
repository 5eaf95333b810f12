import hashlib
import hmac
import json

import pytest

from local.samples import EVENTS, load_event
from local.slack.acting import escape, events_for, say
from local.slack.webhooks import sign
from local.slack.workspace import BOT_USER, Workspace
from parley.adapters.slack.parse import parse
from parley.adapters.slack.verify import verify
from parley.core.message import Address
from parley.core.reading import Ignored, Immediate, Received

ADA, GENERAL = "U0ADA00001", "C0GENERAL1"
NOW = 1_790_000_000_000


def test_signature_is_the_one_of_slacks_own_documentation() -> None:
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow"
        b"&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner"
        b"&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands"
        b"%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
        b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    headers = sign("8f742231b10e8888abcd99yyyzzz85a5", body, 1531420618)
    assert headers["X-Slack-Signature"] == (
        "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    )
    assert headers["X-Slack-Request-Timestamp"] == "1531420618"


def test_what_it_signs_the_adapter_accepts() -> None:
    body = json.dumps(load_event("slack/dm")).encode()
    headers = {name.lower(): value for name, value in sign("secret", body, 1_790_000_000).items()}
    assert verify("secret", headers, body, 1_790_000_000)
    assert not verify("another", headers, body, 1_790_000_000)


def test_direct_message_sets_off_one_webhook() -> None:
    space = Workspace()
    post = say(space, space.direct(ADA).id, ADA, "Hello")
    [body] = events_for(space, post)
    reading = parse(json.dumps(body).encode(), NOW)
    assert isinstance(reading, Received)
    assert reading.inbound.address is Address.DIRECT
    assert reading.inbound.text == "Hello"


def test_mention_sets_off_twins_with_one_identity() -> None:
    space = Workspace()
    post = say(space, GENERAL, ADA, "@Parley a < b\n    indented")
    message, mention = events_for(space, post)
    assert message["event"]["type"] == "message"
    assert mention["event"]["type"] == "app_mention"
    assert "channel_type" not in mention["event"]
    assert message["event_id"] != mention["event_id"]
    readings = [parse(json.dumps(each).encode(), NOW) for each in (message, mention)]
    assert [each.inbound.id for each in readings if isinstance(each, Received)] == [
        readings[0].inbound.id if isinstance(readings[0], Received) else None
    ] * 2


def test_reply_in_a_thread_names_the_roots_author() -> None:
    space = Workspace()
    root = say(space, GENERAL, ADA, "root")
    [body] = events_for(space, say(space, GENERAL, "U0BEN00001", "reply", root.ts))
    assert body["event"]["thread_ts"] == root.ts
    assert body["event"]["parent_user_id"] == ADA


def test_talk_that_does_not_name_the_bot_has_no_twin() -> None:
    space = Workspace()
    assert len(events_for(space, say(space, GENERAL, ADA, "between us"))) == 1


def test_text_is_escaped_as_slack_does() -> None:
    assert escape("@Parley is 1 < 2 && 3 > 2?") == (
        f"<@{BOT_USER}> is 1 &lt; 2 &amp;&amp; 3 &gt; 2?"
    )


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("dm", Received),
        ("channel-mention", Received),
        ("channel-mention-twin", Received),
        ("thread-follow-up", Received),
        ("file-share", Received),
        ("edited", Ignored),
        ("bot-message", Ignored),
        ("url-verification", Immediate),
    ],
)
def test_sample_event_means_what_its_name_says(name: str, kind: type) -> None:
    assert isinstance(parse((EVENTS / f"slack/{name}.json").read_bytes(), NOW), kind)


def test_sample_mention_and_its_twin_are_one_message() -> None:
    first, second = (
        parse((EVENTS / f"slack/{name}.json").read_bytes(), NOW)
        for name in ("channel-mention", "channel-mention-twin")
    )
    assert isinstance(first, Received)
    assert isinstance(second, Received)
    assert first.inbound.id == second.inbound.id
    assert first.inbound.text == second.inbound.text


def test_wrapped_sample_carries_the_direct_message() -> None:
    wrapped = load_event("apigateway/slack-dm")
    assert json.loads(wrapped["body"]) == load_event("slack/dm")
    assert wrapped["version"] == "2.0"


def test_signing_uses_the_raw_bytes() -> None:
    body = '{"text": "\u00e9\r\n"}'.encode()
    expected = hmac.new(b"s", b"v0:7:" + body, hashlib.sha256).hexdigest()
    assert sign("s", body, 7)["X-Slack-Signature"] == f"v0={expected}"
