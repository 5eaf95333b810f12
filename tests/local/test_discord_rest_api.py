import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from local.discord.acting import click, command
from local.discord.app import DiscordStandIn, discord_stand_in
from local.discord.interactions import DEFERRED, MESSAGE, MODAL, Interaction
from local.discord.limits import EPHEMERAL, FILE_BYTES, TOKEN_SECONDS
from local.discord.rooms import APPLICATION, DEV, GENERAL, PEOPLE
from local.faults import Fault
from local.ports import loopback_port

ADA, BEN, TOKEN = PEOPLE[0].id, PEOPLE[1].id, "bot-token"
HEADERS = {"User-Agent": "DiscordBot (https://example.com, 1)", "Authorization": f"Bot {TOKEN}"}


class Time:
    now = 1_790_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def clock() -> Time:
    return Time()


@pytest.fixture(scope="module")
def served(clock: Time) -> Iterator[DiscordStandIn]:
    with discord_stand_in(loopback_port(), token=TOKEN, now=clock) as running:
        yield running


@pytest.fixture
def discord(served: DiscordStandIn, clock: Time) -> DiscordStandIn:
    clock.now += 10_000  # nothing was done for a long time
    return served


def call(
    stand_in: DiscordStandIn, method: str, path: str, body: object = None, **headers: str
) -> httpx.Response:
    url, sent = f"{stand_in.api_url}{path}", HEADERS | headers
    return httpx.request(method, url, json=body, headers=sent)


def post(stand_in: DiscordStandIn, room: str = GENERAL, /, **body: Any) -> httpx.Response:
    return call(stand_in, "POST", f"/channels/{room}/messages", body)


def asked(stand_in: DiscordStandIn, answer: dict[str, Any], room: str = GENERAL) -> Interaction:
    """Ada's `/ask`, with the first answer that the bot gave."""
    made = command(stand_in.discord, room, ADA, "ask", {"prompt": "why?"}).interaction
    stand_in.interactions.answer(made, answer)
    return made


def original(made: Interaction) -> str:
    return f"/webhooks/{APPLICATION}/{made.token}/messages/@original"


def rows(*buttons: dict[str, Any], count: int = 1) -> list[dict[str, Any]]:
    return [{"type": 1, "components": list(buttons)}] * count


def button(custom_id: str = "a:1:allow", label: str = "Allow") -> dict[str, Any]:
    return {"type": 2, "style": 3, "label": label, "custom_id": custom_id}


def test_caller_without_its_name_is_kept_out(discord: DiscordStandIn) -> None:
    answer = call(discord, "GET", "/users/@me", **{"User-Agent": "python-httpx/0.28"})
    assert (answer.status_code, answer.text) == (403, "error code: 1010")


def test_wrong_token_is_unauthorized(discord: DiscordStandIn) -> None:
    answer = call(discord, "GET", "/users/@me", Authorization="Bot other")
    assert answer.status_code == 401
    assert answer.json() == {"message": "401: Unauthorized", "code": 0}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"content": " "}, 50006),
        ({"content": "x" * 2001}, 50035),
        ({"content": "x", "nonce": "x" * 26}, 50035),
        ({"content": "x", "components": rows(button(), count=6)}, 50035),
        ({"content": "x", "components": rows(*[button(str(n)) for n in range(6)])}, 50035),
        ({"content": "x", "components": rows(button(label="x" * 81))}, 50035),
        ({"content": "x", "components": rows(button(custom_id="x" * 101))}, 50035),
        ({"content": "x", "components": rows(button(custom_id=""))}, 50035),
        ({"content": "x", "components": rows(button(), button())}, 50035),
        ({"content": "x", "components": [button()]}, 50035),
        ({"content": "x", "allowed_mentions": {"parse": ["all"]}}, 50035),
        ({"content": "x", "message_reference": {"message_id": "1"}}, 50035),
    ],
)
def test_message_is_refused(discord: DiscordStandIn, body: dict[str, Any], code: int) -> None:
    answer = post(discord, **body)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_refusal_names_the_field(discord: DiscordStandIn) -> None:
    [error] = post(discord, content="x" * 2001).json()["errors"]["content"]["_errors"]
    wanted = {"code": "BASE_TYPE_MAX_LENGTH", "message": "Must be 2000 or fewer in length."}
    assert error == wanted


