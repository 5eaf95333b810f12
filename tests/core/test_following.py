"""Following a run, event by event: text, save point, and what each event calls for."""

from collections.abc import Sequence

import pytest

from parley.core.batch import ToolCall
from parley.core.events import (
    AgentEvent,
    CompactionStarted,
    Gap,
    Happening,
    Noted,
    RunCompleted,
    RunFailed,
    RunStarted,
    StopReason,
    TextCompleted,
    ToolCallsProposed,
    ToolFinished,
    ToolRefused,
    ToolStarted,
    TurnCompleted,
    TurnStarted,
    UsageReported,
    WaitingForDecisions,
)
from parley.core.fate import RAN, Fate
from parley.core.following import LOOPING_COMPACTIONS, Call, Following
from parley.core.turn import Usage

CALLS = (ToolCall("c1", "view", {}),)
END = RunCompleted(StopReason.COMPLETED, Usage(1, 2, 3))
OPEN = (RunStarted(), TurnStarted(1))
ASKED = (ToolCallsProposed(CALLS), WaitingForDecisions(("c1",)))


def told(*happenings: Happening, first: int = 1, run: str | None = "r") -> list[AgentEvent]:
    return [AgentEvent(number, run, what) for number, what in enumerate(happenings, first)]


def calls_for(following: Following, events: Sequence[AgentEvent]) -> list[Call]:
    """What was called for, without the nothings."""
    called = [following.take(event) for event in events]
    return [call for call in called if call is not Call.NOTHING]


def after(*happenings: Happening) -> Following:
    following = Following("r", 0)
    calls_for(following, told(*happenings))
    return following


@pytest.mark.parametrize(
    ("happenings", "cursor", "text", "whole"),
    [
        ((), 0, "", ""),
        ((RunStarted(),), 1, "", ""),
        (OPEN, 1, "", ""),
        ((*OPEN, TextCompleted("a")), 1, "", "a"),
        ((*OPEN, TextCompleted("a"), TurnCompleted()), 4, "a", "a"),
        ((*OPEN, TextCompleted("a"), TurnCompleted(), TurnStarted(2)), 4, "a", "a"),
        (
            (*OPEN, TextCompleted("a"), TurnCompleted(), TurnStarted(2), TextCompleted("b")),
            4,
            "a",
            "a\n\nb",
        ),
        ((*OPEN, TextCompleted("a"), TextCompleted(" b \n")), 1, "", "a\n\nb"),
        ((*OPEN, TextCompleted(" \n"), TurnCompleted()), 4, "", ""),
        ((*OPEN, TextCompleted("a"), END), 4, "a", "a"),
        ((*OPEN, TextCompleted("a"), RunFailed("boom")), 4, "a", "a"),
        ((*OPEN, *ASKED), 1, "", ""),
        ((*OPEN, *ASKED, TurnCompleted()), 5, "", ""),
    ],
)
def test_the_save_point_stands_before_the_turn_that_goes_on(
    happenings: tuple[Happening, ...], cursor: int, text: str, whole: str
) -> None:
    following = after(*happenings)
    assert (following.cursor, following.text, following.whole_text) == (cursor, text, whole)


def test_a_rewind_reads_the_turn_again_and_says_nothing_twice() -> None:
    begun = told(*OPEN, TextCompleted("a"), TurnCompleted(), TurnStarted(2), TextCompleted("b"))
    following = Following("r", 0)
    calls_for(following, begun)
    following.rewind()
    assert following.whole_text == "a"
    rest = told(TurnStarted(2), TextCompleted("b"), TurnCompleted(), END, first=5)
    assert calls_for(following, rest) == [Call.END]
    assert (following.whole_text, following.cursor, following.end) == ("a\n\nb", 8, END)


def test_a_rewind_forgets_the_calls_of_the_turn() -> None:
    following = after(*OPEN, *ASKED)
    following.rewind()
    assert not following.calls
    again = told(TurnStarted(1), WaitingForDecisions(("c1",)), *ASKED, first=2)
    assert calls_for(following, again) == [Call.DECIDE]
    assert (following.server_turn, len(following.calls)) == (1, 1)


