"""`setup telegram`: the webhook, its secret and the commands, from a terminal."""

from collections.abc import Callable

import pytest

from parley.core.commands import FORMS
from tests.command.servers import Account, Ended, Platform, Reply, Sent, command, platform

TOKEN = "123456:made-up_token"
SECRET = "a-secret_7"
BASE = "https://abc.execute-api.eu-central-1.amazonaws.com"

BOT = {"id": 123456, "username": "our_bot", "can_read_all_group_messages": False}


def telegram(sent: Sent) -> Reply:
    """The Bot API, which knows one token."""
    if not sent.path.startswith(f"/bot{TOKEN}/"):
        return Reply({"ok": False, "error_code": 401, "description": "Unauthorized"}, 401)
    results = {"getMe": BOT, "getWebhookInfo": {"url": BASE, "pending_update_count": 0}}
    return Reply({"ok": True, "result": results.get(sent.path.rpartition("/")[2], True)})


def setup(api: Platform, token: str = TOKEN, secret: str = SECRET, url: str = BASE) -> Ended:
    account = Account(
        {"ssm:/parley/telegram-bot-token": token, "ssm:/parley/telegram-secret": secret}
    )
    return command("setup", "telegram", "--url", url, "--api", api.url, account=account)


def refusing(method: str, reply: Reply | None) -> Callable[[Sent], Reply | None]:
    return lambda sent: reply if sent.path.endswith(method) else telegram(sent)


def test_the_webhook_is_set_with_its_secret() -> None:
    with platform(telegram) as api:
        ended = setup(api)
    assert ended.code == 0
    [sent] = api.sent("setWebhook")
    assert sent.body == {
        "url": f"{BASE}/webhooks/telegram",
        "secret_token": SECRET,
        "allowed_updates": ["message", "callback_query"],
        "max_connections": 40,
    }


def test_the_commands_are_listed() -> None:
    with platform(telegram) as api:
        setup(api)
    [sent] = api.sent("setMyCommands")
    listed = sent.body["commands"]
    assert [each["command"] for each in listed] == ["ask", *(form.name for form in FORMS)]
    assert all(1 <= len(each["description"]) <= 256 for each in listed)


def test_it_says_what_to_configure() -> None:
    with platform(telegram) as api:
        ended = setup(api)
    assert '"bot_username": "our_bot"' in ended.out
    assert "/setprivacy" in ended.out


def test_a_delivery_that_failed_is_told() -> None:
    failed = Reply({"ok": True, "result": {"last_error_message": "Read timeout expired"}})
    with platform(refusing("getWebhookInfo", failed)) as api:
        ended = setup(api)
    assert "Telegram's last delivery failed: Read timeout expired" in ended.out


def test_a_repeat_sends_the_same() -> None:
    with platform(telegram) as api:
        first, second = setup(api), setup(api)
    assert first == second
    half = len(api.requests) // 2
    bodies = [(request.path, request.body) for request in api.requests]
    assert bodies[:half] == bodies[half:]


@pytest.mark.parametrize(
    ("method", "reply", "told"),
    [
        ("getMe", Reply({"ok": False, "description": "Unauthorized"}, 401), "does not know this"),
        ("getMe", Reply({"ok": False, "description": "Not Found"}, 404), "does not know this"),
        ("setWebhook", Reply({"ok": False, "description": "bad webhook"}, 400), "bad webhook"),
        ("setWebhook", Reply({"ok": False, "description": "Too Many"}, 429), "cannot do it now"),
        ("setMyCommands", Reply(b"<html>", 502), "cannot do it now"),
        ("getMe", Reply([], 200), "refused getMe: status 200"),
        ("getMe", None, "does not answer"),
    ],
)
def test_a_refusal_is_told(method: str, reply: Reply | None, told: str) -> None:
    with platform(refusing(method, reply)) as api:
        ended = setup(api)
    assert ended.code == 1
    assert told in ended.errors
    assert TOKEN not in ended.errors
    assert not ended.out


def test_an_api_that_is_not_there_is_told_without_the_token() -> None:
    with platform(telegram) as api:
        pass
    ended = setup(api)
    assert "Telegram does not answer (ConnectError)" in ended.errors
    assert TOKEN not in ended.errors


@pytest.mark.parametrize(
    ("token", "secret", "told"),
    [
        ("xoxb-1", SECRET, "the bot token is none"),
        (f"{TOKEN}/x", SECRET, "the bot token is none"),
        (TOKEN, "with space", "the webhook's secret must be"),
        (TOKEN, "x" * 257, "the webhook's secret must be"),
    ],
)
def test_what_telegram_would_not_take_is_not_sent(token: str, secret: str, told: str) -> None:
    with platform(telegram) as api:
        ended = setup(api, token, secret)
    assert ended.code == 1
    assert told in ended.errors
    assert not api.requests


def test_a_secret_that_is_not_stored_is_named() -> None:
    ended = command("setup", "telegram", "--url", BASE)
    assert (ended.code, ended.out) == (1, "")
    assert "ssm:/parley/telegram-bot-token" in ended.errors


def test_an_address_without_https_is_refused() -> None:
    with platform(telegram) as api:
        ended = setup(api, url="http://parley.example")
    assert "it must begin with https://" in ended.errors


def test_an_api_address_that_is_none_is_refused() -> None:
    account = Account(
        {"ssm:/parley/telegram-bot-token": TOKEN, "ssm:/parley/telegram-secret": SECRET}
    )
    ended = command("setup", "telegram", "--url", BASE, "--api", "nonsense", account=account)
    assert "the address of Telegram's API makes no sense" in ended.errors
