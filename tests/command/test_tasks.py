"""`task`: against the API itself, over a socket."""

import json

import pytest

from parley.core.tasks.frames import Frame, FrameKind
from parley.core.tasks.task import TaskOutcome, TaskState
from tests.command.counter import Counter
from tests.gateway.work import at_work, ended


def test_a_task_is_asked_for_in_the_words_of_a_chat(counter: Counter) -> None:
    words = ("demo", "@opencode", "model=a/b", "mode=plan", "think=high", "Fix", "the  test\nnow")
    task = json.loads(counter.told("task", "start", "--by", "Ann", "--json", *words))
    assert task["prompt"] == "Fix the  test\nnow"
    assert [task[key] for key in ("agent", "model", "mode", "think")] == [
        "opencode",
        "a/b",
        "plan",
        "high",
    ]
    assert task["by"]["name"] == "Ann"


def test_a_task_that_was_asked_for_is_told_in_words(counter: Counter) -> None:
    out = counter.told("task", "start", "demo", "Fix the test")
    id = out.splitlines()[-1].rpartition(" ")[2]
    assert out.splitlines() == [
        f"task:      {id}, running",
        "title:     Task [opencode]: Fix the test",
        "project:   demo",
        "with:      acp opencode",
        "asked by:  api (api), 2027-01-15T08:00:00.000Z",
        "started:   2027-01-15T08:00:00.000Z",
        f"follow it with: task follow {id}",
    ]


def test_each_request_is_a_task_of_its_own_unless_it_is_named(counter: Counter) -> None:
    assert counter.started("demo", "Fix it") != counter.started("demo", "Fix it")
    named = ("--key", "mine", "demo", "Fix it")
    assert counter.started(*named) == counter.started(*named)


def test_a_request_without_an_answer_can_be_repeated(counter: Counter) -> None:
    counter.failing = 1
    done = counter.run("task", "start", "demo", "Fix it")
    assert done.code == 1
    (key,) = [word for word in done.errors.split() if word.count("-") == 4]
    assert f"with --key {key} it is one task" in done.errors


@pytest.mark.parametrize(
    ("words", "line"),
    [
        pytest.param(["Demo!", "x"], "Please write `task PROJECT", id="no project"),
        pytest.param(["demo"], "What is to be done?", id="no prompt"),
        pytest.param(["demo", "model=a", "model=b", "x"], "`model=b` is said a second", id="twice"),
        pytest.param(["nope", "x"], "There is no project `nope`. Projects: `demo`", id="unknown"),
    ],
)
def test_request_that_is_refused(counter: Counter, words: list[str], line: str) -> None:
    done = counter.run("task", "start", *words)
    assert (done.code, done.out) == (1, "")
    assert done.errors.startswith(line)


def test_tasks_are_listed_the_newest_first(counter: Counter) -> None:
    first = counter.started("docs", "Write")
    counter.office.clock.advance(1000)
    second = counter.started("demo", "Fix it")
    assert counter.told("task", "list").splitlines() == [
        f"{second}  running  demo  opencode  Task [opencode]: Fix it",
        f"{first}  running  docs  -         Task: Write",
    ]
    assert counter.told("task", "list", "--limit", "1").split()[0] == second


def test_what_came_of_a_task(counter: Counter) -> None:
    id = counter.started("demo", "Fix it")
    ended(counter.office, id)
    assert counter.told("task", "show", id).splitlines()[6:] == [
        "ended:     2027-01-15T08:01:00.000Z",
        "cost:      450 tokens, 0.2500 USD",
        f"change:    {id}",
        "Done",
    ]


def test_all_that_an_agent_wrote(counter: Counter) -> None:
    id = counter.started("demo", "Fix it")
    assert "has no transcript" in counter.run("task", "transcript", id).errors
    ended(counter.office, id)
    assert counter.told("task", "transcript", id) == "Déjà\n"
    assert counter.read("task", "transcript", id) == {"text": "Déjà"}


def test_a_task_is_cancelled(counter: Counter) -> None:
    id = counter.started("demo", "Fix it")
    at_work(counter.office, id)
    assert counter.told("task", "cancel", id).startswith(f"task:      {id}, cancelling\n")


def test_a_task_is_followed_to_its_end(counter: Counter) -> None:
    id = counter.started("demo", "Fix it")
    task = at_work(counter.office, id)
    tasks = counter.office.gateway.store.tasks

    def goes_on() -> None:
        tool = {"id": "t1", "title": "Write a.txt", "status": "completed"}
        tasks.append(task, [Frame(FrameKind.DELTA, tool), Frame(FrameKind.DELTA, {"text": " on"})])

    def ends() -> None:
        outcome = TaskOutcome(TaskState.COMPLETED, "I look on")
        tasks.append(task, [Frame(FrameKind.COMPLETE, {"status": "completed"})])
        tasks.end(task, outcome, None, counter.office.clock.now())

    counter.planned = [goes_on, ends]
    done = counter.run("task", "follow", id)
    assert (done.code, done.out) == (0, "I look\n on\n")
    assert done.errors.splitlines()[:3] == [
        "· commands: init",
        "· Reading a.txt",
        "· Write a.txt completed",
    ]
    assert f"task:      {id}, completed" in done.errors


def test_a_task_that_did_not_complete_has_an_exit_code(counter: Counter) -> None:
    id = counter.started("demo", "Fix it")
    task = at_work(counter.office, id)
    outcome = TaskOutcome(TaskState.FAILED, "No model")
    counter.office.gateway.store.tasks.end(task, outcome, None, counter.office.clock.now())
    done = counter.run("task", "follow", id)
    assert done.code == 3
    assert "No model" in done.errors


def test_followed_as_json_each_frame_is_a_line(counter: Counter) -> None:
    id = counter.started("demo", "Fix it")
    ended(counter.office, id)
    *frames, task = map(json.loads, counter.told("task", "follow", "--json", id).splitlines())
    assert [frame["kind"] for frame in frames] == ["message_started", "delta"]
    assert (task["id"], task["state"]) == (id, "completed")


def test_following_outlives_an_outage(counter: Counter) -> None:
    id = counter.started("demo", "Fix it")
    ended(counter.office, id)
    counter.failing = 29
    assert counter.run("task", "follow", id).code == 0
    counter.failing = 30
    done = counter.run("task", "follow", id)
    assert (done.code, done.out) == (1, "")
    assert "does not answer" in done.errors


def test_what_an_agent_wrote_gives_the_terminal_no_orders(counter: Counter) -> None:
    id = counter.started("demo", "Fix it")
    task = at_work(counter.office, id)
    tasks = counter.office.gateway.store.tasks
    tasks.append(task, [Frame(FrameKind.DELTA, {"text": "\x1b]0;mine\x07\u202e\n"})])
    tasks.doing(id, "\x1b[2J")
    counter.planned = [
        lambda: tasks.end(
            task, TaskOutcome(TaskState.COMPLETED, "\x1b[2J\r"), None, counter.office.clock.now()
        )
    ]
    done = counter.run("task", "follow", id)
    assert not {"\x1b", "\x07", "\r", "\u202e"} & set(done.out + done.errors)


@pytest.mark.parametrize("id", ["nope", "a/../b", "a?b", "../projects"])
def test_id_that_is_not_there(counter: Counter, id: str) -> None:
    done = counter.run("task", "show", id)
    assert (done.code, done.out) == (1, "")
    assert done.errors.startswith("There is n")
