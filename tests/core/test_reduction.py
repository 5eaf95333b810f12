"""An agent's events become a transcript, and frames on the way."""

import json
from collections.abc import Sequence

import pytest

from parley.core.tasks.coding_agent import ChatCommand
from parley.core.tasks.frames import REASONING_CAP, TEXT_CAP, Frame, FrameKind
from parley.core.tasks.heard import Heard, Offered, Planned, Said, Thought, ToolSeen, Used
from parley.core.tasks.reduction import (
    LONGEST_GIVEN,
    LONGEST_OUTPUT,
    MOST_TOOLS,
    TOOLS_CAP,
    Reduction,
)
from parley.core.tasks.task import Cost
from parley.core.tasks.transcript import ToolSnapshot, Transcript


def reduced(*events: Heard) -> Transcript:
    reduction = Reduction()
    for event in events:
        reduction.hear(event, 0.0)
    return reduction.transcript()


def deltas(frames: Sequence[Frame]) -> list[object]:
    return [dict(frame.content) for frame in frames if frame.kind is FrameKind.DELTA]


@pytest.mark.parametrize(
    ("events", "text"),
    [
        ((Said("Hel"), Said("lo")), "Hello"),
        ((Said("One", "1"), Said(" and", "1"), Said("two", "2")), "One and\n\ntwo"),
        ((Said("Before."), ToolSeen("t"), Said("After.")), "Before.\n\nAfter."),
        ((Said("Be"), ToolSeen("t"), ToolSeen("t", status="completed"), Said("!")), "Be\n\n!"),
        ((ToolSeen("t"), Said("Be"), ToolSeen("t", status="completed"), Said("gin")), "Begin"),
        ((Said("line\n"), ToolSeen("t"), Said("line\n")), "line\nline\n"),
        ((Said("a"), Thought("Hm."), Said("b")), "ab"),
    ],
    ids=["chunks", "messages", "around-a-tool", "tool-news", "tool-goes-on", "lines", "thoughts"],
)
def test_what_is_said_becomes_one_text(events: tuple[Heard, ...], text: str) -> None:
    assert reduced(*events).text == text


def test_text_has_an_end() -> None:
    whole = reduced(Said("x" * TEXT_CAP))
    longer = reduced(Said("x" * (TEXT_CAP - 1)), Said("yz"), Said("!"))

    assert (len(whole.text), whole.text_cut) == (TEXT_CAP, False)
    assert (longer.text[-2:], len(longer.text), longer.text_cut) == ("xy", TEXT_CAP, True)


def test_reasoning_has_an_end() -> None:
    found = reduced(*[Thought("x" * 60_000)] * 4)

    assert (len(found.reasoning), found.reasoning_cut) == (REASONING_CAP, True)


def test_a_tool_call_is_merged_by_its_id() -> None:
    found = reduced(
        ToolSeen("1", "Edit a", "edit", "pending", '{"path":"a"}', None, ("a",)),
        ToolSeen("2", "Run", "execute", "pending"),
        ToolSeen("1", status="completed", output="done"),
    )

    assert found.tools == (
        ToolSnapshot("1", "Edit a", "edit", "completed", '{"path":"a"}', "done", ("a",)),
        ToolSnapshot("2", "Run", "execute", "pending"),
    )


def test_a_long_output_keeps_its_beginning_and_its_end() -> None:
    [tool] = reduced(ToolSeen("1", output="begin" + "x" * 100_000 + "end")).tools

    assert len(tool.output) <= LONGEST_OUTPUT
    assert tool.output.startswith("begin")
    assert tool.output.endswith("end")


def test_a_long_input_is_shortened() -> None:
    [tool] = reduced(ToolSeen("1", given="x" * 100_000)).tools

    assert len(tool.given) <= LONGEST_GIVEN


def test_output_that_grows_takes_its_room_once() -> None:
    growing = [ToolSeen("1", output="x" * LONGEST_OUTPUT) for _ in range(300)]
    found = reduced(*growing, ToolSeen("2", output="y" * LONGEST_OUTPUT))

    assert [len(tool.output) for tool in found.tools] == [LONGEST_OUTPUT] * 2


def test_all_tools_together_have_an_end() -> None:
    many = [
        ToolSeen(f"{number}", given="g" * LONGEST_GIVEN, output="x" * 9_000)
        for number in range(MOST_TOOLS + 3)
    ]
    found = reduced(*many, many[-1])

    assert len(found.tools) == MOST_TOOLS
    assert found.tools_left_out == 3
    assert sum(len(tool.given) + len(tool.output) for tool in found.tools) <= TOOLS_CAP


def test_the_last_plan_counts() -> None:
    assert reduced(Planned(("a", "b")), Planned(("c",))).plan == ("c",)


