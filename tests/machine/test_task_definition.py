"""What neither cfn-lint nor the validator sees in the task machine."""

import re
from typing import Any

import pytest

from parley.core.tasks.steps import Next
from tests.machine.definition import CALLBACK, TASK_DEFINITION, Machine
from tests.machine.test_definition import ERRORS, SERVICE_ERRORS, expressions, timeout_of
from tests.template.loading import MACHINE, of_type, template

TEXT = TASK_DEFINITION.read_text()
STATES = Machine.load(TASK_DEFINITION).states
TASKS = {name: state for name, state in STATES.items() if state["Type"] == "Task"}
WAITING = {name for name, task in TASKS.items() if task["Resource"].endswith(CALLBACK)}
RUNNERS = {"RunWorktree", "RunFargate"}
FUNCTIONS = {
    "RouteTask": "RouteTaskFunction",
    "RunNative": "RunNativeTaskFunction",
    "RunWorktree": "WorktreeFunction",
    "RecordTask": "RecordTaskFunction",
    "ReviewChange": "ReviewChangeFunction",
    "PublishChange": "PublishFunction",
    "SettleChange": "SettleChangeFunction",
}
CARRIED = {"task", "generation", "next", "seconds", "failed"}
ECS_ERRORS = {"ECS.AmazonECSException", "ECS.ServerException", "AmazonECS.Unknown"}


def test_substitutions_of_template_and_definition_are_the_same() -> None:
    machine = of_type(template(), MACHINE)["TaskMachine"]

    used = set(re.findall(r"\$\{(\w+)\}", TEXT))

    assert used == set(machine["DefinitionSubstitutions"])
    assert machine["DefinitionUri"] == "statemachines/task.asl.yaml"


def test_each_state_calls_its_function() -> None:
    called = {
        name: task["Arguments"].get("FunctionName", task["Resource"])
        for name, task in TASKS.items()
        if name != "RunFargate"
    }

    assert called == {name: f"${{{function}}}" for name, function in FUNCTIONS.items()}


def test_people_engines_and_containers_are_waited_for_by_a_callback() -> None:
    assert {"RunNative", "ReviewChange", "RunFargate"} == WAITING


@pytest.mark.parametrize("name", sorted(set(FUNCTIONS) - WAITING))
def test_a_state_outlives_its_function(name: str) -> None:
    spare = TASKS[name]["TimeoutSeconds"] - timeout_of(FUNCTIONS[name])

    assert 5 <= spare <= 40


@pytest.mark.parametrize("name", TASKS)
def test_every_state_has_a_limit(name: str) -> None:
    assert TASKS[name]["TimeoutSeconds"]


def test_a_container_that_died_is_missed() -> None:
    assert TASKS["RunFargate"]["HeartbeatSeconds"] < TASKS["RunFargate"]["TimeoutSeconds"]


@pytest.mark.parametrize("name", sorted(RUNNERS))
def test_what_a_runner_answers_and_how_it_fails_is_dropped(name: str) -> None:
    """The agent can forge the one and cause the other."""
    state = TASKS[name]
    told = {
        "task": "{% $states.input.task %}",
        "generation": "{% $states.input.generation %}",
        "next": "record",
        "seconds": 0,
    }

    assert (state["Next"], state["Output"]) == ("RecordTask", told)
    [catcher] = state["Catch"]
    assert (catcher["ErrorEquals"], catcher["Next"], catcher["Output"]) == (
        ["States.ALL"],
        "RecordTask",
        told,
    )


@pytest.mark.parametrize("name", sorted(RUNNERS))
def test_only_what_never_began_is_tried_again(name: str) -> None:
    """A runner that failed may have let its agent act; what is to be done then, the table says."""
    tried = {error for rule in TASKS[name]["Retry"] for error in rule["ErrorEquals"]}

    assert tried <= ECS_ERRORS | {"Lambda.TooManyRequestsException"}


@pytest.mark.parametrize("name", sorted(set(TASKS) - RUNNERS))
def test_service_errors_and_failures_are_retried(name: str) -> None:
    service, failure = TASKS[name]["Retry"]

    assert set(service["ErrorEquals"]) == SERVICE_ERRORS
    wanted = ["States.TaskFailed"] if name in WAITING else ["States.TaskFailed", "States.Timeout"]
    assert failure["ErrorEquals"] == wanted


@pytest.mark.parametrize("name", TASKS)
def test_nothing_that_fails_ends_the_execution(name: str) -> None:
    *_, last = TASKS[name]["Catch"]

    assert last["ErrorEquals"] == ["States.ALL"]


@pytest.mark.parametrize("name", TASKS)
def test_errors_are_known(name: str) -> None:
    rules = [*TASKS[name]["Retry"], *TASKS[name]["Catch"]]

    assert {error for rule in rules for error in rule["ErrorEquals"]} <= ERRORS | ECS_ERRORS


@pytest.mark.parametrize("name", TASKS)
def test_nothing_but_ids_and_steps_travels(name: str) -> None:
    state = TASKS[name]
    handed_on: list[Any] = [state["Output"], *(each["Output"] for each in state["Catch"])]

    for output in handed_on:
        assert set(output) <= CARRIED


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_a_function_gets_ids_and_at_most_a_token(name: str) -> None:
    """What runs programs that nobody vouches for gets an id and nothing else."""
    arguments = TASKS[name]["Arguments"]
    sent = set(arguments.get("Payload", arguments))

    wanted = {"task", "token"} if name in WAITING else {"task"}
    assert sent == (wanted | {"failed"} if name == "SettleChange" else wanted)


def test_every_next_step_has_its_state() -> None:
    told = set(re.findall(r"next = '(\w+)'", str(STATES["Choose"]["Choices"])))

    assert told | {Next.DONE} == set(Next)


def test_expressions_name_nothing_that_is_not_there() -> None:
    for expression in expressions(STATES):
        names = set(re.findall(r"\$(\w+)", expression))
        assert names <= {"states", "exists", "split"}, expression