def test_unknown_channel_and_one_that_is_closed(discord: DiscordStandIn) -> None:
    assert post(discord, "1", content="x").json()["code"] == 10003
    discord.rooms.update_room(DEV, bot_may_write=False)
    assert post(discord, DEV, content="x").json() == {"message": "Missing Access", "code": 50001}
    discord.rooms.update_room(DEV, bot_may_write=True)


def test_mentions_ring_unless_they_are_forbidden(discord: DiscordStandIn) -> None:
    text = f"@everyone <@{ADA}>"
    loud, quiet = (
        post(discord, content=text),
        post(discord, content=text, allowed_mentions={"parse": []}),
    )
    assert loud.json()["mention_everyone"]
    found = discord.rooms.find(GENERAL, quiet.json()["id"])
    assert found is not None
    assert found.pings == ()


def test_nonce_gives_the_earlier_message_where_it_is_enforced(
    discord: DiscordStandIn, clock: Time
) -> None:
    fields = {"content": "once", "nonce": "turn-1", "enforce_nonce": True}
    first, second = post(discord, **fields), post(discord, **fields)
    assert first.json()["id"] == second.json()["id"]
    unenforced = post(discord, content="once", nonce="turn-1")
    assert unenforced.json()["id"] != first.json()["id"]
    clock.now += 400
    assert post(discord, **fields).json()["id"] != first.json()["id"]


def test_sixth_message_within_five_seconds_is_too_fast(
    discord: DiscordStandIn, clock: Time
) -> None:
    for _ in range(5):
        assert post(discord, content="x").status_code == 200
    refused = post(discord, content="x")
    assert refused.status_code == 429
    assert refused.json() == {
        "message": "You are being rate limited.",
        "retry_after": 5.0,
        "global": False,
    }
    assert refused.headers["Retry-After"] == "5"
    assert post(discord, DEV, content="x").status_code == 200
    clock.now += 5
    assert post(discord, content="x").status_code == 200


def test_bot_edits_only_its_own_messages(discord: DiscordStandIn) -> None:
    mine = post(discord, content="x").json()["id"]
    path = f"/channels/{GENERAL}/messages/"
    assert call(discord, "PATCH", path + mine, {"content": "y"}).json()["content"] == "y"
    theirs = discord.rooms.say(GENERAL, ADA, "x").id
    assert call(discord, "PATCH", path + theirs, {"content": "y"}).json()["code"] == 50005
    assert call(discord, "PATCH", path + "1", {"content": "y"}).json()["code"] == 10008


def test_edit_leaves_what_it_does_not_name(discord: DiscordStandIn) -> None:
    made = post(discord, content="May I?", components=rows(button())).json()
    path = f"/channels/{GENERAL}/messages/{made['id']}"
    assert call(discord, "PATCH", path, {"content": "Allowed"}).json()["components"]
    assert not call(discord, "PATCH", path, {"components": []}).json()["components"]


def test_file_comes_and_is_fetched_again(discord: DiscordStandIn) -> None:
    content = b"whole\r\n\x00\xff"
    payload = {"content": "the rest", "attachments": [{"id": 0, "filename": "answer.md"}]}
    answer = httpx.post(
        f"{discord.api_url}/channels/{GENERAL}/messages",
        data={"payload_json": json.dumps(payload)},
        files={"files[0]": ("answer.md", content, "text/markdown")},
        headers=HEADERS,
    )
    [attachment] = answer.json()["attachments"]
    assert httpx.get(attachment["url"]).content == content


def test_large_file_is_refused(discord: DiscordStandIn) -> None:
    answer = httpx.post(
        f"{discord.api_url}/channels/{GENERAL}/messages",
        data={"payload_json": "{}"},
        files={"files[0]": ("big", b"x" * (FILE_BYTES + 1), "text/plain")},
        headers=HEADERS,
    )
    assert (answer.status_code, answer.json()["code"]) == (413, 40005)


