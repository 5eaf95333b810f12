"""Which tasks begin, and when."""

from dataclasses import replace

import pytest

from parley.core.tasks.request import BadRequest, parse
from parley.core.tasks.task import TaskState
from parley.errors import ExecutionsUnavailable, StoreUnavailable
from parley.services.tasks.dispatching import LOOKED_AT_BY_REQUESTS
from tests.core.tasks.builders import DELIVERY, PROJECT, STUB, task
from tests.tasks.simulation import ADA, MINUTE, TaskSimulation
from tests.tasks.work import Work, quiet

PENDING, RUNNING, COMPLETED = TaskState.PENDING, TaskState.RUNNING, TaskState.COMPLETED
OTHER = replace(PROJECT, id="other")


def asked(simulation: TaskSimulation, *projects: str) -> list[str]:
    ids = []
    for project in projects:
        simulation.clock.advance(10)
        ids.append(simulation.ask(f"{project} @stub fix it"))
    return ids


def test_so_many_run_side_by_side_and_the_rest_waits() -> None:
    simulation = TaskSimulation(at_once=2)

    ids = asked(simulation, "demo", "demo", "demo")

    assert simulation.states(*ids) == [RUNNING, RUNNING, PENDING]


def test_a_slot_that_comes_free_goes_to_the_oldest() -> None:
    simulation = TaskSimulation(at_once=1)
    ids = asked(simulation, "demo", "demo", "demo")

    simulation.machine.run(until=lambda: simulation.task("t1").state.over)

    assert simulation.states(*ids) == [COMPLETED, RUNNING, PENDING]


def test_all_of_them_are_done_in_the_end() -> None:
    simulation = TaskSimulation(at_once=2)
    ids = asked(simulation, *["demo"] * 7)

    simulation.settle()

    assert simulation.states(*ids) == [COMPLETED] * 7


def test_a_full_project_does_not_keep_others_waiting() -> None:
    simulation = TaskSimulation()
    simulation.store.registry.put_project(replace(PROJECT, limit=1))
    simulation.store.registry.put_project(OTHER)

    ids = asked(simulation, "demo", "demo", "other")

    assert simulation.states(*ids) == [RUNNING, PENDING, RUNNING]


def test_two_tasks_of_one_session_never_run_at_once() -> None:
    simulation = TaskSimulation()

    first = simulation.ask("demo @stub begin")
    second = simulation.ask(f"demo session={first} go on")

    assert simulation.states(first, second) == [RUNNING, PENDING]
    simulation.settle()
    assert simulation.states(first, second) == [COMPLETED, COMPLETED]
    assert [job.prompt for job in simulation.agents.jobs] == ["begin", "go on"]


def test_the_same_request_twice_is_one_task() -> None:
    simulation = TaskSimulation()

    simulation.ask("demo @stub fix it", id="same")
    simulation.ask("demo @stub fix it", id="same")
    simulation.settle()
    simulation.ask("demo @stub fix it", id="same")
    simulation.settle()

    assert len(simulation.agents.jobs) == 1


def test_an_external_task_without_a_repository_fails_without_ever_running() -> None:
    simulation = TaskSimulation()
    simulation.store.registry.put_project(replace(PROJECT, repository=""))

    simulation.ask("demo @stub fix it")

    task = simulation.task()
    assert (task.state, task.started_at) == (TaskState.FAILED, None)
    assert "has no repository" in simulation.said[-1]
    assert list(simulation.store.tasks.live()) == []


def test_a_task_for_an_unknown_agent_fails_with_those_that_there_are() -> None:
    simulation = TaskSimulation()

    simulation.ask("demo @nobody fix it")

    assert simulation.task().state is TaskState.FAILED
    assert "its agents: `stub`" in simulation.said[-1]


def test_a_request_for_an_unknown_project_makes_no_task() -> None:
    simulation = TaskSimulation()

    with pytest.raises(BadRequest, match=r"^There is no project `nowhere`\. Projects: `demo`$"):
        simulation.parts.submitting.submit(parse("nowhere fix it"), "t1", ADA, DELIVERY)

    assert simulation.store.tasks.get("t1") is None


def test_a_session_of_another_project_is_none_to_go_on_with() -> None:
    simulation = TaskSimulation()
    simulation.store.registry.put_project(OTHER)
    first = simulation.ask("demo @stub begin")

    with pytest.raises(BadRequest, match="is of project `demo`"):
        simulation.ask(f"other session={first} go on")


