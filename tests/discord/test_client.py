"""The client against a real HTTP server on loopback: what is sent, and by whose right."""

import pytest

from parley.adapters.discord.client import DiscordChannel
from parley.core.reply import Part
from parley.errors import ChannelUnavailable, Undeliverable
from parley.ports import Channel
from tests.discord.doubles import (
    INVALID_TOKEN,
    MISSING_ACCESS,
    NAME,
    TOKEN,
    UNKNOWN_MESSAGE,
    UNKNOWN_WEBHOOK,
    Api,
    NamedValues,
    Scripted,
    refusal,
)
from tests.discord.places import (
    DELIVERY,
    FOLLOW_UP,
    GROWN,
    ORIGINAL,
    POST,
    SPENT,
    edit,
    first,
    second,
)
from tests.fakes.world import FakeClock

QUIET = {"allowed_mentions": {"parse": []}, "flags": 4}


def test_the_first_part_is_the_answer_to_the_interaction(discord: DiscordChannel, api: Api) -> None:
    first(discord)
    assert api.only.what == ORIGINAL
    assert api.only.body == {"content": "**Done.**", **QUIET}
    assert "Authorization" not in api.only.headers
    assert api.only.headers["Content-Type"] == "application/json"


def test_the_client_says_who_it_is(discord: DiscordChannel, api: Api) -> None:
    first(discord)
    assert api.only.headers["User-Agent"].startswith("DiscordBot (https://")


def test_further_parts_are_messages_of_the_bot(discord: DiscordChannel, api: Api) -> None:
    second(discord)
    assert api.only.what == POST
    assert api.only.headers["Authorization"] == f"Bot {TOKEN}"
    nonce = api.only.body["nonce"]
    assert len(nonce) <= 25
    assert api.only.body == {
        "content": "And more.",
        **QUIET,
        "nonce": nonce,
        "enforce_nonce": True,
    }


def test_a_nonce_is_the_same_for_the_same_part_only(discord: DiscordChannel, api: Api) -> None:
    second(discord)
    second(discord)
    discord.send(DELIVERY, Part("And more."), "turn-2", 10.0)
    one, again, other = (sent.body["nonce"] for sent in api.requests)
    assert one == again != other


def test_after_fifteen_minutes_the_bot_answers(
    discord: DiscordChannel, api: Api, clock: FakeClock
) -> None:
    clock.advance(SPENT)
    first(discord)
    assert api.calls == [POST]
    assert api.only.body["content"] == "**Done.**"


def test_an_early_404_is_waited_out(discord: DiscordChannel, api: Api, clock: FakeClock) -> None:
    api.answers.extend([UNKNOWN_WEBHOOK] * 3)
    before = clock.monotonic()
    first(discord)
    assert api.calls == [ORIGINAL] * 4
    assert clock.monotonic() - before == pytest.approx(0.5 + 1 + 2)


def test_an_early_404_that_lasts_is_left_to_the_machine(
    discord: DiscordChannel, api: Api, clock: FakeClock
) -> None:
    api.answers.extend([UNKNOWN_WEBHOOK] * 9)
    before = clock.monotonic()
    with pytest.raises(ChannelUnavailable, match="too early"):
        first(discord, timeout=10.0)
    assert clock.monotonic() - before < 10


@pytest.mark.parametrize("answer", [UNKNOWN_WEBHOOK, INVALID_TOKEN, refusal(401, 0)])
def test_a_token_that_is_refused_later_is_spent(
    discord: DiscordChannel, api: Api, clock: FakeClock, answer: Scripted
) -> None:
    clock.advance(GROWN)
    api.answers.append(answer)
    first(discord)
    assert api.calls == [ORIGINAL, POST]


def test_an_invalid_token_is_not_waited_for(discord: DiscordChannel, api: Api) -> None:
    api.answers.append(INVALID_TOKEN)
    first(discord)
    assert api.calls == [ORIGINAL, POST]


def test_an_answer_that_was_deleted_is_given_anew(discord: DiscordChannel, api: Api) -> None:
    api.answers.append(UNKNOWN_MESSAGE)
    first(discord)
    assert api.calls == [ORIGINAL, POST]


