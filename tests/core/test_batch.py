"""The key of a batch, and call ids that come again."""

import pytest

from parley.core.batch import Batch, BatchStatus, ToolCall, batch_key, repeated_ids

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