def test_reaction_is_an_emoji_in_the_path(discord: DiscordStandIn) -> None:
    made = discord.rooms.say(GENERAL, ADA, "look")
    path = f"/channels/{GENERAL}/messages/{made.id}/reactions"
    assert call(discord, "PUT", f"{path}/%F0%9F%91%80/@me").status_code == 204
    assert call(discord, "PUT", f"{path}/eyes/@me").json()["code"] == 10014
    found = discord.rooms.find(GENERAL, made.id)
    assert found is not None
    assert found.reactions == ("👀",)


def test_typing_ends_with_the_bots_message(discord: DiscordStandIn) -> None:
    assert call(discord, "POST", f"/channels/{GENERAL}/typing").status_code == 204
    assert discord.rooms.typing() == [GENERAL]
    post(discord, content="x")
    assert discord.rooms.typing() == []


def test_deferred_answer_is_filled_in_without_the_bots_token(discord: DiscordStandIn) -> None:
    made = asked(discord, {"type": DEFERRED})
    [thinking] = [each for each in discord.rooms.messages(GENERAL) if each.thinking]
    body = {"content": "Because."}
    answer = call(discord, "PATCH", original(made), body, Authorization="")
    assert answer.json()["id"] == thinking.id
    found = discord.rooms.find(GENERAL, thinking.id)
    assert found is not None
    assert (found.text, found.thinking, found.edited) == ("Because.", False, None)


def test_deferred_answer_takes_no_flag_but_one(discord: DiscordStandIn) -> None:
    made = command(discord.discord, GENERAL, ADA, "ask").interaction
    answer = {"type": DEFERRED, "data": {"flags": EPHEMERAL | 4}}
    path = f"/interactions/{made.id}/{made.token}/callback"
    assert call(discord, "POST", path, answer).json()["code"] == 50035


def test_first_follow_up_takes_the_place_of_a_deferred_answer(discord: DiscordStandIn) -> None:
    made = asked(discord, {"type": DEFERRED})
    path = f"/webhooks/{APPLICATION}/{made.token}"
    first = call(discord, "POST", path, {"content": "one"}).json()
    second = call(discord, "POST", path, {"content": "two", "flags": EPHEMERAL}).json()
    assert first["id"] == made.original != second["id"]
    found = discord.rooms.find(GENERAL, second["id"])
    assert found is not None
    assert found.only_for == ADA


def test_interaction_is_answered_once(discord: DiscordStandIn) -> None:
    made = asked(discord, {"type": MESSAGE, "data": {"content": "hi"}})
    path = f"/interactions/{made.id}/{made.token}/callback"
    answer = {"type": MESSAGE, "data": {"content": "again"}}
    assert call(discord, "POST", path, answer).json()["code"] == 40060


def test_callback_that_comes_late_is_for_nobody(discord: DiscordStandIn, clock: Time) -> None:
    made = command(discord.discord, GENERAL, ADA, "ask").interaction
    clock.now += 3.1
    path = f"/interactions/{made.id}/{made.token}/callback"
    assert call(discord, "POST", path, {"type": DEFERRED}).json()["code"] == 10062


def test_token_dies_after_a_quarter_of_an_hour(discord: DiscordStandIn, clock: Time) -> None:
    made = asked(discord, {"type": DEFERRED})
    clock.now += TOKEN_SECONDS
    answer = call(discord, "PATCH", original(made), {"content": "late"})
    assert (answer.status_code, answer.json()["code"]) == (401, 50027)


def test_tokens_of_a_room_can_be_made_old_at_once(discord: DiscordStandIn) -> None:
    made = asked(discord, {"type": DEFERRED})
    discord.interactions.expire("another room")
    assert call(discord, "PATCH", original(made), {"content": "in time"}).status_code == 200
    discord.interactions.expire(made.room)
    assert call(discord, "PATCH", original(made), {"content": "late"}).json()["code"] == 50027


