"""What the chat is told of a task, when the platform does not take it."""

import pytest

from parley.core.tasks.heard import Said
from parley.core.tasks.task import TaskOutcome, TaskState
from parley.errors import (
    ChannelError,
    ChannelMisconfigured,
    ChannelUnavailable,
    RateLimited,
    SendUncertain,
    Undeliverable,
)
from tests.tasks.simulation import TaskSimulation
from tests.tasks.work import Work, quiet

TEXT = (Said("Nothing to do."),)


def failing(*errors: ChannelError) -> TaskSimulation:
    simulation = TaskSimulation()
    simulation.agents.script = TEXT
    for send, error in enumerate(errors, start=1):
        simulation.channel.fail(send, error)
    simulation.ask("demo @stub fix it")
    simulation.settle()
    return simulation


@pytest.mark.parametrize(
    "error", [RateLimited(7), ChannelUnavailable("down"), SendUncertain("cut off")]
)
def test_the_end_is_told_again_until_the_platform_takes_it(error: ChannelError) -> None:
    simulation = failing(error, error)

    assert len(simulation.said) == 1
    assert simulation.task().reported
    assert list(simulation.store.tasks.live()) == []


def test_a_rate_limit_is_waited_for_by_the_machine() -> None:
    simulation = failing(RateLimited(7))

    assert "Hold" in simulation.machine.entered("t1")


@pytest.mark.parametrize("error", [Undeliverable("gone"), ChannelMisconfigured("no token")])
def test_where_there_is_no_hope_the_task_is_settled_all_the_same(error: ChannelError) -> None:
    simulation = failing(error)

    assert simulation.said == []
    assert simulation.task().state is TaskState.COMPLETED
    assert list(simulation.store.tasks.live()) == []
    assert simulation.telemetry.told("task_not_told") != []


def test_a_platform_that_stays_away_is_not_waited_for_for_ever() -> None:
    simulation = failing(*[ChannelUnavailable("down")] * 500)

    simulation.settle()

    assert list(simulation.store.tasks.live()) == []


def test_a_task_of_the_api_is_told_nowhere() -> None:
    simulation = TaskSimulation()

    simulation.ask("demo @stub fix it", delivery=None)
    simulation.settle()

    assert simulation.said == []
    assert simulation.channel.asked == []
    assert simulation.task().state is TaskState.COMPLETED


def test_progress_that_cannot_be_shown_disturbs_nothing() -> None:
    simulation = TaskSimulation()
    simulation.channel.refuse_progress = RateLimited(3)
    simulation.agents.script = (Work(20), Said("Done."))

    simulation.ask("demo @stub fix it")
    simulation.settle()

    assert simulation.task().state is TaskState.COMPLETED
    assert "Done." in simulation.said[-1]


def test_a_transcript_that_is_gone_leaves_the_summary() -> None:
    simulation = TaskSimulation()
    simulation.agents.script = TEXT
    simulation.channel.fail(1, RateLimited(7))
    simulation.clock.after(1, simulation.depot.files.clear)

    simulation.ask("demo @stub fix it")
    simulation.settle()

    assert "Nothing to do." in simulation.said[-1]


def test_parts_that_were_told_are_not_told_again() -> None:
    simulation = TaskSimulation()
    simulation.agents.script = (Said("word " * 2_000),)
    for send in (3, 4):
        simulation.channel.fail(send, RateLimited(7))
    simulation.ask("demo @stub fix it")
    simulation.settle()

    nonces = [post.nonce for post in simulation.channel.posts]
    assert nonces == ["t1-0", "t1-1", "t1-2"]


def test_a_limit_that_never_ends_is_not_waited_for_for_ever() -> None:
    simulation = failing(*[RateLimited(60)] * 100)

    assert list(simulation.store.tasks.live()) == []


@pytest.mark.parametrize("shown", [0, 1])
def test_progress_that_comes_late_does_not_stand_in_the_ends_place(shown: int) -> None:
    simulation = TaskSimulation()

    def end(call: str) -> None:
        if call == "before channel.show_progress" and len(simulation.channel.progress) == shown:
            simulation.hook = quiet
            done = TaskOutcome(TaskState.COMPLETED, "Done.")
            simulation.store.tasks.outcome(simulation.task(), done)
            simulation.steps.advancing.record("t1")

    simulation.hook = end
    simulation.agents.script = (Work(20),)
    simulation.ask("demo @stub fix it")
    simulation.settle()

    assert [post.replaced for post in simulation.channel.progress] == [True]
