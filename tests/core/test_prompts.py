"""The exact prompt, from what is queued."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from parley.core import prompts
from parley.core.context import DeliveryContext
from parley.core.message import Attachment, Message
from tests.core.messages import context, message

WRAPPED = """The user is replying to a previous notification.

--- Watch Context ---
Status: failed
---

User message: """


@pytest.mark.parametrize(
    ("targets", "taken"),
    [
        (["D1"], 1),
        (["D1", "D1", "D1"], 3),
        (["D1", "D1", "D2"], 2),
        (["D1", "D2", "D1"], 1),
        (["D2", "D1", "D1"], 1),
    ],
)
def test_only_a_prefix_with_one_target_is_taken(targets: list[str], taken: int) -> None:
    queued = [message(str(at), target=target) for at, target in enumerate(targets)]
    assert list(prompts.one_target(queued)) == queued[:taken]


@pytest.mark.parametrize(
    ("messages", "prompt"),
    [
        ([message("hello")], "hello"),
        ([message("hello", name="Ada")], "hello"),
        ([message("one"), message("two")], "one\n\ntwo"),
        (
            [message("one", name="Ada"), message("two", sender="U2", name="Bob")],
            "Ada: one\n\nBob: two",
        ),
        ([message("one", name="Ada"), message("two", sender="U2")], "Ada: one\n\nU2: two"),
        (
            [message("a", name="Ada"), message("b", sender="U2"), message("c", name="Ada")],
            "Ada: a\n\nU2: b\n\nAda: c",
        ),
        # One name, two people: they are told apart by their ids.
        (
            [message("a", name="Ada"), message("b", sender="U2", name="Ada")],
            "Ada: a\n\nAda: b",
        ),
        ([message("same"), message("same")], "same\n\nsame"),
    ],
)
def test_texts_are_joined_with_names_where_several_people_spoke(
    messages: Sequence[Message], prompt: str
) -> None:
    assert prompts.join(messages, None) == prompt


EARLY, LATE, LATER = (
    message("early", accepted_at=40),
    message("late", accepted_at=60),
    message("later", accepted_at=70),
)


@pytest.mark.parametrize(
    ("messages", "notified", "prompt"),
    [
        ([LATE], context(status="failed"), f"{WRAPPED}late"),
        ([EARLY], context(status="failed"), "early"),
        ([EARLY, LATE, LATER], context(status="failed"), f"early\n\n{WRAPPED}late\n\nlater"),
        ([LATE, LATER], context(expires_at=59, status="failed"), "late\n\nlater"),
        ([LATE], None, "late"),
    ],
    ids=["later", "earlier", "only the first later one", "expired", "no context"],
)
def test_a_context_is_used_on_the_first_message_after_it(
    messages: Sequence[Message], notified: DeliveryContext | None, prompt: str
) -> None:
    assert prompts.join(messages, notified) == prompt


def test_a_context_is_wrapped_within_the_name() -> None:
    messages = [LATE, message("other", sender="U2", accepted_at=65)]
    joined = prompts.join(messages, context(status="failed"))
    assert joined == f"U1: {WRAPPED}late\n\nU2: other"


@pytest.mark.parametrize(
    ("accepted_at", "counts"),
    [(49, False), (50, True), (51, True), (1_000, True), (1_001, False)],
)
def test_a_context_counts_from_its_making_to_its_end(accepted_at: int, counts: bool) -> None:
    assert context().counts_for(accepted_at) is counts


def test_a_whole_context() -> None:
    full = context(
        trigger="cron: disk", status="failed", summary="Disk is full", check_output="98 %\n99 %"
    )
    assert full.wrap("why?") == (
        "The user is replying to a previous notification.\n\n"
        "--- Watch Context ---\n"
        "Trigger: cron: disk\n"
        "Status: failed\n"
        "Summary: Disk is full\n"
        "Check output: 98 %\n99 %\n"
        "---\n\n"
        "User message: why?"
    )


def test_what_came_as_a_file_stands_behind_its_message() -> None:
    first, second = message("look", name="Ada"), message("and this", sender="U2")
    files = {first.id: ["file one", "file two"], second.id: ["file three"]}
    assert prompts.join([first, second], None, files) == (
        "Ada: look\n\nfile one\n\nfile two\n\nU2: and this\n\nfile three"
    )


def test_a_file_may_come_without_a_word() -> None:
    silent = message("")
    assert prompts.join([silent], None, {silent.id: ["the file"]}) == "the file"


@pytest.mark.parametrize(
    ("senders", "text"),
    [
        (("U1",), "the other branch"),
        (("U2",), "Ada: the other branch"),
        (("U1", "U2"), "Ada: the other branch"),
    ],
    ids=["sender alone", "another", "both"],
)
def test_a_text_that_is_passed_on_has_a_name_where_several_spoke(
    senders: tuple[str, ...], text: str
) -> None:
    assert prompts.steering(message("the other branch", name="Ada"), senders) == text


def test_files_are_not_passed_on_and_the_agent_is_told_so() -> None:
    files = (Attachment("a.txt", "text/plain", 1, "1"), Attachment("b.png", "image/png", 1, "2"))
    assert prompts.steering(replace(message("see"), attachments=files), ("U1",)) == (
        "see\n\n[Attached, but not passed on: a.txt, b.png]"
    )