def test_where_there_is_no_bot_the_interaction_is_followed_up(
    discord: DiscordChannel, api: Api
) -> None:
    api.answers.append(MISSING_ACCESS)
    second(discord)
    assert api.calls == [POST, FOLLOW_UP]
    assert api.requests[1].body == {"content": "And more.", **QUIET}


def test_where_there_is_no_bot_nothing_can_be_said_later(
    discord: DiscordChannel, api: Api, clock: FakeClock
) -> None:
    clock.advance(SPENT)
    api.answers.append(MISSING_ACCESS)
    with pytest.raises(Undeliverable, match="403, code 50001"):
        second(discord)
    assert api.calls == [POST]


@pytest.mark.parametrize("answer", [UNKNOWN_MESSAGE, MISSING_ACCESS])
def test_a_reply_whose_progress_is_gone_is_posted_anew(
    discord: DiscordChannel, api: Api, clock: FakeClock, answer: Scripted
) -> None:
    clock.advance(SPENT)
    api.answers.append(answer)
    first(discord, replacing="original:5")
    assert api.calls == [edit("5"), POST]


def test_a_reply_whose_progress_cannot_be_edited_any_more_takes_it_away(
    discord: DiscordChannel, api: Api, clock: FakeClock
) -> None:
    clock.advance(SPENT)
    api.answers.extend([refusal(429, 30046), Scripted(b"", 204)])
    first(discord, replacing="message:5")
    assert api.calls == [edit("5"), "DELETE /channels/101/messages/5", POST]


def test_old_progress_that_cannot_be_taken_away_stays(
    discord: DiscordChannel, api: Api, clock: FakeClock
) -> None:
    clock.advance(SPENT)
    api.answers.extend([refusal(403, 50005), MISSING_ACCESS])
    first(discord, replacing="message:5")
    assert api.calls[-1] == POST


def test_a_file_goes_out_beside_its_description(discord: DiscordChannel, api: Api) -> None:
    discord.send(DELIVERY, Part("# Rest\n\nÜber", "rest.md"), "turn-3", 10.0)
    assert api.only.what == POST
    assert api.only.headers["Content-Type"].startswith("multipart/form-data")
    assert b'name="payload_json"' in api.only.raw
    assert b'"attachments": [{"id": 0, "filename": "rest.md"}]' in api.only.raw
    assert b'name="files[0]"; filename="rest.md"' in api.only.raw
    assert "# Rest\n\nÜber".encode() in api.only.raw
    assert b'"enforce_nonce": true' in api.only.raw


def test_a_file_can_be_the_answer_to_the_interaction(discord: DiscordChannel, api: Api) -> None:
    discord.send(DELIVERY, Part("all", "all.md"), "turn-0", 10.0)
    assert api.only.what == ORIGINAL
    assert b'filename="all.md"' in api.only.raw


def test_a_split_reply_is_what_is_sent(discord: DiscordChannel, api: Api) -> None:
    channel: Channel = discord
    parts = channel.split("```py\n" + "x = 1\n" * 600 + "```")
    for number, part in enumerate(parts):
        channel.send(DELIVERY, part, f"turn-{number}", 10.0)
    assert len(parts) > 1
    assert [sent.body["content"] for sent in api.requests] == [part.text for part in parts]
    assert api.calls == [ORIGINAL] + [POST] * (len(parts) - 1)


def test_names_come_with_the_interactions(discord: DiscordChannel, api: Api) -> None:
    assert discord.name_of("1001", 2.0) == ""
    assert not api.requests


def test_half_a_character_does_not_stop_a_reply(discord: DiscordChannel, api: Api) -> None:
    discord.send(DELIVERY, Part("a \ud800 b"), "turn-0", 10.0)
    assert api.only.body["content"] == "a ? b"


def test_a_replaced_bot_token_is_read_afresh(
    discord: DiscordChannel, api: Api, secrets: NamedValues
) -> None:
    secrets.values[NAME] = ["old", "new"]
    api.answers.append(refusal(401, 0))
    second(discord)
    assert [sent.headers["Authorization"] for sent in api.requests] == ["Bot old", "Bot new"]
