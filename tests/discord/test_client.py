"""The client against a real HTTP server on loopback: what is sent, and by whose right."""

import pytest

from parley.adapters.discord.client import MERGED, DiscordChannel
from parley.core.approval import Choice, Prompt, payload
from parley.core.reply import Part
from parley.errors import ChannelUnavailable, RateLimited, Undeliverable
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
    BY_TOKEN,
    DELIVERY,
    FOLLOW_UP,
    GROWN,
    ORIGINAL,
    PEER,
    POST,
    SPENT,
    YOUNG,
    edit,
    first,
    message,
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


def test_progress_is_the_answer_to_the_interaction_until_the_reply_is(
    discord: DiscordChannel, api: Api
) -> None:
    post = discord.show_progress(DELIVERY, "bash · 3 s", None, 4.0)
    assert discord.show_progress(DELIVERY, "bash · 6 s", post, 4.0) == post
    first(discord, replacing=post)
    assert api.calls == [ORIGINAL] * 3
    contents = [sent.body["content"] for sent in api.requests]
    assert contents == ["bash · 3 s", "bash · 6 s", "**Done.**"]


def test_progress_can_be_replaced_after_the_token_is_spent(
    discord: DiscordChannel, api: Api, clock: FakeClock
) -> None:
    post = discord.show_progress(DELIVERY, "bash", None, 4.0)
    clock.advance(SPENT)
    assert discord.show_progress(DELIVERY, "read", post, 4.0) == post
    first(discord, replacing=post)
    assert api.calls == [ORIGINAL, edit("77"), edit("77")]
    assert "nonce" not in api.requests[2].body


def test_progress_whose_token_is_spent_unexpectedly_is_edited_by_the_bot(
    discord: DiscordChannel, api: Api
) -> None:
    api.answers.append(INVALID_TOKEN)
    first(discord, replacing="original:77")
    assert api.calls == [ORIGINAL, edit("77")]


def test_progress_does_not_wait_for_an_early_404(discord: DiscordChannel, api: Api) -> None:
    api.answers.append(UNKNOWN_WEBHOOK)
    with pytest.raises(ChannelUnavailable, match="too early"):
        discord.show_progress(DELIVERY, "bash", None, 4.0)
    assert api.calls == [ORIGINAL]


def test_progress_begins_as_a_message_where_the_token_is_spent(
    discord: DiscordChannel, api: Api, clock: FakeClock
) -> None:
    clock.advance(SPENT)
    assert discord.show_progress(DELIVERY, "bash", None, 4.0) == "message:77"
    discord.show_progress(DELIVERY, "read", "message:77", 4.0)
    assert api.calls == [POST, edit("77")]


def test_progress_that_was_deleted_is_shown_anew(discord: DiscordChannel, api: Api) -> None:
    api.answers.append(UNKNOWN_MESSAGE)
    assert discord.show_progress(DELIVERY, "bash", "original:5", 4.0) == "message:77"
    assert api.calls == [ORIGINAL, POST]


def test_an_edit_under_a_rate_limit_is_dropped(discord: DiscordChannel, api: Api) -> None:
    api.answers.append(refusal(429, 0, retry_after=0.3))
    with pytest.raises(RateLimited):
        discord.show_progress(DELIVERY, "bash", "original:77", 4.0)


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


def test_a_prompt_has_buttons(discord: DiscordChannel, api: Api) -> None:
    prompt = Prompt("k3v9q2m8x1c7", "May I run `ls`?", 1, always="bash")
    assert discord.ask(DELIVERY, prompt, "k3v9q2m8x1c7", 10.0) == "message:77"
    assert api.only.what == POST
    (row,) = api.only.body["components"]
    assert [(each["label"], each["style"]) for each in row["components"]] == [
        ("Allow", 3),
        ("Deny", 4),
        ("Always allow bash here", 2),
    ]
    assert [each["custom_id"] for each in row["components"]] == [
        payload("k3v9q2m8x1c7", choice) for choice in (Choice.ALLOW, Choice.DENY, Choice.ALWAYS)
    ]


def test_several_calls_are_allowed_together_and_without_a_rule(
    discord: DiscordChannel, api: Api
) -> None:
    discord.ask(DELIVERY, Prompt("k3v9", "May I?", 3), "k3v9", 10.0)
    (row,) = api.only.body["components"]
    assert [each["label"] for each in row["components"]] == ["Allow all", "Deny all"]


def test_labels_fit(discord: DiscordChannel, api: Api) -> None:
    discord.ask(DELIVERY, Prompt("k3v9", "May I?", 1, always="x" * 200), "k3v9", 10.0)
    (row,) = api.only.body["components"]
    assert max(len(each["label"]) for each in row["components"]) == 80


