"""Tasks that go on with an earlier task's session."""

from dataclasses import replace

from parley.core.tasks.heard import AgentEnd, Said, Stop
from parley.core.tasks.task import TaskState
from tests.core.tasks.builders import PROJECT, STUB
from tests.tasks.simulation import TaskSimulation
from tests.tasks.work import Work

KEEPING = replace(STUB, keeps=(".local/share/stub",))


def going_on(simulation: TaskSimulation) -> TaskSimulation:
    simulation.ask("demo @stub begin")
    simulation.settle()
    simulation.ask("demo session=t1 go on")
    simulation.settle()
    return simulation


def test_the_agents_own_files_are_there_again() -> None:
    simulation = going_on(TaskSimulation(agents_known=(KEEPING,)))

    assert simulation.homes.unpacked == [b"/bench/t1/home: .local/share/stub"]
    assert simulation.agents.jobs[1].resume == "session-of-t1"


def test_what_was_asked_and_came_of_it_is_told_in_words_too() -> None:
    simulation = going_on(TaskSimulation(agents_known=(KEEPING,)))

    assert simulation.agents.jobs[1].earlier == "Asked: begin\n\nCame of it: I did it."


def test_an_agent_that_keeps_nothing_is_told_in_words_alone() -> None:
    simulation = going_on(TaskSimulation())

    assert simulation.agents.jobs[1].resume == ""
    assert "Asked: begin" in simulation.agents.jobs[1].earlier


def test_files_that_are_gone_leave_the_words() -> None:
    simulation = TaskSimulation(agents_known=(KEEPING,))
    simulation.ask("demo @stub begin")
    simulation.settle()
    simulation.depot.files = {}

    simulation.ask("demo session=t1 go on")
    simulation.settle()

    assert simulation.task("t2").state is TaskState.COMPLETED
    assert simulation.agents.jobs[1].resume == ""
    assert "Asked: begin" in simulation.agents.jobs[1].earlier


def test_a_task_that_failed_is_part_of_its_session() -> None:
    simulation = TaskSimulation()
    simulation.agents.script = (AgentEnd(Stop.FAILED, "it broke"),)
    simulation.ask("demo @stub begin")
    simulation.settle()
    simulation.agents.script = (Said("Now."),)

    simulation.ask("demo session=t1 again")
    simulation.settle()

    assert simulation.agents.jobs[1].earlier == "Asked: begin\n\nCame of it: it broke"


def test_a_session_goes_on_under_the_id_of_any_of_its_tasks() -> None:
    simulation = going_on(TaskSimulation())

    simulation.ask("demo session=t2 and on")
    simulation.settle()

    assert simulation.task("t3").session == "t1"
    session = simulation.store.tasks.session("t1")
    assert session is not None
    assert session.turns == ("t1", "t2", "t3")


def test_what_never_began_is_part_of_its_session() -> None:
    simulation = TaskSimulation()
    simulation.ask("demo @stub begin")
    simulation.settle()
    simulation.ask("demo @nobody session=t1 with another agent")

    simulation.ask("demo session=t1 go on")
    simulation.settle()

    refused = "Asked: with another agent\n\nCame of it: `nobody` is no agent of project `demo`"
    assert refused in simulation.agents.jobs[1].earlier


def test_a_session_can_begin_with_a_task_that_never_did() -> None:
    simulation = TaskSimulation()
    simulation.ask("demo @nobody begin")

    simulation.ask("demo @stub session=t1 go on")
    simulation.settle()

    assert "Asked: begin" in simulation.agents.jobs[0].earlier
    session = simulation.store.tasks.session("t1")
    assert session is not None
    assert (session.turns, session.agent, session.holder) == (("t1", "t2"), "stub", "")


def test_what_was_withdrawn_is_listed_while_another_task_has_the_session() -> None:
    simulation = TaskSimulation()
    simulation.ask("demo @stub begin")
    simulation.settle()
    simulation.agents.script = (Work(60), Said("Done."))
    simulation.ask("demo session=t1 more")
    simulation.ask("demo session=t1 and more")
    simulation.cancel("t3")
    simulation.settle()

    session = simulation.store.tasks.session("t1")
    assert session is not None
    assert (session.turns, session.holder) == (("t1", "t3", "t2"), "")


def test_another_agent_gets_the_words_and_none_of_the_first_ones_files() -> None:
    other = replace(STUB, name="other")
    simulation = TaskSimulation(agents_known=(KEEPING, other))
    simulation.store.registry.put_project(replace(PROJECT, agents=("stub", "other")))
    simulation.ask("demo @stub begin")
    simulation.settle()

    simulation.ask("demo @other session=t1 go on")
    simulation.settle()

    assert simulation.homes.unpacked == []
    assert simulation.agents.jobs[1].resume == ""
    assert "Asked: begin" in simulation.agents.jobs[1].earlier
