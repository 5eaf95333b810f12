"""Who is let in, and where."""

import pytest

from parley.core.access import Access
from parley.core.delivery import Chat

DM, GROUP, THREAD = Chat.direct(), Chat.of_group("C1"), Chat.of_thread("C1", "1.1")
U1, U2 = "U1", "U2"


def lists(**ids: list[str]) -> Access:
    return Access(**{name: {"slack": frozenset(listed)} for name, listed in ids.items()})


@pytest.mark.parametrize(
    ("access", "sender", "admitted"),
    [
        (Access(), U1, False),
        (lists(users=[]), U1, False),
        (lists(users=[U1]), U1, True),
        (lists(users=[U1]), U2, False),
        (lists(users=[U1]), "u1", False),
        (lists(users=["*"]), U2, True),
        (lists(users=[""]), U1, False),
        (lists(users=[""]), "", False),
        (lists(operators=[U1]), U1, True),
        (lists(operators=[U1]), U2, False),
        (Access({"telegram": frozenset({"*"})}), U1, False),
    ],
)
@pytest.mark.parametrize("chat", [DM, GROUP, THREAD], ids=["dm", "group", "thread"])
def test_people_are_admitted_wherever_they_write(
    access: Access, sender: str, admitted: bool, chat: Chat
) -> None:
    assert access.admits("slack", "T1", chat, sender) is admitted


@pytest.mark.parametrize(
    ("access", "team", "chat", "admitted"),
    [
        (lists(teams=["T1"]), "T1", GROUP, True),
        (lists(teams=["T1"]), "T1", THREAD, True),
        (lists(teams=["T1"]), "T2", GROUP, False),
        (lists(teams=["T1"]), "T1", DM, False),
        (lists(teams=["*"]), "T2", GROUP, True),
        (lists(teams=["*"]), "T2", DM, False),
        (lists(teams=[""]), "", GROUP, False),
        (lists(chats=["C1"]), "T1", GROUP, True),
        (lists(chats=["C1"]), "T1", THREAD, True),
        (lists(chats=["C1"]), "T1", Chat.of_group("C2"), False),
        (lists(chats=["C1"]), "T1", DM, False),
        (lists(chats=["*"]), "T1", DM, False),
        (lists(chats=["*"]), "T1", Chat.of_group("C2"), True),
        (lists(chats=["1.1"]), "T1", THREAD, False),
        (lists(chats=[""]), "T1", DM, False),
    ],
)
def test_teams_and_chats_admit_to_their_groups_and_to_no_direct_message(
    access: Access, team: str, chat: Chat, admitted: bool
) -> None:
    assert access.admits("slack", team, chat, "U9") is admitted