def test_a_prompt_gets_its_outcome_and_loses_its_buttons(discord: DiscordChannel, api: Api) -> None:
    discord.settle(DELIVERY, "message:42", "Allowed by Ada.", 10.0)
    assert api.only.what == edit("42")
    assert api.only.body == {"content": "Allowed by Ada.", **QUIET, "components": []}


def test_without_a_bot_a_prompt_is_asked_and_settled_by_token(
    discord: DiscordChannel, api: Api
) -> None:
    api.answers.append(MISSING_ACCESS)
    post = discord.ask(DELIVERY, Prompt("k3v9", "May I?", 1), "k3v9", 10.0)
    discord.settle(DELIVERY, post, "Denied.", 10.0)
    assert api.calls == [POST, FOLLOW_UP, f"PATCH {BY_TOKEN}/messages/77"]


def test_a_prompt_that_is_gone_is_none_to_settle(discord: DiscordChannel, api: Api) -> None:
    api.answers.append(UNKNOWN_MESSAGE)
    discord.settle(DELIVERY, "message:42", "Denied.", 10.0)
    assert api.calls == [edit("42")]


def test_what_became_of_a_message_is_its_interactions_answer(
    discord: DiscordChannel, api: Api
) -> None:
    discord.tell(message(), "Passed on.", 10.0)
    assert api.only.what == ORIGINAL
    assert api.only.body["content"] == "Passed on."


def test_what_became_of_an_old_message_names_its_sender(
    discord: DiscordChannel, api: Api, clock: FakeClock
) -> None:
    clock.advance(SPENT)
    discord.tell(message(), "Passed on.", 10.0)
    assert api.only.what == POST
    assert api.only.body["content"].endswith("Passed on.")
    assert PEER in api.only.body["content"]
    assert api.only.body["allowed_mentions"] == {"parse": []}


def test_a_merged_message_says_where_its_answer_is(discord: DiscordChannel, api: Api) -> None:
    discord.merge(message())
    assert api.only.what == ORIGINAL
    assert api.only.body["content"] == MERGED


@pytest.mark.parametrize("answer", [UNKNOWN_MESSAGE, INVALID_TOKEN])
def test_a_merged_message_that_is_gone_is_let_go(
    discord: DiscordChannel, api: Api, answer: Scripted
) -> None:
    api.answers.append(answer)
    discord.merge(message())
    assert api.calls == [ORIGINAL]


def test_a_merged_message_whose_token_is_spent_is_let_go(
    discord: DiscordChannel, api: Api, clock: FakeClock
) -> None:
    clock.advance(SPENT)
    discord.merge(message())
    assert api.calls == []


def test_a_message_is_acknowledged_by_the_http_answer(discord: DiscordChannel, api: Api) -> None:
    discord.acknowledge(message())
    assert api.calls == []


def test_typing_is_shown_when_nothing_else_can_be(
    discord: DiscordChannel, api: Api, clock: FakeClock
) -> None:
    clock.advance(YOUNG)
    discord.indicate(DELIVERY, 4.0)
    clock.advance(SPENT)
    api.answers.append(Scripted(b"", 204))
    discord.indicate(DELIVERY, 4.0)
    assert api.calls == ["POST /channels/101/typing"]


def test_typing_that_cannot_be_shown_is_let_go(
    discord: DiscordChannel, api: Api, clock: FakeClock
) -> None:
    clock.advance(SPENT)
    api.answers.append(MISSING_ACCESS)
    discord.indicate(DELIVERY, 4.0)


def test_a_notice_is_for_the_person_alone(discord: DiscordChannel, api: Api) -> None:
    place = {"application_id": "1", "token": DELIVERY.meta["token"]}
    discord.notify(place, "Recorded.", 4.0)
    assert api.only.what == FOLLOW_UP
    assert api.only.body["flags"] == 4 | 64


def test_edits_of_one_post_keep_their_distance(discord: DiscordChannel) -> None:
    assert discord.pace(DELIVERY) == 2.0


def test_a_split_reply_is_what_is_sent(discord: DiscordChannel, api: Api) -> None:
    channel: Channel = discord
    parts = channel.split("```py\n" + "x = 1\n" * 600 + "```")
    for number, part in enumerate(parts):
        channel.send(DELIVERY, part, f"turn-{number}", 10.0)
    assert len(parts) > 1
    assert [sent.body["content"] for sent in api.requests] == [part.text for part in parts]
    assert api.calls == [ORIGINAL] + [POST] * (len(parts) - 1)


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
