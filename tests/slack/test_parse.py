"""Whole bodies of the Events API, and what they mean."""

import json

import pytest

from parley.adapters.slack.parse import parse
from parley.core.delivery import Chat, ChatKind, Delivery
from parley.core.limits import SECOND
from parley.core.message import Address, Inbound, MessageId, Sender
from parley.core.reading import Answer, Ignored, Immediate, Malformed, Verdict
from tests.slack.bodies import ADA, BOT, CHANNEL, DM, TEAM, changed, read, received, taken
from tests.slack.signing import NOW, sample


def test_a_direct_message() -> None:
    assert received(sample("dm")) == Inbound(
        id=MessageId("slack", TEAM, DM, "1790000000.000100"),
        sender=Sender(ADA),
        address=Address.DIRECT,
        text="Which files changed in the last commit?",
        delivery=Delivery(
            channel="slack",
            peer=ADA,
            chat=Chat.direct(),
            target=f"slack:channel:{DM}",
            meta={"channel": DM, "message_ts": "1790000000.000100"},
        ),
        position="001790000000.000100",
        sent_at=1_790_000_000_000,
    )


def test_a_direct_message_in_a_thread_is_answered_there() -> None:
    delivery = received(changed("dm", thread_ts="1780000000.000100")).delivery
    assert delivery.meta["thread_ts"] == "1780000000.000100"
    assert delivery.target == f"slack:channel:{DM}:thread:1780000000.000100"
    assert delivery.chat == Chat.direct()


def test_a_direct_message_that_begins_a_thread_is_answered_beside_it() -> None:
    delivery = received(changed("dm", thread_ts="1790000000.000100")).delivery
    assert "thread_ts" not in delivery.meta


def test_a_mention_in_a_channel_begins_a_thread() -> None:
    ts = "1790000010.000200"
    inbound = received(sample("channel-mention"))
    assert inbound.address is Address.MENTION
    assert inbound.delivery == Delivery(
        channel="slack",
        peer=ADA,
        chat=Chat.of_thread(CHANNEL, ts),
        target=f"slack:channel:{CHANNEL}:thread:{ts}",
        meta={"channel": CHANNEL, "thread_ts": ts, "message_ts": ts},
    )
    assert inbound.text == "the build is red:\n```\n  make: *** [test] Error 1\n```\nwhy?"


def test_the_twin_of_a_mention_is_the_same_message() -> None:
    assert received(sample("channel-mention-twin")) == received(sample("channel-mention"))


def test_an_app_mention_without_authorizations_is_a_mention_all_the_same() -> None:
    envelope = sample("channel-mention-twin")
    del envelope["authorizations"]
    assert received(envelope).address is Address.MENTION


def test_a_follow_up_in_a_thread_is_overheard() -> None:
    root = "1790000010.000200"
    inbound = received(sample("thread-follow-up"))
    assert inbound.address is Address.OVERHEARD
    assert inbound.delivery.chat == Chat.of_thread(CHANNEL, root)
    assert inbound.delivery.target == f"slack:channel:{CHANNEL}:thread:{root}"
    assert inbound.delivery.meta["thread_ts"] == root
    assert inbound.delivery.meta["message_ts"] == inbound.id.message == "1790000020.000300"


def test_a_mention_in_a_thread_belongs_to_that_thread() -> None:
    inbound = received(changed("thread-follow-up", text=f"<@{BOT}> why?"))
    assert inbound.address is Address.MENTION
    assert inbound.delivery.chat.thread == "1790000010.000200"


def test_a_reply_shown_in_the_channel_too_is_a_reply() -> None:
    inbound = received(changed("thread-follow-up", subtype="thread_broadcast"))
    assert inbound.address is Address.OVERHEARD


def test_a_private_channel_is_a_channel() -> None:
    inbound = received(changed("channel-mention", channel_type="group", channel="G0SECRET01"))
    assert inbound.delivery.chat.kind is ChatKind.THREAD


def test_a_group_message_needs_a_mention_and_is_keyed_by_its_channel() -> None:
    text = f"<@{BOT}> hello"
    inbound = received(changed("channel-mention", channel_type="mpim", text=text))
    assert inbound.address is Address.MENTION
    assert inbound.delivery.chat == Chat.of_group(CHANNEL)
    assert inbound.delivery.meta["thread_ts"] == "1790000010.000200"
    later = changed("thread-follow-up", channel_type="mpim")
    assert read(later) == Ignored("not addressed")


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("channel-mention", {"text": "hello all"}),
        ("channel-mention", {"text": "hello all", "channel_type": "mpim"}),
        ("thread-follow-up", {}),
    ],
)
def test_where_no_mention_is_required_everything_is_for_us(
    name: str, fields: dict[str, str]
) -> None:
    body = json.dumps(changed(name, **fields)).encode()
    reading = taken(parse(body, NOW * SECOND, require_mention=False))
    assert reading.inbound.address is Address.MENTION


def test_what_the_bot_says_itself_is_never_for_it() -> None:
    body = json.dumps(sample("bot-message")).encode()
    assert parse(body, NOW * SECOND, require_mention=False) == Ignored("bot")


def test_a_name_is_shown_where_slack_sends_one() -> None:
    inbound = received(changed("dm", user_profile={"display_name": "", "real_name": "Ada L."}))
    assert inbound.sender == Sender(ADA, "Ada L.")


def test_a_word_to_the_sender_goes_where_the_answer_goes() -> None:
    assert taken(read(sample("dm"))).place == {"channel": DM, "user": ADA, "direct": "yes"}
    mention = taken(read(sample("channel-mention")))
    assert mention.place == {
        "channel": CHANNEL,
        "user": ADA,
        "thread_ts": "1790000010.000200",
    }