@pytest.mark.parametrize(
    ("events", "cost"),
    [
        ((), None),
        ((Used(),), None),
        ((Used(tokens=0),), Cost(tokens=0)),
        ((Used(tokens=100), Used(tokens=50)), Cost(tokens=150)),
        ((Used(tokens=100, cumulative=True), Used(tokens=150, cumulative=True)), Cost(tokens=150)),
        (
            (Used(amount=0.1, currency="USD", cumulative=True), Used(amount=0.3, currency="USD")),
            Cost(amount=0.3, currency="USD"),
        ),
        (
            (Used(amount=0.1, currency="EUR", cumulative=True), Used(tokens=7)),
            Cost(tokens=7, amount=0.1, currency="EUR"),
        ),
    ],
    ids=["nothing", "said-nothing", "none-used", "sums", "in-all", "money-in-all", "both"],
)
def test_the_cost_is_what_is_known_of_it(events: tuple[Heard, ...], cost: Cost | None) -> None:
    assert reduced(*events).cost == cost


def test_a_transcript_is_read_as_it_was_written() -> None:
    found = reduced(
        Said("Done ✓"),
        Thought("Hm."),
        ToolSeen("1", "Edit", "edit", "completed", "{}", "ok", ("a", "b")),
        Planned(("☑ a",)),
        Used(tokens=7, amount=0.5, currency="USD"),
    )
    read = Transcript.read(found.written("Mend it"))

    assert read.prompt == "Mend it"
    assert read.written("Mend it") == found.written("Mend it")
    assert read.tools == found.tools
    assert read.cost == found.cost


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b'{"version": 2}', b'{"version": 1}', b'{"version": 1, "cost": 3}', b"\xff"],
)
def test_what_is_no_transcript_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        Transcript.read(content)


def test_a_transcript_at_its_fullest_is_short_enough_to_be_shown() -> None:
    many = [ToolSeen(f"{number}", output="€" * 9_000) for number in range(MOST_TOOLS)]
    found = reduced(Said("€" * TEXT_CAP), Thought("€" * REASONING_CAP), *many)

    assert len(found.written("p")) < 2_500_000
    assert json.loads(found.written("p"))["version"] == 1


def test_news_wait_for_a_second() -> None:
    reduction = Reduction()

    assert reduction.hear(Said("a"), 10.0) == []
    assert reduction.hear(Thought("b"), 10.5) == []
    assert reduction.due(10.9) == []
    assert deltas(reduction.due(11.0)) == [{"text": "a"}, {"reasoning": "b"}]
    assert reduction.due(20.0) == []


def test_two_kilobytes_do_not_wait() -> None:
    reduction = Reduction()
    quiet = reduction.hear(Said("é" * 1_000), 0.0)
    full = reduction.hear(Said("é" * 24), 0.0)

    assert quiet == []
    assert deltas(full) == [{"text": "é" * 1_024}]


def test_the_rest_is_told_at_the_end() -> None:
    reduction = Reduction()
    reduction.hear(Said("a"), 0.0)

    assert deltas(reduction.rest()) == [{"text": "a"}]
    assert reduction.rest() == []


def test_a_long_text_is_several_frames() -> None:
    frames = Reduction().hear(Said("x" * 9_000), 0.0)

    assert [len(str(frame.content["text"])) for frame in frames] == [4_000, 4_000, 1_000]


def test_frames_have_no_more_text_than_the_transcript() -> None:
    reduction = Reduction()
    frames = [*reduction.hear(Said("x" * TEXT_CAP), 0.0), *reduction.hear(Said("y" * 9_000), 9.0)]
    told = "".join(str(each.content["text"]) for each in [*frames, *reduction.rest()])

    assert told == reduction.transcript().text


def test_frames_keep_the_order() -> None:
    reduction = Reduction()
    for event in (
        Said("a"),
        ToolSeen("1", "Run", status="pending"),
        ToolSeen("1", status="in_progress"),
        ToolSeen("1", output="news that no frame has room for"),
        Said("b"),
        ToolSeen("1", status="completed"),
    ):
        reduction.hear(event, 0.0)

    assert deltas(reduction.rest()) == [
        {"text": "a"},
        {"id": "1", "title": "Run", "status": "in_progress"},
        {"text": "\n\nb"},
        {"id": "1", "title": "Run", "status": "completed"},
    ]


def test_commands_are_told_at_once_behind_what_waits() -> None:
    reduction = Reduction()
    reduction.hear(Said("a"), 0.0)
    frames = reduction.hear(Offered((ChatCommand("note", "Write one"),)), 0.0)

    assert [frame.kind for frame in frames] == [FrameKind.DELTA, FrameKind.COMMANDS]
    assert frames[1].content == {"commands": [{"name": "note", "description": "Write one"}]}


@pytest.mark.parametrize("again", [(), (ChatCommand("note"),)], ids=["none", "the-same"])
def test_commands_that_are_no_news_make_no_frame(again: tuple[ChatCommand, ...]) -> None:
    reduction = Reduction()
    reduction.hear(Offered((ChatCommand("note"),)), 0.0)

    assert reduction.hear(Offered(again), 0.0) == []
