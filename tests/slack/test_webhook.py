"""The webhook from raw HTTP to the table: every answer it can give, and why."""

import json

import pytest

from parley.core.limits import WEBHOOK_BODY_BYTES
from tests.slack.bodies import changed
from tests.slack.shop import COMMANDS, EVENTS, INTERACTIONS, NAME, Client, Shop
from tests.slack.signing import NOW, SECRET, as_command, as_interaction, body_of, sample, signed

DM = "slack:dm:U0ADA00001"
THREAD = "slack:thread:C0GENERAL1:1790000010.000200"


@pytest.fixture(name="shop")
def new_shop() -> Shop:
    return Shop()


def test_a_message_is_accepted_and_wakes_its_conversation(shop: Shop) -> None:
    assert shop.send(body_of("dm")) == (200, "")
    (message,) = shop.queue(DM)
    assert message.text == "Which files changed in the last commit?"
    state = shop.store.inbox.read(DM)
    assert state is not None
    assert state.title == "slack / U0ADA00001"
    assert shop.executions.names == {(DM, state.generation)}


@pytest.mark.parametrize("path", [EVENTS, INTERACTIONS, COMMANDS])
@pytest.mark.parametrize("name", ["dm", "message-action"])
def test_each_address_takes_all_kinds(shop: Shop, name: str, path: str) -> None:
    assert shop.send(body_of(name), path) == (200, "")
    assert len(shop.all_queued) == 1


def test_files_are_queued_with_their_message(shop: Shop) -> None:
    shop.send(body_of("file-share"))
    (message,) = shop.queue(DM)
    assert [each.name for each in message.attachments] == ["build.log"]


def test_a_message_that_is_handed_over_is_answered_in_its_thread(shop: Shop) -> None:
    shop.send(body_of("message-action"), INTERACTIONS)
    (message,) = shop.queue("slack:thread:C0GENERAL1:1790000044.000100")
    assert "KeyError: <name>" in message.text
    assert shop.notices.posted == []


def test_a_command_is_answered_at_once_to_its_sender_alone(shop: Shop) -> None:
    status, text = shop.send(body_of("slash-command"), COMMANDS)
    answer = json.loads(text)
    assert (status, answer["response_type"]) == (200, "ephemeral")
    assert answer["text"].startswith("Nothing has been said here yet.")
    assert shop.notices.posted == []


def test_a_command_that_is_none_is_a_prompt(shop: Shop) -> None:
    fields = {**sample("slash-command"), "text": "why is the build red?"}
    assert shop.send(as_command(fields), COMMANDS) == (200, "")
    (message,) = shop.all_queued
    assert message.text == "why is the build red?"
    assert message.delivery.target == "slack:channel:C0GENERAL1"


def test_a_command_as_a_message_is_answered_where_it_was_written(shop: Shop) -> None:
    assert shop.send(json.dumps(changed("dm", text="!status")).encode()) == (200, "")
    (notice,) = shop.notices.posted
    assert notice.place == {"channel": "D0ADA00000", "user": "U0ADA00001", "direct": "yes"}
    assert notice.text.startswith("Nothing has been said here yet.")
    assert shop.all_queued == []


def test_the_stop_button_is_answered(shop: Shop) -> None:
    assert shop.send(body_of("agent-session-stopped")) == (200, "")
    (notice,) = shop.notices.posted
    assert notice.text == "Nothing is running here."


def test_a_click_on_a_request_that_nobody_knows_is_answered_by_its_response_url(
    shop: Shop,
) -> None:
    assert shop.send(body_of("block-actions"), INTERACTIONS) == (200, "")
    (notice,) = shop.notices.posted
    assert notice.place == {"response_url": "https://hooks.slack.com/actions/T0PARLEY01/1/x"}
    assert "don't know this request" in notice.text


@pytest.mark.parametrize("name", ["block-actions", "slash-command", "message-action"])
def test_strangers_get_neither_buttons_nor_commands(name: str) -> None:
    shop = Shop(users=["U0SOMEBODY"])
    shop.send(body_of(name), COMMANDS)
    assert shop.texts == []
    assert shop.executions.woken == []


def test_a_stranger_is_told_once_how_to_be_let_in() -> None:
    shop = Shop(users=["U0SOMEBODY"])
    for _ in range(2):
        assert shop.send(body_of("dm")) == (200, "")
    (notice,) = shop.notices.posted
    assert "U0ADA00001" in notice.text


def test_a_notice_that_is_lost_loses_no_message(shop: Shop) -> None:
    shop.notices.down = True
    assert shop.send(body_of("block-actions"), INTERACTIONS) == (200, "")
    assert shop.telemetry.told("notice_lost")


def test_what_is_no_button_of_ours_is_answered_and_dropped(shop: Shop) -> None:
    payload = {**sample("block-actions"), "actions": [{"type": "button", "value": "buy"}]}
    for content in (payload, sample("view-submission")):
        assert shop.send(as_interaction(content), INTERACTIONS) == (200, "")
    assert len(shop.telemetry.told("webhook_ignored")) == 2


