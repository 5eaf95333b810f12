"""A webhook request from its first byte to its answer."""

from collections.abc import Mapping
from typing import Any

import pytest

from parley.core import saying
from parley.core.approval import Choice
from parley.core.batch import BatchStatus, ToolCall
from parley.core.message import Address
from parley.core.reading import (
    Answer,
    Clicked,
    Forged,
    Ignored,
    Immediate,
    Malformed,
    Notice,
    Reading,
    Received,
    Verdict,
)
from parley.errors import (
    NoticesUnavailable,
    ParleyError,
    SecretMissing,
    SecretUnavailable,
    StoreUnavailable,
)
from parley.services.reception import Reception
from tests.protocol import parts
from tests.protocol.simulation import Simulation
from tests.protocol.test_approvals import COMMAND, asked
from tests.services.saying import direct, mention, pressed, take
from tests.services.stage import Before

CHALLENGE = Answer(Verdict.DONE, "challenge")


@pytest.mark.parametrize(
    ("reading", "answer"),
    [
        (Forged(), Answer(Verdict.FORGED)),
        (Malformed("no_json"), Answer(Verdict.MALFORMED)),
        (Immediate(CHALLENGE), CHALLENGE),
        (Ignored("bot_message"), Answer(Verdict.DONE)),
        (Ignored("edited", Answer(Verdict.NOTHING)), Answer(Verdict.NOTHING)),
    ],
    ids=["forged", "malformed", "immediate", "ignored", "ignored with an answer"],
)
def test_what_brings_no_message_is_answered_and_touches_nothing(
    reading: Reading, answer: Answer
) -> None:
    simulation = Simulation()
    assert parts.receive(simulation.front, reading) == (answer, None)
    assert simulation.dynamodb.items("conversations") == []


@pytest.mark.parametrize(
    ("reading", "event", "keys"),
    [
        (Forged(), "webhook_forged", {"channel": "slack"}),
        (Malformed("no_json"), "webhook_malformed", {"channel": "slack", "reason": "no_json"}),
        (Ignored("edited"), "webhook_ignored", {"channel": "slack", "reason": "edited"}),
    ],
)
def test_why_nothing_came_of_it_is_in_the_log(
    reading: Reading, event: str, keys: Mapping[str, str]
) -> None:
    simulation = Simulation()
    parts.receive(simulation.front, reading)
    assert simulation.telemetry.told(event) == [keys]


def test_a_message_is_stored_before_the_platform_hears_that_it_is() -> None:
    simulation = Simulation()
    assert take(simulation, direct(1)).reply_follows
    [state] = [simulation.state("slack:dm:U1")]
    assert state is not None
    assert state.pending == 1


def test_a_command_is_carried_out_and_not_queued() -> None:
    simulation = Simulation()
    told = take(simulation, direct(1, text="/status"))
    assert told.text.startswith("Nothing has been said here yet.")
    assert simulation.state("slack:dm:U1") is None


def test_a_command_that_is_delivered_again_does_nothing_and_says_nothing() -> None:
    simulation = Simulation()
    assert take(simulation, direct(1, text="/queue reject")).text
    assert take(simulation, direct(1, text="/queue reject")).text == ""
    assert len(simulation.telemetry.told("command")) == 1


def unavailable(*_given: object) -> Any:
    raise StoreUnavailable("throttled")


@pytest.mark.parametrize(
    ("part", "call", "reading"),
    [
        ("inbox", "accept", Received(direct(1))),
        ("inbox", "read", Received(direct(1))),
        ("inbox", "verdict", Received(direct(1, text="/help"))),
        ("pairings", "paired", Received(direct(1, sender="U9"))),
        ("approvals", "find", pressed("x" * 12, "U1", direct(1).delivery)),
    ],
    ids=["accepting", "looking", "commanding", "admitting", "deciding"],
)
def test_a_table_that_is_down_makes_the_platform_come_again(
    part: str, call: str, reading: Reading
) -> None:
    simulation = Simulation(slack={"users": ["U1"]})
    broken = Before(getattr(simulation.store, part), **{call: unavailable})
    simulation.with_store(**{part: broken})
    assert parts.receive(simulation.front, reading) == (Answer(Verdict.UNAVAILABLE), None)
    assert simulation.telemetry.counts["WebhooksUnavailable"] == 1