@pytest.mark.parametrize(
    ("happenings", "call"),
    [
        ((*OPEN, *ASKED), [Call.DECIDE]),
        ((*OPEN, WaitingForDecisions(())), []),
        ((*OPEN, *ASKED, TurnCompleted()), [Call.DECIDE, Call.BATCH_OVER]),
        (
            (*OPEN, *ASKED, TurnCompleted(), WaitingForDecisions(("c1",))),
            [Call.DECIDE, Call.BATCH_OVER],
        ),
        ((*OPEN, *ASKED, TurnStarted(2), WaitingForDecisions(("c1",))), [Call.DECIDE]),
        ((*OPEN, END), [Call.END]),
        ((*OPEN, RunFailed("boom")), [Call.END]),
        ((*OPEN, Noted("usage_report")), []),
    ],
    ids=[
        "a batch",
        "no batch",
        "a batch that is over",
        "after the turn",
        "in the next turn",
        "completed",
        "failed",
        "passing",
    ],
)
def test_what_an_event_calls_for(happenings: tuple[Happening, ...], call: list[Call]) -> None:
    assert calls_for(Following("r", 0), told(*happenings)) == call


def test_events_of_other_runs_move_the_cursor_and_nothing_else() -> None:
    following = Following("r", 0)
    others = told(*OPEN, TextCompleted("x"), *ASKED, TurnCompleted(), END, run="other")
    assert calls_for(following, others) == []
    assert (following.cursor, following.whole_text, following.calls) == (7, "", ())
    assert following.end is None
    mine = told(*OPEN, TextCompleted("mine"), END, first=8)
    assert calls_for(following, mine) == [Call.END]
    assert (following.cursor, following.text) == (11, "mine")


def test_events_of_nobody_move_the_cursor() -> None:
    following = Following("r", 0)
    assert calls_for(following, told(END, run=None)) == []
    assert following.cursor == 1


@pytest.mark.parametrize("number", [1, 4, 5])
def test_ids_that_go_backwards_tell_of_a_restart(number: int) -> None:
    following = Following("r", 5)
    assert calls_for(following, told(RunStarted(), first=number)) == [Call.RESTARTED]
    assert following.cursor == 5


def test_a_skip_is_read_again_once_and_then_left_to_the_history() -> None:
    following = Following("r", 4, "before")
    skipped = told(TextCompleted("after"), TurnCompleted(), END, first=8)
    assert following.take(skipped[0]) is Call.REOPEN
    following.rewind()
    assert (following.cursor, following.gapped) == (4, False)
    assert calls_for(following, skipped) == [Call.END]
    assert (following.gapped, following.cursor) == (True, 10)


def test_a_skip_that_was_only_slowness_loses_nothing() -> None:
    following = Following("r", 0)
    assert calls_for(following, told(*OPEN, first=1)) == []
    assert following.take(AgentEvent(4, "r", TurnCompleted())) is Call.REOPEN
    following.rewind()
    again = told(TurnStarted(1), TextCompleted("a"), TurnCompleted(), END, first=2)
    assert calls_for(following, again) == [Call.END]
    assert (following.whole_text, following.gapped) == ("a", False)


def test_a_second_skip_elsewhere_is_read_again_too() -> None:
    following = Following("r", 0)
    assert following.take(AgentEvent(3, "r", Noted("x"))) is Call.REOPEN
    following.rewind()
    assert calls_for(following, told(Noted("x"), Noted("y"), Noted("z"))) == []
    assert following.take(AgentEvent(6, "r", Noted("x"))) is Call.REOPEN
    assert not following.gapped


def test_a_gap_moves_the_save_point_to_what_the_ring_still_has() -> None:
    following = Following("r", 0)
    calls_for(following, told(*OPEN, TextCompleted("a")))
    assert following.take(AgentEvent(None, None, Gap(905, 5000))) is Call.REOPEN
    following.rewind()
    assert (following.cursor, following.text, following.gapped) == (904, "a", True)
    assert calls_for(following, told(TextCompleted("z"), END, first=905)) == [Call.END]
    assert following.cursor == 906


@pytest.mark.parametrize(
    ("happenings", "looping"),
    [
        ((TurnStarted(1), *[CompactionStarted()] * (LOOPING_COMPACTIONS - 1)), False),
        ((TurnStarted(1), *[CompactionStarted()] * LOOPING_COMPACTIONS), True),
        ((*[TurnStarted(1), CompactionStarted()] * LOOPING_COMPACTIONS,), True),
        (
            (
                TurnStarted(1),
                *[CompactionStarted()] * (LOOPING_COMPACTIONS - 1),
                TurnStarted(2),
                CompactionStarted(),
            ),
            False,
        ),
    ],
    ids=["few", "too many", "with the turn begun again", "the next turn starts the count again"],
)
def test_endless_compaction(happenings: tuple[Happening, ...], looping: bool) -> None:
    assert calls_for(Following("r", 0), told(*happenings)) == [Call.LOOPING] * looping