def test_a_project_that_is_removed_fails_what_waits_for_it() -> None:
    simulation = TaskSimulation(at_once=1)
    asked(simulation, "demo", "demo")
    simulation.store.registry.remove_project("demo")

    simulation.sweep_until_quiet()

    assert simulation.task("t2").state is TaskState.FAILED


def test_an_execution_that_could_not_be_started_is_started_by_the_sweep() -> None:
    simulation = TaskSimulation()
    simulation.machine.refuses = ExecutionsUnavailable("not today")
    simulation.ask("demo @stub fix it")
    simulation.machine.refuses = None

    simulation.sweep_until_quiet(1)

    assert simulation.task().state is COMPLETED


def test_an_execution_that_died_is_succeeded_by_another() -> None:
    simulation = TaskSimulation()
    simulation.ask("demo @stub fix it")
    simulation.machine.kill_all()

    simulation.sweep_until_quiet(2)

    assert simulation.task().state is COMPLETED
    assert simulation.task().generation == 2
    assert len(simulation.agents.jobs) == 1


def test_an_execution_that_dies_while_a_change_waits_is_succeeded_and_asks_once() -> None:
    simulation = TaskSimulation()
    simulation.ask("demo @stub fix it")
    simulation.settle()
    simulation.machine.kill_all()

    simulation.clock.advance(120_000)
    simulation.sweep_until_quiet(2)

    assert len(simulation.channel.asked) == 1
    assert simulation.task().generation == 2


def test_news_that_get_lost_are_told_by_the_sweep() -> None:
    simulation = TaskSimulation()
    simulation.news.lost = True
    simulation.ask("demo @nobody fix it")
    assert simulation.said == []

    simulation.clock.advance(120_000)
    simulation.sweep_until_quiet(3)

    assert "its agents: `stub`" in simulation.said[-1]
    assert len(simulation.said) == 1


def test_no_slot_is_leaked_by_tasks_that_fail_and_are_cancelled() -> None:
    simulation = TaskSimulation(at_once=1)
    simulation.agents.script = (Work(600),)
    for number in range(4):
        id = simulation.ask("demo @stub fix it", id=f"x{number}")
        simulation.machine.run(horizon=5_000)
        simulation.parts.cancelling.cancel(id)
        simulation.settle()
    simulation.agents.script = ()

    simulation.ask("demo @stub fix it", id="last")
    simulation.settle()

    assert simulation.task("last").state is COMPLETED


def test_agents_are_known_by_their_registration() -> None:
    simulation = TaskSimulation()
    simulation.store.registry.put_project(replace(PROJECT, agents=("stub", "late")))
    simulation.store.registry.put_agent(replace(STUB, name="late"))

    simulation.ask("demo @late fix it")
    simulation.settle()

    assert simulation.agents.jobs[0].agent.name == "late"


def test_the_telling_of_what_never_began_survives_its_execution() -> None:
    simulation = TaskSimulation()
    simulation.news.lost = True
    simulation.ask("demo @nobody fix it")
    simulation.clock.advance(MINUTE)
    simulation.sweep()
    simulation.machine.kill_all()

    simulation.sweep_until_quiet(3)

    assert len(simulation.said) == 1
    assert list(simulation.store.tasks.live()) == []


def test_a_long_line_of_one_project_holds_up_no_other() -> None:
    simulation = TaskSimulation()
    simulation.store.registry.put_project(replace(PROJECT, limit=1))
    simulation.store.registry.put_project(replace(OTHER, limit=1))
    for number in range(LOOKED_AT_BY_REQUESTS):
        simulation.store.tasks.create(task(id=f"o{number}", session=f"o{number}", agent="stub"))
    first, second = asked(simulation, "other", "other")
    assert simulation.states(first, second) == [RUNNING, PENDING]

    simulation.cancel(first)

    assert simulation.states(second) == [RUNNING]


def test_what_waits_and_cannot_begin_keeps_nobody_from_being_taken_up() -> None:
    simulation = TaskSimulation(at_once=2)
    simulation.agents.script = (Work(60),)
    simulation.machine.refuses = ExecutionsUnavailable("down")
    simulation.ask("demo @stub fix it")
    simulation.ask("demo @stub fix it", id="waits")
    simulation.machine.refuses = None

    def unreadable(call: str) -> None:
        if call == "before registry.agents":
            raise StoreUnavailable("not now")

    simulation.store.tasks.create(task(id="t9", session="t9", agent="stub"))
    simulation.hook = unreadable
    simulation.sweep()
    simulation.hook = quiet
    simulation.settle()

    assert simulation.states("t1", "waits") == [COMPLETED, COMPLETED]
