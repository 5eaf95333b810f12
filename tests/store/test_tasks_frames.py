"""Frames: appended under the fence, numbered, read while the task runs."""

from parley.adapters.dynamodb import keys
from parley.core.limits import SECOND
from parley.core.tasks.coding_agent import ChatCommand
from parley.core.tasks.frames import Frame, FrameKind
from tests.store.desk import LEASE_UNTIL, NOW, Desk, delta

STARTED = Frame(FrameKind.STARTED, {"role": "assistant"})
COMPLETE = Frame(FrameKind.COMPLETE, {"status": "completed"})
TOOL = Frame(FrameKind.DELTA, {"id": "call_1", "title": "Read a.txt", "status": "pending"})


def offering(*names: str) -> Frame:
    commands = [{"name": name, "description": f"to {name}"} for name in names]
    return Frame(FrameKind.COMMANDS, {"commands": commands})


def test_frames_are_read_in_their_order(desk: Desk) -> None:
    held = desk.claimed()
    assert desk.tasks.append(held, [STARTED, delta("Hel")]) == 2
    assert desk.tasks.append(held, [delta("lo"), TOOL, COMPLETE]) == 5
    frames = [STARTED, delta("Hel"), delta("lo"), TOOL, COMPLETE]
    assert desk.tasks.frames("one", 0) == list(enumerate(frames, 1))
    assert desk.task().frames == 5


def test_whoever_has_read_some_gets_those_behind_them(desk: Desk) -> None:
    held = desk.claimed()
    desk.tasks.append(held, [delta("a"), delta("b")])
    desk.tasks.append(held, [delta("c"), delta("d")])
    assert desk.tasks.frames("one", 2) == [(3, delta("c")), (4, delta("d"))]
    assert desk.tasks.frames("one", 3) == [(4, delta("d"))]
    assert desk.tasks.frames("one", 4) == []


def test_frames_beyond_nine_are_read_in_their_order_too(desk: Desk) -> None:
    held = desk.claimed()
    for number in range(1, 13):
        desk.tasks.append(held, [delta(str(number))])
    assert [number for number, _ in desk.tasks.frames("one", 8)] == [9, 10, 11, 12]


def test_no_more_than_some_hundred_frames_are_read_at_once(desk: Desk) -> None:
    held = desk.claimed()
    for _ in range(4):
        desk.tasks.append(held, [delta("x")] * 100)
    assert len(desk.tasks.frames("one", 0)) == 300
    assert len(desk.tasks.frames("one", 300)) == 100


def test_no_frames_are_appended_where_there_are_none(desk: Desk) -> None:
    held = desk.claimed()
    desk.tasks.append(held, [STARTED])
    assert desk.tasks.append(held, []) == 1
    assert desk.tasks.frames("one", 0) == [(1, STARTED)]


def test_a_task_without_frames_has_none(desk: Desk) -> None:
    desk.pending()
    assert desk.tasks.frames("one", 0) == []
    assert desk.tasks.frames("unknown", 0) == []


def test_two_runners_never_number_alike(desk: Desk) -> None:
    desk.tasks.append(desk.claimed(), [delta("first")])
    second = desk.claim(now=LEASE_UNTIL + 1)
    assert desk.tasks.append(second, [delta("second")]) == 2
    assert desk.tasks.frames("one", 0) == [(1, delta("first")), (2, delta("second"))]


def test_the_commands_that_were_offered_last_are_the_tasks(desk: Desk) -> None:
    held = desk.claimed()
    desk.tasks.append(held, [STARTED, offering("init")])
    assert desk.task().commands == (ChatCommand("init", "to init"),)
    desk.tasks.append(held, [offering("a"), delta("x"), offering("review", "test")])
    desk.tasks.append(held, [delta("y")])
    names = [command.name for command in desk.task().commands]
    assert names == ["review", "test"]


def test_commands_are_dropped_at_the_tasks_end(desk: Desk) -> None:
    held = desk.claimed()
    desk.tasks.append(held, [STARTED, offering("init"), COMPLETE])
    assert len(desk.tasks.frames("one", 0)) == 3
    desk.end(held)
    assert desk.task().commands == ()
    assert desk.tasks.frames("one", 0) == [(1, STARTED), (3, COMPLETE)]


def test_frames_go_after_seven_days(desk: Desk) -> None:
    desk.tasks.append(desk.claimed(), [STARTED])
    expires = desk.fields(keys.frames("one", 1))["expires_at"]
    assert expires == NOW // SECOND + 7 * 86_400


def test_a_flood_of_text_is_kept_in_pieces(desk: Desk) -> None:
    held = desk.claimed()
    flood = "🦜\0ß" * 40_000
    last = desk.tasks.append(held, [STARTED, delta(flood), COMPLETE])
    frames = [frame for _, frame in desk.tasks.frames("one", 0)]
    assert (len(frames), frames[0], frames[-1]) == (last, STARTED, COMPLETE)
    assert "".join(str(frame.content["text"]) for frame in frames[1:-1]) == flood


def test_a_flood_of_anything_else_is_cut(desk: Desk) -> None:
    held = desk.claimed()
    tool = Frame(FrameKind.DELTA, {"id": "call_1", "title": "x" * 500_000})
    commands = offering(*(f"{number}" * 3_000 for number in range(900)))
    assert desk.tasks.append(held, [tool, commands]) == 2
    (_, shown), (_, offered) = desk.tasks.frames("one", 0)
    assert shown.content == {"id": "call_1", "title": "x" * 1_000}
    assert len(desk.task().commands) == 100
    assert isinstance(offered.content["commands"], list)
    assert len(offered.content["commands"]) == 100
    assert desk.tasks.renew(held, NOW, LEASE_UNTIL).frames == 2