def test_slacks_own_stop_button_is_the_command_stop() -> None:
    reading = taken(read(sample("agent-session-stopped")))
    assert reading.inbound == Inbound(
        id=MessageId("slack", TEAM, DM, "1790000060.000100"),
        sender=Sender(ADA),
        address=Address.DIRECT,
        text="/stop",
        delivery=Delivery(
            channel="slack",
            peer=ADA,
            chat=Chat.direct(),
            target=f"slack:channel:{DM}:thread:1790000000.000100",
            meta={"channel": DM, "thread_ts": "1790000000.000100"},
        ),
        position="001790000060.000100",
        sent_at=1_790_000_060_000,
    )
    assert reading.place == {
        "channel": DM,
        "user": ADA,
        "thread_ts": "1790000000.000100",
        "direct": "yes",
        "stopped": "yes",
    }


def test_the_stop_button_in_a_channel_stops_what_its_thread_began() -> None:
    stopped = changed("agent-session-stopped", channel=CHANNEL, thread_ts="1790000010.000200")
    inbound = received(stopped)
    assert inbound.address is Address.MENTION
    assert inbound.delivery.chat == received(sample("channel-mention")).delivery.chat


def test_order_of_positions_is_order_in_time() -> None:
    stamps = ["999999999.999999", "1700000000.000002", "1700000000.00001", "1700000001.000000"]
    positions = [received(changed("dm", ts=ts)).position for ts in stamps]
    assert positions == sorted(positions)


def test_the_time_is_the_platforms() -> None:
    assert received(changed("dm", ts="1700000000.123456")).sent_at == 1_700_000_000_123


def test_an_organisation_wide_installation_without_team() -> None:
    envelope = {**sample("dm"), "enterprise_id": "E1"}
    del envelope["team_id"]
    assert received(envelope).id.installation == "E1"


def test_the_person_who_installed_the_app_is_not_the_bot() -> None:
    envelope = sample("dm")
    envelope["authorizations"] = [{"user_id": ADA, "is_bot": False}]
    assert received(envelope).sender.id == ADA


@pytest.mark.parametrize(
    ("envelope", "reason"),
    [
        (sample("edited"), "subtype message_changed"),
        (sample("bot-message"), "bot"),
        (changed("dm", subtype="message_deleted"), "subtype message_deleted"),
        (changed("dm", subtype="channel_join"), "subtype channel_join"),
        (changed("dm", subtype="Not A Name!" * 9), "subtype unknown"),
        (changed("dm", hidden=True), "hidden"),
        (changed("channel-mention-twin", edited={"user": ADA, "ts": "1.1"}), "edited"),
        (changed("dm", user=BOT), "own message"),
        (changed("dm", user="USLACKBOT"), "bot"),
        (changed("dm", user=None), "incomplete"),
        (changed("dm", user=["U1"]), "incomplete"),
        (changed("dm", channel="C1:../x"), "incomplete"),
        (changed("dm", channel=None), "incomplete"),
        (changed("dm", ts="yesterday"), "incomplete"),
        (changed("dm", ts="1.1\n"), "incomplete"),
        (changed("dm", ts="\u0661.\u0661"), "incomplete"),
        ({**sample("dm"), "team_id": None}, "incomplete"),
        (changed("dm", text=" \n\t"), "empty"),
        (changed("dm", text=None), "empty"),
        (changed("dm", text=7), "empty"),
        (changed("channel-mention", text=f"<@{BOT}>"), "empty"),
        (changed("channel-mention", text=f" <@{BOT}>: "), "empty"),
        (changed("channel-mention", text="hello all"), "not addressed"),
        (changed("channel-mention", text="<@U2> hello"), "not addressed"),
        (changed("channel-mention", text="x", subtype="file_share"), "not addressed"),
        (changed("dm", type="reaction_added"), "event reaction_added"),
        (changed("dm", type=None), "event unknown"),
        ({**sample("dm"), "event": "?"}, "event unknown"),
        (changed("agent-session-stopped", thread_ts=None), "incomplete"),
        (changed("agent-session-stopped", user=None), "incomplete"),
        ({"type": "app_rate_limited", "team_id": TEAM}, "envelope app_rate_limited"),
        ({"type": {"a": 1}}, "envelope unknown"),
        ({}, "envelope unknown"),
    ],
)
def test_ignored(envelope: object, reason: str) -> None:
    assert read(envelope) == Ignored(reason)


def test_the_challenge_comes_back() -> None:
    answer = Answer(Verdict.DONE, "a-challenge-that-comes-back")
    assert read(sample("url-verification")) == Immediate(answer)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"7",
        b"null",
        b"payload=%7B",
        b"payload=%5B%5D",
        b"payload=",
        b"text=hello",
        b"command=%2Fparley\xff",
        pytest.param(b"a=1&" * 200, id="too many fields"),
        b"\xff\xfe\x00",
        pytest.param(b'{"a":' * 100_000, id="too deep"),
        b'{"type": "url_verification"}',
        b'{"type": "url_verification", "challenge": 7}',
    ],
)
def test_malformed(body: bytes) -> None:
    assert isinstance(parse(body, NOW * SECOND), Malformed)


@pytest.mark.parametrize(
    "wrong",
    [None, 7, "x", [], [None], {}, {"a": []}, True],
    ids=repr,
)
@pytest.mark.parametrize(
    "name",
    [
        "type",
        "subtype",
        "channel",
        "channel_type",
        "user",
        "text",
        "ts",
        "thread_ts",
        "files",
        "attachments",
    ],
)
def test_fields_of_the_wrong_kind_never_raise(name: str, wrong: object) -> None:
    envelope = sample("file-share")
    envelope["event"][name] = wrong
    read(envelope)
    read({**sample("dm"), "authorizations": wrong, "event": envelope["event"]})
