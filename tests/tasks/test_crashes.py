"""A process dies at every call that the functions make, before it and after it. Whatever is left is
found by the machine and the sweep: one task, a stated outcome, what the agent had done, nothing
left behind."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache

import pytest

from parley.core.tasks.change import ChangeState, Ruling
from parley.core.tasks.heard import AgentEnd, Said, Stop
from parley.core.tasks.task import TaskState
from tests.machine.interpreter import ProcessDied
from tests.tasks.simulation import BEGINS, TaskSimulation
from tests.tasks.work import Work, Write

WORK_BEGINS_AND_ENDS = ("after tasks.claim", "after tasks.outcome")
SCRIPT = (Write("a.txt", "new"), Said("Working."), Work(20), Write("b.txt", "new"), Said("Done."))


@dataclass
class DiesAt:
    """At the n-th call; the dead do nothing more. `elsewhere` says that the next invocation meets
    another machine."""

    number: int
    elsewhere: bool = False
    calls: list[str] = field(default_factory=list)
    dead: bool = False
    on_death: Callable[[], None] = lambda: None

    def __call__(self, call: str) -> None:
        if call == BEGINS:
            self.dead = False
            return
        self.calls.append(call)
        if len(self.calls) == self.number:
            self.on_death()
            self.dead = True
        if self.dead:
            raise ProcessDied(call)


def played(dies: DiesAt, *, cancelled: bool = False, applied: bool = False) -> TaskSimulation:
    simulation = TaskSimulation(hook=dies)
    simulation.agents.script = SCRIPT
    dies.on_death = lambda: _machine_is_lost(simulation) if dies.elsewhere else None
    _quietly(lambda: simulation.ask("demo @stub fix it"))
    if simulation.store.tasks.get("t1") is None:
        simulation.ask("demo @stub fix it", id="t1")  # the platform comes again
    if cancelled:
        simulation.clock.after(5, lambda: _quietly(lambda: simulation.cancel("t1")))
    _pass(simulation, minutes=14)
    if applied:
        for _ in range(2):
            _quietly(lambda: simulation.rule("t1", Ruling.APPLY))
        _pass(simulation, minutes=4)
    return simulation


def _machine_is_lost(simulation: TaskSimulation) -> None:
    simulation.agents.alive = 0
    simulation.bench.trees = {}


def _pass(simulation: TaskSimulation, minutes: int) -> None:
    for _ in range(minutes):
        simulation.machine.run(horizon=60_000)
        _quietly(simulation.sweep)


def _quietly(act: Callable[[], object]) -> None:
    try:
        act()
    except ProcessDied:
        return


@cache
def until_review() -> list[tuple[TaskSimulation, str]]:
    return list(deaths())


def deaths(**play: bool) -> Iterator[tuple[TaskSimulation, str]]:
    """Every play in which a process dies once, and where. What was played before is left out; only
    a runner's machine matters."""
    whole = DiesAt(0)
    played(whole, **play)
    known = DiesAt(0)
    if play.get("applied"):
        played(known)
    work = range(*[n for n, call in enumerate(whole.calls) if call in WORK_BEGINS_AND_ENDS][:2])
    for number in range(len(known.calls) + 1, len(whole.calls) + 1):
        elsewhere = not play and number in work
        for other in (False, True) if elsewhere else (False,):
            dies = DiesAt(number, other)
            yield played(dies, **play), f"{whole.calls[number - 1]} ({number}, {other})"


def test_wherever_a_process_dies_the_task_ends_once_and_says_how(
    tell: Callable[[str, str], None],
) -> None:
    count = 0
    for simulation, where in until_review():
        count += 1
        task = simulation.task()
        assert task.state in (TaskState.COMPLETED, TaskState.FAILED), where
        assert task.state is TaskState.COMPLETED or task.summary, where
        assert task.reported, where
        assert len(simulation.agents.jobs) <= 1, where
        assert simulation.machine.failed == [], where
        _leaves_nothing(simulation, where)
        _agrees(simulation, where)
    tell("tasks whose process dies", f"{count} deaths from the request to the review")
    assert count > 100


def _leaves_nothing(simulation: TaskSimulation, where: str) -> None:
    """What a runner that died last could not remove, the next one does."""
    if simulation.bench.trees == {} and simulation.agents.alive == 0:
        return
    simulation.agents.script = ()
    simulation.ask("demo @stub another", id="another")
    simulation.machine.run(horizon=60_000)
    assert simulation.task("another").state is TaskState.COMPLETED, where
    assert simulation.bench.trees == {}, where
    assert simulation.agents.alive == 0, where


def _agrees(simulation: TaskSimulation, where: str) -> None:
    """What the agent did is kept: all of it where the machine is the same one, at least what was
    saved last where it is another."""
    task = simulation.task()
    if task.state is TaskState.COMPLETED:
        assert simulation.change_state() is ChangeState.PENDING, where
        assert not simulation.change().snapshot.partial, where
        assert simulation.change().snapshot.count == 2, where
    elif task.change:
        assert simulation.change().snapshot.partial, where


def test_what_was_done_is_kept_as_a_partial_change() -> None:
    """From the moment that the agent has begun, on the machine that it worked on."""
    kept = 0
    for simulation, where in until_review():
        if simulation.task().state is not TaskState.FAILED or not simulation.agents.jobs:
            continue
        if where.endswith("True)"):
            continue
        assert simulation.change().snapshot.count >= 1, where
        kept += 1
    assert kept > 10


def test_on_another_machine_what_was_saved_meanwhile_is_kept() -> None:
    kept = sum(
        1
        for simulation, where in deaths()
        if where.endswith("True)") and simulation.task().state is TaskState.FAILED
        if simulation.task().change
    )
    assert kept > 3


def test_a_cancelled_task_ends_as_cancelled_wherever_a_process_dies(
    tell: Callable[[str, str], None],
) -> None:
    count = 0
    for simulation, where in deaths(cancelled=True):
        count += 1
        task = simulation.task()
        asked_in_time = task.cancel_at is not None
        wanted = (
            (TaskState.CANCELLED,) if asked_in_time else (TaskState.COMPLETED, TaskState.FAILED)
        )
        assert task.state in (*wanted, TaskState.FAILED), where
        assert len(simulation.agents.jobs) <= 1, where
        _leaves_nothing(simulation, where)
    tell("tasks whose process dies", f"{count} deaths while a task is cancelled")


def test_an_approved_change_is_published_wherever_a_process_dies(
    tell: Callable[[str, str], None],
) -> None:
    count = 0
    for simulation, where in deaths(applied=True):
        count += 1
        assert simulation.change_state() is ChangeState.APPLIED, where
        assert list(simulation.store.tasks.live()) == [], where
    tell("tasks whose process dies", f"{count} deaths on the way to a published change")
    assert count > 20


@pytest.mark.parametrize("stop", [Stop.FAILED, Stop.CRASHED])
def test_an_agent_that_dies_is_no_reason_to_run_it_again(stop: Stop) -> None:
    simulation = TaskSimulation()
    simulation.agents.script = (Write("a.txt", "half"), AgentEnd(stop))

    simulation.ask("demo @stub fix it")
    simulation.sweep_until_quiet(3)

    assert len(simulation.agents.jobs) == 1
