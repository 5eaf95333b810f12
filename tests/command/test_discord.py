"""`setup discord`: commands and addresses, from a terminal."""

import re
from collections.abc import Callable

import pytest

from parley.command.discord import commands
from parley.core.commands import FORMS
from tests.command.servers import Account, Ended, Platform, Reply, Sent, command, platform

TOKEN = "made-up.discord.token"
BASE = "https://parley.example"
APPLICATION = {"id": "1145", "name": "Parley", "verify_key": "ab" * 32}


def discord(sent: Sent) -> Reply:
    if sent.headers.get("Authorization") != f"Bot {TOKEN}":
        return Reply({"message": "401: Unauthorized", "code": 0}, 401)
    if not sent.headers.get("User-Agent", "").startswith("DiscordBot ("):
        return Reply(b"blocked", 403)
    if sent.method == "PUT":
        return Reply(sent.body)
    return Reply(APPLICATION)


def setup(api: Platform, *more: str, token: str = TOKEN) -> Ended:
    account = Account({"ssm:/parley/discord-bot-token": token})
    return command("setup", "discord", "--api", api.url, *more, account=account)


def refusing(method: str, reply: Reply | None) -> Callable[[Sent], Reply | None]:
    return lambda sent: reply if sent.method == method else discord(sent)


def test_commands_are_put_for_all_servers() -> None:
    with platform(discord) as api:
        ended = setup(api, "--url", BASE)
    assert ended.code == 0
    [sent] = [request for request in api.requests if request.method == "PUT"]
    assert sent.path == "/applications/1145/commands"
    assert sent.body == commands()


def test_commands_are_put_for_one_server() -> None:
    with platform(discord) as api:
        ended = setup(api, "--guild", "77")
    [sent] = [request for request in api.requests if request.method == "PUT"]
    assert sent.path == "/applications/1145/guilds/77/commands"
    assert "in the server 77" in ended.out


def test_the_addresses_are_registered() -> None:
    with platform(discord) as api:
        setup(api, "--url", f"{BASE}/webhooks/discord/interactions")
    [sent] = [request for request in api.requests if request.method == "PATCH"]
    assert sent.path == "/applications/@me"
    assert sent.body == {
        "interactions_endpoint_url": f"{BASE}/webhooks/discord/interactions",
        "event_webhooks_url": f"{BASE}/webhooks/discord/events",
        "event_webhooks_status": 2,
        "event_webhooks_types": ["APPLICATION_AUTHORIZED", "APPLICATION_DEAUTHORIZED"],
    }


def test_before_the_deployment_it_says_what_to_deploy_with() -> None:
    with platform(discord) as api:
        ended = setup(api)
    assert f"DiscordApplicationId=1145 DiscordPublicKey={'ab' * 32}" in ended.out
    assert "no addresses set" in ended.out
    assert not [request for request in api.requests if request.method == "PATCH"]


def test_a_repeat_sends_the_same() -> None:
    with platform(discord) as api:
        first, second = setup(api, "--url", BASE), setup(api, "--url", BASE)
    assert first == second
    assert api.requests[:3] == api.requests[3:]


def test_each_command_is_one_that_discord_takes() -> None:
    for each in commands():
        assert len(each["name"]) <= 32
        if each["type"] == 1:
            assert re.fullmatch(r"[a-z]+", each["name"])
            assert 1 <= len(each["description"]) <= 100
            required = [option.get("required", False) for option in each["options"]]
            assert required == sorted(required, reverse=True)
            for option in each["options"]:
                assert re.fullmatch(r"[a-z]+", option["name"])
                assert 1 <= len(option["description"]) <= 100
    names = [each["name"] for each in commands()]
    assert names == ["ask", *(form.name for form in FORMS), "Ask agent"]


def test_a_command_has_its_arguments_as_options() -> None:
    queue, deny = (
        next(each for each in commands() if each["name"] == name) for name in ("queue", "deny")
    )
    [mode] = queue["options"]
    assert [choice["value"] for choice in mode["choices"]] == [
        "followup",
        "steer",
        "interrupt",
        "reject",
    ]
    assert [(option["name"], option["required"]) for option in deny["options"]] == [
        ("id", True),
        ("reason", False),
    ]


@pytest.mark.parametrize(
    ("method", "reply", "told"),
    [
        ("GET", Reply({"message": "401: Unauthorized"}, 401), "does not know this bot token"),
        ("PUT", Reply({"message": "Missing Access"}, 403), "refused PUT commands: Missing Access"),
        (
            "PUT",
            Reply({"message": "Invalid Form Body", "errors": {"0": "name"}}, 400),
            'Invalid Form Body {"0": "name"}',
        ),
        ("PUT", Reply({"message": "slow", "retry_after": 3.5}, 429), "asks to wait 3.5 s"),
        ("PATCH", Reply(b"<html>", 502), "cannot do it now"),
        (
            "PATCH",
            Reply(
                {"message": "Invalid Form Body", "errors": {"interactions_endpoint_url": {}}}, 400
            ),
            "They must be deployed with this application's public key",
        ),
        ("GET", None, "Discord does not answer"),
    ],
)
def test_a_refusal_is_told(method: str, reply: Reply | None, told: str) -> None:
    with platform(refusing(method, reply)) as api:
        ended = setup(api, "--url", BASE)
    assert ended.code == 1
    assert told in ended.errors
    assert TOKEN not in ended.errors


def test_a_wrong_token_is_told() -> None:
    with platform(discord) as api:
        ended = setup(api, token="wrong")
    assert "Discord does not know this bot token" in ended.errors
