"""Who may talk to the agent, where, and what strangers hear."""

import pytest

from parley.core.limits import HOUR
from parley.core.message import Address, Inbound
from parley.core.reading import Told
from parley.services.intake import ANSWERED
from tests.protocol.simulation import Simulation
from tests.services.saying import direct, mention, take


def admitting(**slack: list[str]) -> Simulation:
    return Simulation(slack={"users": [], **slack})


def code_in(told: Told) -> str:
    return told.text.partition("`pair ")[2].partition("`")[0]


@pytest.mark.parametrize("message", [direct(1), mention(1)], ids=["direct", "in a group"])
def test_nobody_is_let_in_unless_listed(message: Inbound) -> None:
    assert "I don't know you yet" in take(admitting(), message).text


@pytest.mark.parametrize("lists", [{"users": ["U1"]}, {"operators": ["U1"]}])
@pytest.mark.parametrize("message", [direct(1), mention(1)], ids=["direct", "in a group"])
def test_users_and_operators_are_let_in_everywhere(
    lists: dict[str, list[str]], message: Inbound
) -> None:
    assert take(admitting(**lists), message) == ANSWERED


@pytest.mark.parametrize("lists", [{"teams": ["T1"]}, {"chats": ["C1"]}, {"chats": ["*"]}])
def test_access_to_a_group_is_no_access_to_direct_messages(lists: dict[str, list[str]]) -> None:
    simulation = admitting(**lists)
    assert take(simulation, mention(1)) == ANSWERED
    assert "I don't know you yet" in take(simulation, direct(2)).text


@pytest.mark.parametrize(
    "elsewhere", [mention(1, team="T2"), mention(1, group="C2")], ids=["team", "group"]
)
def test_one_group_opens_no_other(elsewhere: Inbound) -> None:
    lists = {"teams": ["T1"]} if elsewhere.id.installation == "T2" else {"chats": ["C1"]}
    assert "I don't know you yet" in take(admitting(**lists), elsewhere).text


def test_a_stranger_gets_one_answer_and_then_silence() -> None:
    simulation = admitting()
    first = take(simulation, direct(1))
    assert len(code_in(first)) == 8
    assert not first.reply_follows
    assert take(simulation, direct(2)) == Told()
    assert simulation.agent.runs == []


def test_a_stranger_who_comes_back_after_the_code_is_void_gets_another() -> None:
    simulation = admitting()
    first = take(simulation, direct(1))
    simulation.clock.advance(HOUR + 1)
    assert code_in(take(simulation, direct(2))) not in ("", code_in(first))


def test_what_a_stranger_says_in_a_known_thread_is_passed_over_in_silence() -> None:
    simulation = admitting(users=["U1"])
    take(simulation, mention(1))
    overheard = mention(2, sender="U2", address=Address.OVERHEARD)
    assert take(simulation, overheard) == Told()
    assert simulation.telemetry.told("message_ignored") == [
        {"channel": "slack", "reason": "sender_not_allowed"}
    ]


def test_whoever_an_operator_lets_in_may_talk_everywhere_in_that_workspace() -> None:
    simulation = admitting(operators=["U7"])
    code = code_in(take(simulation, direct(1, sender="U5")))
    told = take(simulation, direct(2, sender="U7", text=f"/pair {code}"))
    assert told.text == "`U5` on slack (`name of U5`) may talk to the agent now."
    assert take(simulation, direct(3, sender="U5")) == ANSWERED
    assert take(simulation, mention(4, sender="U5")) == ANSWERED
    assert "I don't know you yet" in take(simulation, direct(5, sender="U5", team="T2")).text


def test_strangers_may_give_no_commands() -> None:
    simulation = admitting(operators=["U7"])
    assert "I don't know you yet" in take(simulation, direct(1, text="/status")).text
    assert take(simulation, direct(2, text="/help")) == Told()


def test_who_is_struck_from_the_list_is_a_stranger_again() -> None:
    simulation = admitting(users=["U1"])
    assert take(simulation, direct(1)) == ANSWERED
    simulation.configuration = admitting().configuration
    assert "I don't know you yet" in take(simulation, direct(2)).text
