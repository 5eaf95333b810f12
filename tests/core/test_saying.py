"""Short words to a person: above all, how it stands."""

from dataclasses import replace
from typing import Any

import pytest

from parley.core import saying, standing
from parley.core.conversation import Conversation
from parley.core.delivery import Chat, Delivery
from parley.core.limits import SECOND
from parley.core.message import Address, Inbound, MessageId, Sender
from parley.core.pairing import PairingResult, Person
from parley.core.turn import Ending, Outcome, Turn

NOW = 1_800_000_000_000
DM = Delivery("slack", "U1", Chat.direct(), "D1")
TURN = Turn("t1", "k", ("m1",), "hello", DM, "c", NOW - 90 * SECOND, run="r1")


def state(**fields: Any) -> Conversation:
    return Conversation(key="k", generation=1, title="t", delivery=DM, **{"pending": 1, **fields})


def stands(found: Conversation | None, turn: Turn | None, model: str | None = None) -> list[str]:
    return standing.how_it_stands(found, turn, "followup", model, NOW).splitlines()


def test_where_nothing_was_said_yet() -> None:
    assert stands(None, None) == [
        "Nothing has been said here yet. Messages while busy: followup.",
    ]


@pytest.mark.parametrize(
    ("fields", "turn", "doing"),
    [
        ({"pending": 0}, None, "Nothing is running."),
        ({}, TURN, "The agent has been at it for 1 min 30 s."),
        ({}, replace(TURN, run=None), "Waiting for the agent, for 1 min 30 s."),
        ({"approval": "a1"}, TURN, "Waiting for a decision on `a1`, 1 min 30 s after the message."),
        ({"stop": "t1"}, TURN, "A run is being stopped, after 1 min 30 s."),
        ({"stop": "t0"}, TURN, "The agent has been at it for 1 min 30 s."),
        (
            {"approval": "a1"},
            replace(TURN, ending=Ending(Outcome.EXPIRED, "", NOW)),
            "A run is being stopped, after 1 min 30 s.",
        ),
        (
            {"stop": "t1"},
            replace(TURN, outcome=Outcome.COMPLETED),
            "The answer is being delivered.",
        ),
        ({}, replace(TURN, created_at=NOW + 5), "The agent has been at it for 0 s."),
    ],
)
def test_what_is_going_on(fields: dict[str, Any], turn: Turn | None, doing: str) -> None:
    assert stands(state(**fields), turn)[0] == doing


@pytest.mark.parametrize(
    ("pending", "turn", "line"),
    [
        (1, TURN, None),
        (2, TURN, "1 message waits."),
        (4, TURN, "3 messages wait."),
        (1, None, "1 message waits."),
        (0, None, None),
    ],
)
def test_how_many_messages_wait(pending: int, turn: Turn | None, line: str | None) -> None:
    told = [each for each in stands(state(pending=pending), turn) if "wait" in each.lower()]
    assert told == ([line] if line else [])


def test_mode_model_and_session_are_told() -> None:
    assert stands(state(session="s1"), TURN, "a/b")[1:] == [
        "Messages while busy: followup. Model: a/b.",
        "Session `s1`.",
    ]
    assert "Model: as the server chooses." in stands(state(), TURN)[1]


def inbound(chat: Chat) -> Inbound:
    return Inbound(
        MessageId("slack", "T1", "C1", "1"),
        Sender("U1"),
        Address.MENTION,
        "/whoami",
        Delivery("slack", "U1", chat, "C1"),
        "1",
        1,
    )


@pytest.mark.parametrize(
    ("chat", "where"),
    [(Chat.direct(), "a direct message"), (Chat.of_thread("C1", "5"), "chat `C1`")],
)
def test_who_you_are(chat: Chat, where: str) -> None:
    assert saying.who_you_are(inbound(chat), "slack:x", operator=False).splitlines() == [
        f"You are `U1` on slack, in {where} of `T1`.",
        "This conversation is `slack:x`.",
    ]
    assert saying.who_you_are(inbound(chat), "k", operator=True).endswith("You are an operator.")


def test_an_unknown_person_hears_the_id_and_the_code() -> None:
    told = saying.unknown_person(inbound(Chat.direct()), "ABCD2345")
    assert "`U1`" in told
    assert "`pair ABCD2345`" in told


@pytest.mark.parametrize(
    ("result", "told"),
    [
        (PairingResult.PAIRED, "Ada may talk to the agent now."),
        (PairingResult.LOCKED, "Too many wrong codes. Try again in an hour."),
        (PairingResult.UNKNOWN, "No such code, or it has expired."),
    ],
)
def test_what_an_operator_hears(result: PairingResult, told: str) -> None:
    assert saying.paired(result, "Ada") == told


@pytest.mark.parametrize(
    ("name", "whom"),
    [
        ("", "`U5` on slack"),
        ("Ada", "`U5` on slack (`Ada`)"),
        ("`[Ada](https://a.example)`\n", "`U5` on slack (`'[Ada](https://a.example)'`)"),
    ],
)
def test_an_operator_reads_the_id_of_whom_they_let_in(name: str, whom: str) -> None:
    assert saying.whom(Person("slack", "T1", "U5", name)) == whom


@pytest.mark.parametrize(
    ("approvers", "names"), [((), "nobody"), (("slack:U1", "slack:U2"), "`U1`, `U2`")]
)
def test_who_may_decide_is_named_to_who_may_not(approvers: tuple[str, ...], names: str) -> None:
    assert saying.not_entitled(approvers) == f"You can't decide this. Those who can: {names}."
