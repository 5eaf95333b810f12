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
