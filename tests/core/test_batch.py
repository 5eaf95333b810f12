"""The key of a batch, and call ids that come again."""

from typing import Any

import pytest

from parley.core.batch import (
    OVERTAKEN,
    Batch,
    BatchStatus,
    Ruling,
    ToolCall,
    Verdict,
    batch_key,
    one_tool,
    repeated_ids,
)

VIEW = ToolCall("c1", "view", {"path": "a", "lines": [1, 2]})
RUN = ToolCall("c2", "run", {"command": "ls"})
KEY = batch_key("turn", 3, [VIEW, RUN])


def batch(*calls: ToolCall) -> Batch:
    key = batch_key("turn", 1, calls)
    return Batch(key, "turn", "run", calls, (), 0, BatchStatus.AUTO, posted=True)


def test_a_batch_has_the_same_key_each_time() -> None:
    other_order = ToolCall("c1", "view", {"lines": [1, 2], "path": "a"})
    assert batch_key("turn", 3, (other_order, RUN)) == KEY
    assert KEY.startswith("turn-3-")
    assert len(KEY) == len("turn-3-") + 24


def test_the_key_is_the_same_in_every_process_and_release() -> None:
    assert batch_key("t", 1, [RUN]) == "t-1-5bb2cf26b3563c7e832b990e"


@pytest.mark.parametrize(
    ("turn", "number", "calls"),
    [
        ("other", 3, [VIEW, RUN]),
        ("turn", 4, [VIEW, RUN]),
        ("turn", 3, [RUN, VIEW]),
        ("turn", 3, [VIEW]),
        ("turn", 3, [VIEW, ToolCall("c3", "run", {"command": "ls"})]),
        ("turn", 3, [VIEW, ToolCall("c2", "other", {"command": "ls"})]),
        ("turn", 3, [VIEW, ToolCall("c2", "run", {"command": "ls -a"})]),
        ("turn", 3, [VIEW, ToolCall("c2", "run", {})]),
    ],
    ids=["turn", "server's turn", "order", "fewer", "id", "tool", "arguments", "no arguments"],
)
def test_another_batch_has_another_key(turn: str, number: int, calls: list[ToolCall]) -> None:
    assert batch_key(turn, number, calls) != KEY


@pytest.mark.parametrize(
    ("calls", "earlier", "repeated"),
    [
        ([], [], set()),
        ([VIEW, RUN], [], set()),
        ([VIEW, VIEW], [], {"c1"}),
        ([VIEW, RUN, VIEW, RUN], [], {"c1", "c2"}),
        ([VIEW], [batch(RUN)], set()),
        ([VIEW, RUN], [batch(RUN)], {"c2"}),
        ([VIEW], [batch(RUN), batch(VIEW)], {"c1"}),
        ([ToolCall("c1", "other", {})], [batch(VIEW)], {"c1"}),
    ],
)
def test_repeated_call_ids(calls: list[ToolCall], earlier: list[Batch], repeated: set[str]) -> None:
    assert repeated_ids(calls, earlier) == repeated


def closed(status: BatchStatus, **fields: Any) -> Batch:
    """Policy allowed the first call and denied the second; a person was asked about the third."""
    verdicts = (
        Verdict("c1", Ruling.ALLOW),
        Verdict("c2", Ruling.DENY, "not here"),
        Verdict("c3", Ruling.ASK),
    )
    calls = (VIEW, RUN, ToolCall("c3", "run", {}))
    return Batch("k", "t", "r", calls, verdicts, 0, status, **fields)


@pytest.mark.parametrize(
    ("status", "fields", "ruling", "reason"),
    [
        (BatchStatus.ALLOWED, {"by": "U1"}, Ruling.ALLOW, ""),
        (BatchStatus.DENIED, {"by": "U1"}, Ruling.DENY, "Denied by U1."),
        (BatchStatus.DENIED, {"by": "U1", "by_name": "Ada"}, Ruling.DENY, "Denied by Ada."),
        (
            BatchStatus.DENIED,
            {"by": "U1", "reason": "not on a Friday"},
            Ruling.DENY,
            "Denied by U1: not on a Friday",
        ),
        (BatchStatus.SUPERSEDED, {}, Ruling.DENY, OVERTAKEN),
    ],
)
def test_policys_verdicts_and_the_persons_are_posted_together(
    status: BatchStatus, fields: dict[str, Any], ruling: Ruling, reason: str
) -> None:
    assert closed(status, **fields).final() == (
        Verdict("c1", Ruling.ALLOW),
        Verdict("c2", Ruling.DENY, "not here"),
        Verdict("c3", ruling, reason),
    )


@pytest.mark.parametrize("status", [BatchStatus.OPEN, BatchStatus.EXPIRED, BatchStatus.CANCELLED])
def test_what_is_not_decided_has_no_verdicts_to_post(status: BatchStatus) -> None:
    with pytest.raises(ValueError, match=f"k is {status}"):
        closed(status).final()


def test_what_policy_decided_alone_is_posted_as_it_was_frozen() -> None:
    verdicts = (Verdict("c1", Ruling.ALLOW), Verdict("c2", Ruling.DENY, "no"))
    alone = Batch("k", "t", "r", (VIEW, RUN), verdicts, 0, BatchStatus.AUTO)
    assert alone.final() == verdicts
    assert alone.asked == ()


def test_a_person_is_asked_only_about_what_policy_leaves_open() -> None:
    assert [call.id for call in closed(BatchStatus.OPEN).asked] == ["c3"]


@pytest.mark.parametrize(
    ("calls", "name"),
    [([], ""), ([RUN], "run"), ([RUN, ToolCall("c9", "run", {})], "run"), ([RUN, VIEW], "")],
)
def test_the_one_tool_of_a_batch(calls: list[ToolCall], name: str) -> None:
    assert one_tool(calls) == name
