"""An external task from its request to its pull request."""

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest

from parley.core.tasks.change import ChangeState, Ruling
from parley.core.tasks.heard import AgentEnd, Said, Stop, Thought, ToolSeen, Used
from parley.core.tasks.task import Cost, ExecutionPath, TaskState
from tests.core.tasks.builders import PROJECT
from tests.tasks.simulation import TaskSimulation
from tests.tasks.work import Act, Work, Write

ASKED = "demo @stub fix the test"


def finished(script: Sequence[Act] | None = None) -> TaskSimulation:
    simulation = TaskSimulation()
    if script is not None:
        simulation.agents.script = script
    simulation.ask(ASKED)
    simulation.settle()
    return simulation


def test_a_task_ends_with_its_change_waiting_for_a_review() -> None:
    simulation = finished()

    task = simulation.task()
    assert task.state is TaskState.COMPLETED
    assert task.path is ExecutionPath.ACP
    assert task.summary == "I did it."
    assert None not in (task.started_at, task.ended_at)
    assert simulation.change_state() is ChangeState.PENDING
    assert [each.path for each in simulation.change().snapshot.files] == ["a.txt"]
    assert not simulation.change().snapshot.partial


def test_the_agent_gets_the_prompt_and_what_was_chosen() -> None:
    simulation = TaskSimulation()

    simulation.ask("demo @stub model=m mode=plan think=high fix\n\nthe test")
    simulation.settle()

    [job] = simulation.agents.jobs
    assert (job.prompt, job.model, job.mode, job.thinking) == (
        "fix\n\nthe test",
        "m",
        "plan",
        "high",
    )
    assert (job.resume, job.earlier) == ("", "")


def test_the_machine_enters_no_more_states_than_it_needs() -> None:
    simulation = finished()

    assert simulation.machine.entered("t1") == [
        "RouteTask",
        "Choose",
        "RunWorktree",
        "RecordTask",
        "Choose",
        "ReviewChange",
    ]


def test_applying_publishes_and_tells_where() -> None:
    simulation = finished()

    simulation.rule("t1", Ruling.APPLY)
    simulation.settle()

    assert simulation.change_state() is ChangeState.APPLIED
    assert "https://forge.test/1" in simulation.said[-1]
    assert list(simulation.store.tasks.live()) == []


def test_rejecting_publishes_nothing() -> None:
    simulation = finished()
    simulation.published = lambda change: pytest.fail("it was published")

    simulation.rule("t1", Ruling.REJECT, "not like this")
    simulation.settle()

    assert simulation.change_state() is ChangeState.REJECTED
    assert list(simulation.store.tasks.live()) == []


def test_nobody_deciding_expires_the_change() -> None:
    simulation = finished()

    simulation.machine.run(horizon=8 * 24 * 3_600_000)

    assert simulation.change_state() is ChangeState.EXPIRED
    assert list(simulation.store.tasks.live()) == []


def test_a_revision_is_a_task_on_top_in_the_same_session() -> None:
    simulation = finished()

    ruled = simulation.rule("t1", Ruling.REVISE, "also the other one")
    simulation.settle()

    assert ruled.task is not None
    follow_up = simulation.task(ruled.task.id)
    assert simulation.change_state() is ChangeState.SUPERSEDED
    assert (follow_up.state, follow_up.session) == (TaskState.COMPLETED, "t1")
    source = simulation.bench.sources[-1]
    assert source.on_top is not None
    assert json.loads(source.on_top[0]) == {"a.txt": "new"}
    assert source.base == simulation.change().snapshot.base
    assert simulation.agents.jobs[-1].prompt == "also the other one"


def test_nothing_changed_makes_no_change_and_no_review() -> None:
    simulation = finished((Said("Nothing to do."),))

    assert simulation.task().state is TaskState.COMPLETED
    assert simulation.task().change == ""
    assert simulation.channel.asked == []
    assert "Nothing to do." in simulation.said[-1]
    assert "No files changed" in simulation.said[-1]


@pytest.mark.parametrize(
    ("end", "told"),
    [
        (AgentEnd(Stop.FAILED, "exit status 3"), "exit status 3"),
        (AgentEnd(Stop.CRASHED), "The agent's process ended unexpectedly"),
        (AgentEnd(Stop.REFUSED), "The model refused"),
    ],
)
def test_a_failure_keeps_what_was_done_as_a_partial_change(end: AgentEnd, told: str) -> None:
    simulation = finished((Write("a.txt", "half"), end))

    assert simulation.task().state is TaskState.FAILED
    assert simulation.task().summary == told
    assert simulation.change().snapshot.partial
    assert simulation.change_state() is ChangeState.PENDING


