"""Progress, prompts and words beside the reply, against a real HTTP server on loopback."""

import pytest

from parley.adapters.discord.client import MERGED, DiscordChannel
from parley.core.approval import Choice, Prompt, payload
from parley.core.asking import buttons
from parley.errors import ChannelUnavailable, RateLimited, Undeliverable
from tests.discord.doubles import (
    INVALID_TOKEN,
    MISSING_ACCESS,
    UNKNOWN_MESSAGE,
    UNKNOWN_WEBHOOK,
    Api,
    Scripted,
    refusal,
)
from tests.discord.places import (
    BY_TOKEN,
    DELIVERY,
    FOLLOW_UP,
    ORIGINAL,
    PEER,
    POST,
    SPENT,
    YOUNG,
    edit,
    first,
    message,
)
from tests.fakes.world import FakeClock

QUIET = {"allowed_mentions": {"parse": []}, "flags": 4}


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


def test_a_prompt_has_buttons(discord: DiscordChannel, api: Api) -> None:
    prompt = Prompt("k3v9q2m8x1c7", "May I run `ls`?", buttons("k3v9q2m8x1c7", 1, "bash"))
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
    discord.ask(DELIVERY, Prompt("k3v9", "May I?", buttons("k3v9", 3)), "k3v9", 10.0)
    (row,) = api.only.body["components"]
    assert [each["label"] for each in row["components"]] == ["Allow all", "Deny all"]


def test_labels_fit(discord: DiscordChannel, api: Api) -> None:
    discord.ask(DELIVERY, Prompt("k3v9", "May I?", buttons("k3v9", 1, "x" * 200)), "k3v9", 10.0)
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
    post = discord.ask(DELIVERY, Prompt("k3v9", "May I?", buttons("k3v9", 1)), "k3v9", 10.0)
    discord.settle(DELIVERY, post, "Denied.", 10.0)
    assert api.calls == [POST, ORIGINAL, FOLLOW_UP, f"PATCH {BY_TOKEN}/messages/77"]


def test_without_a_bot_nobody_can_be_asked_after_fifteen_minutes(
    discord: DiscordChannel, api: Api, clock: FakeClock
) -> None:
    clock.advance(SPENT)
    api.answers.append(MISSING_ACCESS)
    with pytest.raises(Undeliverable):
        discord.ask(DELIVERY, Prompt("k3v9", "May I?", buttons("k3v9", 1)), "k3v9", 10.0)
    assert api.calls == [POST]


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
