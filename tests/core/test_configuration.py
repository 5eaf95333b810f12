"""The configuration document: what it means, and what is told of one that makes no sense."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.core.batch import Ruling, ToolCall
from parley.core.busy import BusyMode
from parley.core.configuration import Configuration, parse
from parley.core.configuration_keys import CHANNEL_KEYS, CHANNELS, NAMES
from parley.core.delivery import Chat, Delivery
from parley.core.limits import HOUR, MINUTE
from parley.core.policy import ApprovalMode
from parley.core.routing import LONGEST_KEY, DmScope
from parley.errors import SettingsError


def configured(**keys: Any) -> Configuration:
    return parse(json.dumps(keys))


def slack(**keys: Any) -> Configuration:
    return configured(channels={"slack": keys})


def told(**keys: Any) -> list[str]:
    """The lines that a wrong document is refused with."""
    with pytest.raises(SettingsError) as refusal:
        configured(**keys)
    return str(refusal.value).splitlines()


def direct(channel: str, peer: str = "U1") -> Delivery:
    return Delivery(channel, peer, Chat.direct(), f"{channel}:{peer}")


def test_an_empty_document_serves_no_channel_and_lets_nobody_in() -> None:
    empty = configured()
    assert empty.channels == ()
    assert not empty.access.admits("slack", "T1", Chat.direct(), "U1")


def test_defaults() -> None:
    found = slack()
    policy = found.policy_of("slack")
    assert policy.mode is ApprovalMode.ASK
    assert "view" in policy.allowlist
    assert found.model_of("slack") is None
    assert found.busy_mode_of("slack") is BusyMode.FOLLOWUP
    assert found.title_of("slack").template == "{channel} / {peer}"
    assert found.routing.key(direct("slack")) == "slack:dm:U1"
    assert found.require_mention("slack")
    assert found.approvers_of("slack") == {"requester"}
    assert found.operators_of("slack") == frozenset()
    assert (found.approval_expiry, found.run_limit) == (24 * HOUR, 6 * HOUR)
    assert found.progress
    assert found.telegram.rich_messages
    assert found.telegram.bot_username == ""


def test_a_channel_is_served_when_it_is_there_and_not_switched_off() -> None:
    found = configured(channels={"discord": {}, "telegram": {"enabled": False}})
    assert found.channels == ("discord",)


def test_nobody_is_let_in_by_a_channel_that_is_switched_off() -> None:
    access = slack(users=["*"], operators=["U1"], enabled=False).access
    assert not access.admits("slack", "T1", Chat.direct(), "U1")


def test_a_channel_that_is_switched_off_keeps_its_own_policy() -> None:
    found = configured(
        approval_mode="allow_all",
        channels={"slack": {"enabled": False, "approval_mode": "deny_all"}},
    )
    assert found.policy_of("slack").mode is ApprovalMode.DENY_ALL


def test_a_channel_overrides_what_is_general() -> None:
    found = configured(
        model="a/b",
        approval_mode="deny_all",
        allowlist=["view"],
        busy_mode="steer",
        dm_scope="main",
        title_template="{peer}",
        channels={
            "slack": {
                "model": None,
                "approval_mode": "allowlist",
                "allowlist": ["search_docs"],
                "busy_mode": "reject",
                "dm_scope": "per_peer",
                "title_template": "{chat_id}",
            },
            "telegram": {},
        },
    )
    assert [found.model_of(name) for name in ("slack", "telegram", "discord")] == [
        None,
        "a/b",
        "a/b",
    ]
    modes = [found.policy_of(name).mode for name in ("slack", "telegram")]
    assert modes == [ApprovalMode.ALLOWLIST, ApprovalMode.DENY_ALL]
    assert found.policy_of("slack").allowlist == {"search_docs"}
    assert found.policy_of("telegram").allowlist == {"view"}
    assert [found.busy_mode_of(name) for name in ("slack", "telegram")] == ["reject", "steer"]
    assert [found.title_of(name).template for name in ("slack", "telegram")] == [
        "{chat_id}",
        "{peer}",
    ]
    assert found.routing.key(direct("slack")) == "dm:U1"
    assert found.routing.key(direct("telegram")) == "main"


def test_mode_and_allowlist_are_overridden_apart() -> None:
    found = configured(
        allowlist=["view"],
        channels={"slack": {"approval_mode": "allowlist"}, "telegram": {"allowlist": []}},
    )
    assert found.policy_of("slack").allowlist == {"view"}
    assert found.policy_of("telegram").mode is ApprovalMode.ASK
    assert found.policy_of("telegram").allowlist == frozenset()


def test_the_policy_is_one_that_decides() -> None:
    [verdict] = slack().policy_of("slack").decide([ToolCall("c1", "agent__view", {})])
    assert verdict.ruling is Ruling.ALLOW


def test_the_lists_of_a_channel_are_its_access() -> None:
    access = slack(users=["U1"], teams=["T2"], chats=["C3"], operators=["U4"]).access
    group, other = Chat.of_group("C3"), Chat.of_group("C9")
    assert access.admits("slack", "T9", Chat.direct(), "U1")
    assert access.admits("slack", "T9", group, "U9")
    assert access.admits("slack", "T2", other, "U9")
    assert access.admits("slack", "T9", other, "U4")
    assert not access.admits("slack", "T9", other, "U9")
    assert not access.admits("telegram", "T2", group, "U1")


def test_numbers_are_ids_too() -> None:
    found = configured(channels={"telegram": {"users": [752, "-7"], "chats": [-1001234567890]}})
    assert found.access.users["telegram"] == {"752", "-7"}
    assert found.access.chats["telegram"] == {"-1001234567890"}


def test_approvers_are_those_listed_and_whoever_asked_if_the_document_says_so() -> None:
    listed = slack(approvers=["requester", "U2"])
    assert listed.entitled("slack", ["U1", "U3"]) == {"U1", "U2", "U3"}
    assert slack(approvers=["U2"]).entitled("slack", ["U1"]) == {"U2"}
    assert slack(approvers=[]).entitled("slack", ["U1"]) == frozenset()
    assert listed.entitled("telegram", ["U1"]) == frozenset()


def test_somebody_whose_id_is_the_word_requester_is_no_approver() -> None:
    assert slack(approvers=["U2"]).entitled("slack", ["requester"]) == {"U2"}


def test_operators_are_known_by_channel() -> None:
    found = slack(operators=["U1"])
    assert found.operators_of("slack") == {"U1"}
    assert found.operators_of("discord") == frozenset()


def test_mentions_are_needed_unless_switched_off() -> None:
    found = slack(require_mention=False)
    assert not found.require_mention("slack")
    assert found.require_mention("discord")


def test_what_only_telegram_has() -> None:
    found = configured(
        channels={"telegram": {"bot_username": "@parley_bot", "rich_messages": False}}
    )
    assert (found.telegram.bot_username, found.telegram.rich_messages) == ("parley_bot", False)


def test_spans_are_told_in_hours_and_known_in_milliseconds() -> None:
    found = configured(approval_expiry_hours=0.5, run_limit_hours=1)
    assert (found.approval_expiry, found.run_limit) == (30 * MINUTE, HOUR)


def test_a_channels_own_bindings_come_before_the_general_ones() -> None:
    found = configured(
        bindings=[
            {"channel": "slack", "routing_key": "all", "direct": "U1"},
            {"channel": "slack", "routing_key": "rest"},
        ],
        channels={"slack": {"bindings": [{"routing_key": "own", "direct": "U1"}]}},
    )
    assert found.routing.key(direct("slack")) == "own"
    assert found.routing.key(direct("slack", "U2")) == "rest"
    assert found.routing.key(direct("telegram")) == "telegram:dm:U1"


def test_dm_scope_is_known_for_channels_that_are_not_there() -> None:
    assert configured(dm_scope="main").routing.dm_scope is DmScope.MAIN


CHOICES = "one of allow_all, deny_all, allowlist, ask"
SLACK_IDS = "ids (capital letters and digits)"


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        ({"approval_mode": "asks"}, f'approval_mode is "asks"; it must be {CHOICES}'),
        ({"approval_mode": ["ask"]}, f'approval_mode is ["ask"]; it must be {CHOICES}'),
        ({"approval_mode": None}, f"approval_mode is null; it must be {CHOICES}"),
        ({"allowlist": "view"}, 'allowlist is "view"; it must be a list of names of tools'),
        ({"allowlist": {}}, "allowlist is {}; it must be a list of names of tools"),
        ({"allowlist": ["a", False]}, "allowlist[1] is false; it must be the name of a tool"),
        ({"allowlist": [" "]}, 'allowlist[0] is " "; it must be the name of a tool'),
        ({"model": 7}, "model is 7; it must be a name, or null for the agent server's choice"),
        ({"model": ""}, 'model is ""; it must be a name, or null for the agent server\'s choice'),
        (
            {"busy_mode": "wait"},
            'busy_mode is "wait"; it must be one of followup, steer, interrupt, reject',
        ),
        (
            {"dm_scope": "all"},
            'dm_scope is "all"; it must be one of main, per_peer, per_channel_peer',
        ),
        (
            {"title_template": "{nobody}"},
            'title_template is "{nobody}"; it must be a text; '
            "in braces only {channel}, {peer}, {chat_type} and {chat_id}",
        ),
        (
            {"title_template": 7},
            "title_template is 7; it must be a text; "
            "in braces only {channel}, {peer}, {chat_type} and {chat_id}",
        ),
        (
            {"approval_expiry_hours": 0},
            "approval_expiry_hours is 0; it must be a number of hours from 0.1 to 168",
        ),
        (
            {"run_limit_hours": "6"},
            'run_limit_hours is "6"; it must be a number of hours from 0.1 to 24',
        ),
        (
            {"run_limit_hours": True},
            "run_limit_hours is true; it must be a number of hours from 0.1 to 24",
        ),
        ({"progress": "yes"}, 'progress is "yes"; it must be true or false'),
        ({"channels": []}, "channels is []; it must be a JSON object"),
        ({"channels": {"slack": True}}, "channels.slack is true; it must be a JSON object"),
        ({"channels": {"slak": {}}}, "channels.slak is not known; did you mean slack?"),
        ({"channels": {"Slack": {}}}, "channels.Slack is not known; did you mean slack?"),
        (
            {"channels": {"irc": {}}},
            "channels.irc is not known; known are discord, slack, telegram",
        ),
        ({"aproval_mode": "ask"}, "aproval_mode is not known; did you mean approval_mode?"),
        (
            {"channels": {"slack": {"aprovers": []}}},
            "channels.slack.aprovers is not known; did you mean approvers?",
        ),
        (
            {"channels": {"slack": {"approval_mode": "asks"}}},
            f'channels.slack.approval_mode is "asks"; it must be {CHOICES}',
        ),
        (
            {"channels": {"slack": {"users": ["U1", "@ann"]}}},
            'channels.slack.users[1] is "@ann"; '
            'it must be an id (capital letters and digits), or "*"',
        ),
        (
            {"channels": {"slack": {"users": "U1"}}},
            f'channels.slack.users is "U1"; it must be a list of {SLACK_IDS}, or "*"',
        ),
        (
            {"channels": {"slack": {"approvers": ["*"]}}},
            'channels.slack.approvers[0] is "*"; '
            'it must be an id (capital letters and digits), or "requester"',
        ),
        (
            {"channels": {"discord": {"operators": ["*"]}}},
            'channels.discord.operators[0] is "*"; it must be an id (digits)',
        ),
        (
            {"channels": {"telegram": {"bot_username": "a b"}}},
            'channels.telegram.bot_username is "a b"; it must be a user name, or empty',
        ),
        (
            {"channels": {"telegram": {"bot_username": None}}},
            "channels.telegram.bot_username is null; it must be a user name, or empty",
        ),
    ],
)
def test_what_makes_no_sense_is_told_by_its_path(keys: dict[str, Any], line: str) -> None:
    assert told(**keys) == [line]


@pytest.mark.parametrize("name", ["teams", "require_mention"])
def test_what_a_channel_cannot_have_is_not_known(name: str) -> None:
    channel = {"teams": "telegram", "require_mention": "discord"}[name]
    [line] = told(channels={channel: {name: []}})
    assert line.startswith(f"channels.{channel}.{name} is not known; ")


@pytest.mark.parametrize(
    ("binding", "rest"),
    [
        (7, " is 7; it must be a JSON object"),
        ({"channel": "slack"}, ".routing_key is missing"),
        ({"routing_key": "x"}, ".channel is missing"),
        ({"channel": "irc", "routing_key": "x"}, f'.channel is "irc"; it must be one of {NAMES}'),
        (
            {"channel": "slack", "routing_key": 7},
            f".routing_key is 7; it must be a text of 1 to {LONGEST_KEY} characters",
        ),
        (
            {"channel": "slack", "routing_key": "x", "grupp": "C1"},
            ".grupp is not known; did you mean group?",
        ),
        (
            {"channel": "slack", "routing_key": "x", "group": ""},
            f'.group is ""; it must be a text of 1 to {LONGEST_KEY} characters',
        ),
    ],
)
def test_wrong_bindings_are_told_by_their_place(binding: object, rest: str) -> None:
    expected = rest.replace(str(NAMES), ", ".join(NAMES))
    assert told(bindings=[binding]) == [f"bindings[0]{expected}"]


def test_a_routing_key_that_is_too_long_is_refused() -> None:
    [line] = told(bindings=[{"channel": "slack", "routing_key": "x" * (LONGEST_KEY + 1)}])
    assert line.endswith(f"; it must be a text of 1 to {LONGEST_KEY} characters")
    assert len(line) < 200


def test_bindings_are_a_list() -> None:
    [line] = told(bindings={})
    assert line.startswith("bindings is {}; it must be a list of objects")


def test_of_two_bindings_for_one_chat_the_second_is_refused() -> None:
    twice = [{"routing_key": "a", "group": "C1"}, {"routing_key": "b", "group": "C1"}]
    assert told(channels={"slack": {"bindings": twice}}) == [
        "channels.slack.bindings[1] is for the same chats as [0]"
    ]


def test_a_channels_own_binding_is_for_that_channel() -> None:
    other = [{"channel": "telegram", "routing_key": "a"}]
    assert told(channels={"slack": {"bindings": other}}) == [
        'channels.slack.bindings[0].channel is "telegram"; it must be one of slack'
    ]


def test_everything_that_is_wrong_is_told_together() -> None:
    lines = told(progress=1, modle="x", channels={"slack": {"users": 7}, "telegram": {"chats": 7}})
    assert sorted(line.split(" is ")[0] for line in lines) == [
        "channels.slack.users",
        "channels.telegram.chats",
        "modle",
        "progress",
    ]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "the document is not JSON: Expecting value"),
        ("{", "the document is not JSON: "),
        ("[]", r"the document is \[\]; it must be a JSON object"),
        ('{"model": null, "model": "a"}', "model stands twice in one object"),
        ("[" * 100_000, "the document is not JSON: "),
    ],
)
def test_what_is_no_document_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(SettingsError, match=complaint):
        parse(text)


KEYS = st.sampled_from(
    [CHANNELS, *NAMES, *{key.name for keys in CHANNEL_KEYS.values() for key in keys}]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.text(), inner),
    max_leaves=12,
)


@given(VALUES)
def test_any_json_is_a_configuration_or_is_refused(value: object) -> None:
    with suppress(SettingsError):
        parse(json.dumps(value))


@given(st.text())
def test_any_text_is_a_configuration_or_is_refused(text: str) -> None:
    with suppress(SettingsError):
        parse(text)