def test_a_channel_that_is_switched_off_is_not_there() -> None:
    shop = Shop(enabled=False)
    assert shop.send(body_of("dm"))[0] == 404


@pytest.mark.parametrize("twice", [0, 1])
def test_twins_are_one_message_whichever_comes_first(shop: Shop, twice: int) -> None:
    bodies = [body_of("channel-mention"), body_of("channel-mention-twin")]
    for body in [bodies[twice], bodies[1 - twice], bodies[twice]]:
        assert shop.send(body) == (200, "")
    assert len(shop.all_queued) == 1


def test_a_platforms_retry_is_answered_like_the_first(shop: Shop) -> None:
    assert shop.send(body_of("dm")) == (200, "")
    retry = {"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_timeout"}
    assert shop.send(body_of("dm"), **retry) == (200, "")
    assert len(shop.all_queued) == 1


def test_a_retry_of_a_message_that_never_arrived_is_accepted(shop: Shop) -> None:
    assert shop.send(body_of("dm"), **{"X-Slack-Retry-Num": "3"}) == (200, "")
    assert len(shop.all_queued) == 1


def test_a_follow_up_needs_a_known_thread(shop: Shop) -> None:
    assert shop.send(body_of("thread-follow-up")) == (200, "")
    assert shop.texts == []
    shop.send(body_of("channel-mention"))
    assert shop.send(body_of("thread-follow-up")) == (200, "")
    assert shop.texts[1:] == ["and which commit broke it?"]


@pytest.mark.parametrize("name", ["edited", "bot-message"])
def test_what_is_not_for_us_is_answered_and_dropped(shop: Shop, name: str) -> None:
    assert shop.send(body_of(name)) == (200, "")
    assert shop.texts == []
    assert shop.telemetry.told("webhook_ignored")


def test_an_unknown_event_is_answered_and_dropped(shop: Shop) -> None:
    assert shop.send(b'{"type":"event_callback","event":{"type":"new_thing"}}') == (200, "")
    assert shop.send(b'{"type":"something_else"}') == (200, "")


def test_nobody_is_let_in_by_an_empty_list() -> None:
    shop = Shop(users=[])
    assert shop.send(body_of("dm")) == (200, "")
    assert shop.texts == []


def test_the_challenge_is_answered_when_signed(shop: Shop) -> None:
    body = body_of("url-verification")
    assert shop.send(body) == (200, "a-challenge-that-comes-back")
    response = Client(shop.app).post(EVENTS, content=body)
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
def test_forged_requests_are_refused(shop: Shop, headers: dict[str, str]) -> None:
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    response = Client(shop.app).post(EVENTS, content=body_of("dm"), headers=raw)
    assert response.status_code == 401
    assert shop.texts == []


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b"\xff\xfe", b'{"a":' * 50_000])
def test_malformed_bodies_are_refused(shop: Shop, body: bytes) -> None:
    assert shop.send(body)[0] == 400


def test_a_body_at_the_limit_is_read_and_one_above_is_not(shop: Shop) -> None:
    body = body_of("dm")
    padded = body + b" " * (WEBHOOK_BODY_BYTES - len(body))
    assert shop.send(padded) == (200, "")
    assert shop.send(padded + b" ")[0] == 413
    assert len(shop.all_queued) == 1


def test_a_store_that_is_down_makes_slack_come_again(shop: Shop) -> None:
    shop.store_down = True
    response = Client(shop.app).post(EVENTS, content=body_of("dm"), headers=signed(body_of("dm")))
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "30"
    assert "X-Slack-No-Retry" not in response.headers
    assert shop.telemetry.counts["WebhooksUnavailable"] == 1
    shop.store_down = False
    assert shop.send(body_of("dm")) == (200, "")


def test_a_missing_secret_is_named_in_the_log_only(shop: Shop) -> None:
    shop.secrets.values.clear()
    response = Client(shop.app).post(EVENTS, content=body_of("dm"), headers=signed(body_of("dm")))
    assert response.status_code == 503
    assert NAME not in response.text
    ((_, error, _),) = shop.telemetry.failures
    assert NAME in str(error)


def test_a_secret_that_cannot_be_read_now_makes_slack_come_again(shop: Shop) -> None:
    shop.secrets.down = True
    response = Client(shop.app).post(EVENTS, content=body_of("dm"), headers=signed(body_of("dm")))
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "30"
    shop.secrets.down = False
    assert shop.send(body_of("dm")) == (200, "")


@pytest.mark.parametrize("path", [EVENTS, INTERACTIONS, COMMANDS])
def test_only_posts_are_taken(shop: Shop, path: str) -> None:
    assert Client(shop.app).get(path).status_code == 405
    assert Client(shop.app).post("/webhooks/slack", content=b"").status_code == 404


def test_neither_text_nor_secret_is_logged(shop: Shop) -> None:
    for name in ("dm", "channel-mention", "file-share", "edited"):
        shop.send(body_of(name))
    logged = repr(shop.telemetry)
    assert "files changed" not in logged
    assert "build" not in logged
    assert SECRET not in logged