def test_it_goes_on_from_what_was_saved() -> None:
    following = Following("r", 7, "saved", gapped=True)
    calls_for(following, told(TurnStarted(3), TextCompleted("more"), TurnCompleted(), first=8))
    assert (following.cursor, following.text) == (10, "saved\n\nmore")
    assert (following.gapped, following.server_turn) == (True, 3)


def test_an_event_without_a_place_is_heard_and_does_not_move_the_cursor() -> None:
    following = Following("r", 7)
    assert following.take(AgentEvent(None, "r", TextCompleted("a"))) is Call.NOTHING
    assert (following.cursor, following.text) == (7, "a")


RUN_IT = ToolStarted("c1", "view")


def test_the_tool_that_runs_is_told_until_it_ends() -> None:
    following = after(*OPEN, *ASKED, RUN_IT)
    assert following.activity == "view"
    following.take(AgentEvent(6, "r", ToolFinished("c1")))
    assert following.activity == ""


def test_the_next_turn_forgets_what_ran() -> None:
    following = after(*OPEN, *ASKED, RUN_IT, TurnCompleted(), TurnStarted(2))
    assert (following.activity, following.fates) == ("", {})


@pytest.mark.parametrize(
    ("events", "fates"),
    [
        ([RUN_IT, ToolFinished("c1")], {"c1": RAN}),
        ([ToolFinished("c1", cancelled=True)], {"c1": Fate("cancelled")}),
        ([ToolRefused("c1", "skipped")], {"c1": Fate("not run", "skipped")}),
        ([RUN_IT], {}),
    ],
    ids=["ran", "cancelled", "refused", "unknown"],
)
def test_when_a_batch_is_over_the_fate_of_each_call_is_known(
    events: list[Happening], fates: dict[str, Fate]
) -> None:
    following = Following("r", 0)
    called = calls_for(following, told(*OPEN, *ASKED, *events, TurnCompleted()))
    assert called == [Call.DECIDE, Call.BATCH_OVER]
    assert (following.fates, following.finished, following.calls) == (fates, CALLS, ())


def test_a_turn_without_calls_has_no_batch_that_is_over() -> None:
    assert calls_for(Following("r", 0), told(*OPEN, TextCompleted("a"), TurnCompleted())) == []


def test_a_rewind_forgets_the_fates_of_the_turn() -> None:
    following = after(*OPEN, *ASKED, RUN_IT, ToolFinished("c1"))
    following.rewind()
    assert following.fates == {}


def test_what_has_to_be_said_besides_stands_where_the_run_is() -> None:
    following = after(*OPEN, TextCompleted("a"), TurnCompleted())
    following.remark("(Allowed, but not run.)")
    assert following.text == "a\n\n(Allowed, but not run.)"
    calls_for(following, told(TurnStarted(2), TextCompleted("b"), first=5))
    following.remark("(Once more.)")
    assert following.text == "a\n\n(Allowed, but not run.)"
    assert following.whole_text.endswith("b\n\n(Once more.)")


def used(tokens: int) -> UsageReported:
    return UsageReported(Usage(tokens - 1, 1, tokens))


def test_what_each_turn_used_adds_up() -> None:
    following = after(TurnStarted(1), used(10), TurnCompleted(), TurnStarted(2), used(7))
    assert following.usage == Usage(9, 1, 10)
    assert following.whole_usage == Usage(15, 2, 17)


def test_a_turn_that_is_read_again_is_not_counted_twice() -> None:
    following = after(TurnStarted(1), used(10))
    following.rewind()
    calls_for(following, told(TurnStarted(1), used(10), TurnCompleted()))
    assert following.usage == Usage(9, 1, 10)


def test_what_nobody_told_is_unknown() -> None:
    assert Following("r", 0).whole_usage is None


def test_where_events_are_lost_the_sum_is_unknown() -> None:
    following = Following("r", 0, usage=Usage(9, 1, 10))
    following.take(AgentEvent(None, None, Gap(5, 9)))
    calls_for(following, [AgentEvent(5, "r", used(7))])
    assert following.whole_usage is None