def test_webhook_is_unknown_for_a_while_after_deferring(discord: DiscordStandIn) -> None:
    discord.interactions.unknown_after_deferring = 2
    made = asked(discord, {"type": DEFERRED})
    discord.interactions.unknown_after_deferring = 0
    answers = [call(discord, "PATCH", original(made), {"content": "x"}) for _ in range(3)]
    assert [each.status_code for each in answers] == [404, 404, 200]
    assert answers[0].json() == {"message": "Unknown Webhook", "code": 10015}


def test_unknown_token_is_an_unknown_webhook(discord: DiscordStandIn) -> None:
    path = f"/webhooks/{APPLICATION}/nobody"
    assert call(discord, "POST", path, {"content": "x"}).json()["code"] == 10015


def test_sixth_answer_in_two_seconds_is_too_fast(discord: DiscordStandIn) -> None:
    made = asked(discord, {"type": DEFERRED})
    answers = [call(discord, "PATCH", original(made), {"content": str(n)}) for n in range(6)]
    assert [each.status_code for each in answers] == [200] * 5 + [429]


def test_form_opens_on_a_command_and_not_on_a_form(discord: DiscordStandIn) -> None:
    prompt = {"type": 4, "custom_id": "prompt", "style": 2}
    label = {"type": 18, "label": "Prompt", "component": prompt}
    modal = {"title": "Ask", "custom_id": "ask", "components": [label]}
    made = asked(discord, {"type": MODAL, "data": modal})
    assert made.modal == modal
    long = modal | {"title": "x" * 46}
    other = command(discord.discord, GENERAL, ADA, "ask").interaction
    path = f"/interactions/{other.id}/{other.token}/callback"
    assert call(discord, "POST", path, {"type": MODAL, "data": long}).json()["code"] == 50035


def test_message_for_one_person_has_no_place_in_the_channel(discord: DiscordStandIn) -> None:
    made = asked(discord, {"type": MESSAGE, "data": {"content": "psst", "flags": EPHEMERAL}})
    path = f"/channels/{GENERAL}/messages/{made.original}"
    assert call(discord, "GET", path).json()["code"] == 10008
    assert call(discord, "GET", original(made)).json()["content"] == "psst"


def test_clicked_button_has_to_be_there(discord: DiscordStandIn) -> None:
    made = post(discord, content="May I?", components=rows(button())).json()
    message = discord.rooms.find(GENERAL, made["id"])
    assert message is not None
    assert click(discord.discord, message, BEN, "a:1:allow").body["message"]["id"] == made["id"]
    with pytest.raises(ValueError, match="no such button"):
        click(discord.discord, message, BEN, "a:1:deny")


def test_commands_are_checked_and_kept(discord: DiscordStandIn) -> None:
    path = f"/applications/{APPLICATION}/commands"
    ask = {"name": "ask", "description": "Ask", "options": []}
    menu = {"name": "Ask agent", "type": 3}
    answer = call(discord, "PUT", path, [ask, menu])
    assert [each["name"] for each in answer.json()] == ["ask", "Ask agent"]
    for wrong in (
        ask | {"name": "Ask"},
        ask | {"description": ""},
        menu | {"description": "x"},
        ask | {"options": [{"name": "a", "description": "x" * 101}]},
    ):
        assert call(discord, "PUT", path, [wrong]).json()["code"] == 50035
    assert call(discord, "PUT", path, [ask, ask]).json()["code"] == 50035
    assert call(discord, "PUT", "/applications/1/commands", [ask]).json()["code"] == 10002


def test_thread_opens_on_a_message(discord: DiscordStandIn) -> None:
    made = post(discord, content="x").json()["id"]
    path = f"/channels/{GENERAL}/messages/{made}/threads"
    thread = call(discord, "POST", path, {"name": "Talk"}).json()
    assert (thread["id"], thread["type"], thread["parent_id"]) == (made, 11, GENERAL)
    assert call(discord, "POST", path, {"name": "Talk"}).json()["code"] == 160004


def test_failure_after_the_deed_leaves_the_message(discord: DiscordStandIn) -> None:
    fault = Fault("POST /channels/{channel}/messages", status=500, after=True, room=DEV)
    discord.api.faults.add(fault)
    assert post(discord, DEV, content="it is there").status_code == 500
    assert discord.rooms.messages(DEV)[-1].text == "it is there"
