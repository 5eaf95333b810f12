"""Routing keys and titles, by tables."""

import json

import pytest

from parley.core.delivery import Chat, Delivery
from parley.core.routing import Binding, DmScope, Routing, TitleTemplate, parse_bindings


def at(chat: Chat, channel: str = "slack", peer: str = "U1") -> Delivery:
    return Delivery(channel=channel, peer=peer, chat=chat, target=f"{channel}:anywhere")


DIRECT = Chat.direct()
GROUP = Chat.of_group("C1")
THREAD = Chat.of_thread("C1", "1700000000.1")

BINDINGS = (
    Binding("slack", "everything-else"),
    Binding("slack", "ann", direct="U1"),
    Binding("slack", "dev", group="C1"),
    Binding("telegram", "both", direct="7", group="-100"),
)


@pytest.mark.parametrize(
    ("scope", "where", "key"),
    [
        (DmScope.PER_CHANNEL_PEER, at(DIRECT), "slack:dm:U1"),
        (DmScope.PER_PEER, at(DIRECT), "dm:U1"),
        (DmScope.MAIN, at(DIRECT), "main"),
        (DmScope.MAIN, at(GROUP), "slack:group:C1"),
        (DmScope.MAIN, at(THREAD), "slack:thread:C1:1700000000.1"),
        (DmScope.PER_PEER, at(Chat.of_group("-1009"), "telegram"), "telegram:group:-1009"),
    ],
)
def test_defaults(scope: DmScope, where: Delivery, key: str) -> None:
    assert Routing(scope).key(where) == key


def test_direct_chats_are_apart_by_default() -> None:
    assert Routing().key(at(DIRECT)) == "slack:dm:U1"


@pytest.mark.parametrize(
    ("where", "key"),
    [
        pytest.param(at(DIRECT), "ann", id="the peer before the channel"),
        pytest.param(at(DIRECT, peer="U2"), "everything-else", id="another peer"),
        pytest.param(at(GROUP), "dev", id="the group before the channel"),
        pytest.param(at(THREAD), "dev", id="threads of the group"),
        pytest.param(at(Chat.of_thread("C2", "1.1")), "everything-else", id="another group"),
        pytest.param(at(GROUP, peer="U1"), "dev", id="a direct id does not match in a group"),
        pytest.param(at(DIRECT, "telegram", "7"), "both", id="direct wins over group"),
        pytest.param(
            at(Chat.of_group("-100"), "telegram"), "telegram:group:-100", id="and the group loses"
        ),
        pytest.param(at(DIRECT, "discord"), "discord:dm:U1", id="a channel without bindings"),
    ],
)
def test_bindings(where: Delivery, key: str) -> None:
    assert Routing(bindings=BINDINGS).key(where) == key


def test_bindings_are_read_from_json() -> None:
    text = json.dumps(
        [
            {"channel": "slack", "routing_key": "ops", "group": "C9"},
            {"channel": "slack", "routing_key": "ann", "direct": "U1"},
            {"channel": "slack", "routing_key": "rest"},
        ]
    )
    assert parse_bindings(text) == (
        Binding("slack", "ops", group="C9"),
        Binding("slack", "ann", direct="U1"),
        Binding("slack", "rest"),
    )


@pytest.mark.parametrize("text", ["", "  ", "[]"])
def test_no_bindings(text: str) -> None:
    assert parse_bindings(text) == ()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{", "not JSON"),
        ("{}", "not a JSON list"),
        ("[1]", "binding 1 is not a JSON object"),
        ('[{"channel": "slack"}]', "binding 1 has no routing_key"),
        ('[{"routing_key": "x"}]', "binding 1 has no channel"),
        ('[{"channel": "", "routing_key": "x"}]', "binding 1 has no channel"),
        ('[{"channel": "a", "routing_key": 7}]', "routing_key is not a text"),
        ('[{"channel": "a", "routing_key": "x", "peer": "U1"}]', "unknown fields: peer"),
        (json.dumps([{"channel": "a", "routing_key": "x" * 257}]), "longer than 256"),
        (
            '[{"channel": "a", "routing_key": "x"}, {"channel": "a", "routing_key": "y"}]',
            "binding 2 is for the same chats as binding 1",
        ),
    ],
)
def test_wrong_bindings_say_what_is_wrong(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        parse_bindings(text)


@pytest.mark.parametrize(
    ("template", "where", "title"),
    [
        ("{channel} / {peer}", at(DIRECT), "slack / U1"),
        ("{chat_type} {chat_id}", at(DIRECT), "dm U1"),
        ("{chat_type} {chat_id}", at(GROUP), "group C1"),
        ("{chat_type} {chat_id}", at(THREAD), "thread C1"),
        ("{peer}", at(DIRECT, peer="{channel}"), "{channel}"),
        ("Chat", at(DIRECT), "Chat"),
    ],
)
def test_titles(template: str, where: Delivery, title: str) -> None:
    assert TitleTemplate(template).render(where) == title


def test_the_default_title() -> None:
    assert TitleTemplate().render(at(THREAD)) == "slack / U1"


@pytest.mark.parametrize(
    ("template", "complaint"),
    [("{chanel}: {pear}", "unknown placeholders: chanel, pear"), (" ", "empty")],
)
def test_wrong_templates_are_refused(template: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        TitleTemplate(template)