@pytest.mark.parametrize("error", [SecretMissing("/x"), SecretUnavailable("/x")])
def test_without_its_secret_nothing_is_served(error: ParleyError) -> None:
    simulation = Simulation()

    class Unverifying:
        def read(self, headers: Mapping[str, str], body: bytes) -> Reading:
            raise error

        def answer(self, reading: object, told: object) -> Any:
            raise AssertionError

    front, telemetry = simulation.front.front, simulation.telemetry
    reception = Reception("slack", Unverifying(), front, simulation.notices, telemetry)
    assert reception.receive({}, b"", "c") == Answer(Verdict.UNAVAILABLE)


def test_a_notice_is_handed_over() -> None:
    simulation = Simulation()
    take(simulation, Received(direct(1, text="/help"), {"user": "U1"}))
    [notice] = simulation.notices.posted
    assert (notice.channel, notice.place) == ("slack", {"user": "U1"})
    assert "stop" in notice.text


def test_where_there_is_nothing_to_say_no_notice_is_posted() -> None:
    simulation = Simulation()
    take(simulation, direct(1))
    assert simulation.notices.posted == []


@pytest.mark.parametrize("text", ["/help", "/queue reject"])
def test_a_notice_that_cannot_be_handed_over_does_not_fail_the_request(text: str) -> None:
    """A repeat of the webhook would do again what was done."""

    def post(notice: Notice) -> None:
        raise NoticesUnavailable("throttled")

    simulation = Simulation()
    notices: Any = Before(None, post=post)
    simulation.notices = notices
    assert take(simulation, direct(1, text=text)).text
    assert simulation.telemetry.told("notice_lost") == [{"channel": "slack"}]


def click(simulation: Simulation, by: str, choice: Choice = Choice.ALLOW) -> Clicked:
    prompt = simulation.channel.asked[-1]
    return pressed(prompt.prompt.id, by, prompt.delivery, choice)


def test_a_stranger_who_clicks_decides_nothing_and_is_told_so() -> None:
    simulation = asked(slack={"users": ["U1"], "approvers": ["U9", "requester"]})
    assert take(simulation, click(simulation, "U9")).text == saying.STRANGER
    assert simulation.batches()[0].status is BatchStatus.OPEN
    assert simulation.telemetry.told("click_refused")


def test_whoever_may_talk_in_a_group_may_not_click_in_a_direct_message() -> None:
    simulation = asked(slack={"users": ["U1"], "teams": ["T1"], "approvers": ["U9"]})
    assert take(simulation, click(simulation, "U9")).text == saying.STRANGER


def test_a_click_on_what_nobody_knows_is_answered() -> None:
    told = take(Simulation(), pressed("nothing12345", "U1", direct(1).delivery))
    assert told.text == saying.UNKNOWN_APPROVAL


def test_different_tools_cannot_be_allowed_for_good_together() -> None:
    simulation = asked(COMMAND, ToolCall("c7", "stakpak__remove", {"path": "/srv"}))
    assert take(simulation, click(simulation, "U1", Choice.ALWAYS)).text == saying.several_tools()
    assert simulation.batches()[0].status is BatchStatus.OPEN


def test_who_is_no_longer_an_approver_may_not_decide() -> None:
    simulation = asked(slack={"approvers": ["U9"]})
    simulation.configuration = Simulation(slack={"approvers": ["U8"]}).configuration
    assert "You can't decide this" in take(simulation, click(simulation, "U9")).text
    assert simulation.batches()[0].status is BatchStatus.OPEN


def test_who_asked_may_still_decide_where_requesters_may() -> None:
    simulation = asked()
    assert take(simulation, click(simulation, "U1")).text.startswith("Recorded.")


def test_who_asked_may_not_decide_once_only_others_may() -> None:
    simulation = asked()
    simulation.configuration = Simulation(slack={"approvers": ["U8"]}).configuration
    assert "You can't decide this" in take(simulation, click(simulation, "U1")).text


def test_what_is_overheard_elsewhere_is_no_click_and_no_message() -> None:
    simulation = Simulation()
    told = take(simulation, mention(1, address=Address.OVERHEARD))
    assert (told.text, told.reply_follows) == ("", False)
