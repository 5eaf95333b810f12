"""Routing keys and titles, by tables."""

import pytest

from parley.core.delivery import Chat, Delivery
from parley.core.routing import Binding, DmScope, Routing, TitleTemplate


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


def test_a_channel_may_have_its_own_scope() -> None:
    routing = Routing(DmScope.MAIN, dm_scopes={"slack": DmScope.PER_PEER})
    assert routing.key(at(DIRECT)) == "dm:U1"
    assert routing.key(at(DIRECT, "telegram")) == "main"


def test_of_two_bindings_that_fit_the_first_applies() -> None:
    twice = (Binding("slack", "first", direct="U1"), Binding("slack", "second", direct="U1"))
    assert Routing(bindings=twice).key(at(DIRECT)) == "first"


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