def test_the_chat_gets_the_agents_text_and_the_review() -> None:
    simulation = finished((Said("All "), Said("of it."), Write("a.txt", "new")))

    assert any("All of it." in each for each in simulation.said)
    [asked] = simulation.channel.asked
    assert "a.txt" in asked.prompt.text


def test_the_progress_post_becomes_the_end() -> None:
    simulation = finished((ToolSeen("1", title="Edit a.txt"), Work(20), Said("Done.")))

    [progress] = simulation.channel.progress
    assert any("Edit a.txt" in text for text in progress.texts)
    assert progress.replaced


def test_frames_can_be_read_while_it_runs() -> None:
    simulation = TaskSimulation()
    seen: list[list[str]] = []

    def look() -> None:
        frames = simulation.store.tasks.frames("t1", 0)
        seen.append([str(frame.kind) for _, frame in frames])

    simulation.agents.script = (Said("Reading."), Work(20))
    simulation.clock.after(10, look)
    simulation.ask(ASKED)
    simulation.settle()

    assert seen[0][0] == "message_started"
    assert "delta" in seen[0]
    assert "message_complete" not in seen[0]
    after = [str(frame.kind) for _, frame in simulation.store.tasks.frames("t1", 0)]
    assert after[-1] == "message_complete"


def test_usage_is_recorded_and_unknown_is_not_zero() -> None:
    known = finished((Used(tokens=30, cumulative=True), Said("Done.")))
    unknown = finished((Said("Done."),))

    assert known.task().cost == Cost(tokens=30)
    assert unknown.task().cost is None


def test_usage_of_a_failed_task_is_recorded_too() -> None:
    simulation = finished((Used(tokens=30, cumulative=True), AgentEnd(Stop.FAILED, "no")))

    assert simulation.task().cost == Cost(tokens=30)


def test_the_transcript_has_text_reasoning_and_tools() -> None:
    simulation = finished(
        (Thought("Hm."), ToolSeen("1", title="Edit", status="completed"), Said("Done."))
    )

    document = json.loads(simulation.depot.files[simulation.task().transcript])

    assert document["text"] == "Done."
    assert document["reasoning"] == "Hm."
    assert [tool["title"] for tool in document["tools"]] == ["Edit"]


def test_a_worktree_that_cannot_be_made_fails_with_its_reason() -> None:
    simulation = TaskSimulation()
    simulation.bench.trouble = "There is no branch `main`"

    simulation.ask(ASKED)
    simulation.settle()

    assert simulation.task().state is TaskState.FAILED
    assert "There is no branch `main`" in simulation.said[-1]
    assert simulation.agents.jobs == []


def test_time_is_up_before_the_machines_own() -> None:
    simulation = finished((Write("a.txt", "half"), Work(3_600)))

    assert simulation.task().summary == "Time was up"
    assert simulation.change().snapshot.partial


def test_a_machine_may_have_less_time_than_the_project() -> None:
    simulation = TaskSimulation()
    simulation.agents.script = (Work(3_600),)
    simulation.ask(ASKED)
    simulation.settle()

    task = simulation.task()
    assert task.ended_at is not None
    assert task.started_at is not None
    assert task.ended_at - task.started_at < 900_000


def test_no_worktree_and_no_process_is_left() -> None:
    simulation = finished((Write("a.txt", "half"), AgentEnd(Stop.CRASHED)))

    assert simulation.bench.trees == {}
    assert simulation.agents.alive == 0


def set_up(seconds: int = 0, trouble: str = "") -> TaskSimulation:
    simulation = TaskSimulation()
    simulation.store.registry.put_project(replace(PROJECT, setup="make dev"))
    simulation.agents.setup_seconds, simulation.agents.setup_trouble = seconds, trouble
    simulation.clock.after(20, lambda: simulation.cancel("t1"))
    simulation.ask(ASKED)
    simulation.settle()
    return simulation


def test_a_setup_that_fails_is_the_tasks_failure() -> None:
    simulation = set_up(trouble="no such target")

    assert simulation.task().summary == "The project's setup failed: no such target"
    assert simulation.agents.jobs == []


def test_a_cancel_while_it_is_set_up_is_a_cancel() -> None:
    simulation = set_up(seconds=60)

    assert simulation.task().state is TaskState.CANCELLED
    assert simulation.agents.jobs == []
