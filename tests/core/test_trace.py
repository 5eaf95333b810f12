"""What the agent's history shows of a turn."""

from collections.abc import Sequence

import pytest

from parley.core import trace
from parley.core.session import Role, Spoken
from parley.core.trace import Trace

SYSTEM = Spoken(Role.SYSTEM, "the server's own prompt")
TOOL = Spoken(Role.TOOL, "")


def user(text: str) -> Spoken:
    return Spoken(Role.USER, text)


def said(text: str) -> Spoken:
    return Spoken(Role.ASSISTANT, text)


MISSING = Trace(arrived=False)


@pytest.mark.parametrize(
    ("history", "found"),
    [
        ([], MISSING),
        ([SYSTEM], MISSING),
        ([SYSTEM, said("hello")], MISSING),
        ([user("something else"), said("no")], MISSING),
        ([user("hello")], Trace(arrived=True)),
        ([SYSTEM, user("hello"), said("hi")], Trace(True, ("hi",))),
        ([user("<context>\nmachine\n</context>\n\nhello"), said("hi")], Trace(True, ("hi",))),
        ([user("hello\n"), said(" hi \n")], Trace(True, ("hi",))),
        ([user("hello, world"), said("no")], MISSING),
        (
            [user("hello"), said("let me look"), TOOL, said(""), TOOL, said("found")],
            Trace(True, ("let me look", "found")),
        ),
        ([user("before"), said("old"), user("hello")], Trace(arrived=True)),
        ([user("hello"), said("mine"), user("next"), said("another's")], Trace(True, ("mine",))),
        ([user("hello"), said("first"), user("hello"), said("second")], Trace(True, ("first",))),
    ],
    ids=[
        "nothing",
        "system only",
        "said by the assistant",
        "another prompt",
        "no answer",
        "an answer",
        "after the server's context",
        "blanks around",
        "the end counts",
        "several blocks",
        "an older answer",
        "up to the next prompt",
        "of equal prompts the first",
    ],
)
def test_the_turns_own_answers(history: Sequence[Spoken], found: Trace) -> None:
    assert trace.find("hello", history) == found


@pytest.mark.parametrize(
    ("answers", "last", "whole"),
    [((), "", ""), (("one",), "one", "one"), (("one", "two"), "two", "one\n\ntwo")],
)
def test_texts_of_a_trace(answers: tuple[str, ...], last: str, whole: str) -> None:
    found = Trace(True, answers)
    assert (found.last_answer, found.whole_text) == (last, whole)


def test_the_prompt_is_compared_without_blanks_around() -> None:
    assert trace.find("  hello \n", [user("hello")]).arrived


STEERED = [
    user("hello"),
    said("one"),
    user("the other branch"),
    said("two"),
    user("and this"),
    said("three"),
    user("next turn"),
    said("another's"),
]


@pytest.mark.parametrize(
    ("steered", "answers"),
    [
        (0, ("one",)),
        (1, ("one", "two")),
        (2, ("one", "two", "three")),
        (3, ("one", "two", "three", "another's")),
    ],
)
def test_texts_that_were_passed_on_belong_to_the_run(
    steered: int, answers: tuple[str, ...]
) -> None:
    assert trace.find("hello", STEERED, steered).answers == answers


@pytest.mark.parametrize(
    ("history", "told"),
    [
        ([], ()),
        ([user("another"), user("x")], ()),
        ([user("hello")], ()),
        (STEERED[:6], ("the other branch", "and this")),
        (
            [user("before"), user("hello"), said("x"), TOOL, SYSTEM, user("same"), user("same")],
            ("same", "same"),
        ),
    ],
    ids=["nothing", "no prompt", "no other", "in their order", "equal ones too"],
)
def test_what_people_said_after_the_prompt(
    history: Sequence[Spoken], told: tuple[str, ...]
) -> None:
    assert trace.said_after("hello", history) == told


@pytest.mark.parametrize(
    ("told", "same"),
    [
        ("go on", True),
        (" go on\n", True),
        ("<context>\n</context>\n\ngo on", True),
        ("please go on", False),
        ("", False),
    ],
)
def test_a_text_is_the_same_behind_the_servers_own_context(told: str, same: bool) -> None:
    assert trace.same_text(told, "go on") is same


@pytest.mark.parametrize(
    ("history", "alone"),
    [
        ([user("hello"), said("x")], True),
        ([SYSTEM, user("hello")], True),
        ([user("hello"), user("hello")], False),
        ([user("another")], False),
        ([], False),
    ],
)
def test_whether_a_prompt_is_the_only_one(history: Sequence[Spoken], alone: bool) -> None:
    assert trace.is_alone("hello", history) is alone
