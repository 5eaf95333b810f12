"""What neither cfn-lint nor the validator sees in the state machine."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from parley.core.directive import Next
from parley.core.limits import LEASE, SECOND, STEPS_PER_EXECUTION
from tests.machine.definition import CALLBACK, DEFINITION, Machine, backoff
from tests.machine.expressions import Data
from tests.template.loading import FUNCTION, MACHINE, of_type, template

TEXT = DEFINITION.read_text()
STATES = Machine.load().states
TASKS = {name: state for name, state in STATES.items() if state["Type"] == "Task"}
WAITING = {name for name, task in TASKS.items() if task["Resource"].endswith(CALLBACK)}
DIRECT = sorted(set(TASKS) - WAITING)
TEMPLATE = template()
FUNCTIONS = of_type(TEMPLATE, FUNCTION)

HISTORY_EVENTS = 25_000
EVENTS_PER_ATTEMPT = 3  # scheduled, started, and how it ended
EVENTS_PER_VISIT = 2  # entered, exited

# The names that Step Functions and Lambda give to errors. Tasks return outcomes and raise no names.
ERRORS = {
    "Lambda.AWSLambdaException",
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.SdkClientException",
    "Lambda.ServiceException",
    "Lambda.TooManyRequestsException",
    "Lambda.Unknown",
    "States.ALL",
    "States.TaskFailed",
    "States.Timeout",
}
SERVICE_ERRORS = {name for name in ERRORS if name.startswith("Lambda.")}

SUBMITTED = 1  # that the function was called, once, where a callback is waited for

# What may travel from state to state: short values, never a text.
CARRIED = {"conversation", "generation", "step", "next", "seconds", "error"}


def timeout_of(function: str) -> int:
    own = FUNCTIONS[function].get("Timeout", TEMPLATE["Globals"]["Function"]["Timeout"])
    return int(own)


def sent_to(task: Data) -> Data:
    """What the task's function is called with."""
    sent: Data = task["Arguments"].get("Payload", task["Arguments"])
    return sent


def expressions(value: Any) -> Iterator[str]:
    match value:
        case str() if value.startswith("{%"):
            yield value
        case dict():
            yield from expressions(list(value.values()))
        case list():
            for each in value:
                yield from expressions(each)


def outputs(state: Data) -> Iterator[Data]:
    """What a state hands on, however it ends."""
    yield state["Output"]
    for catcher in state.get("Catch", []):
        yield catcher["Output"]


def longest_pauses(retrier: Data) -> list[float]:
    return [backoff(retrier, used) for used in range(retrier["MaxAttempts"])]


def test_substitutions_of_template_and_definition_are_the_same() -> None:
    machine = of_type(TEMPLATE, MACHINE)["ConversationMachine"]
    used = set(re.findall(r"\$\{(\w+)\}", TEXT))
    assert used == set(machine["DefinitionSubstitutions"])
    assert machine["DefinitionSubstitutions"]["Partition"] == {"Ref": "AWS::Partition"}
    assert machine["DefinitionUri"] == "statemachines/conversation.asl.yaml"


def test_each_task_calls_the_function_of_its_name() -> None:
    called = {
        name: task["Arguments"].get("FunctionName", task["Resource"])
        for name, task in TASKS.items()
    }
    assert called == {
        name: f"${{{name}Function}}"
        for name in ("StartTurn", "FollowRun", "DeliverReply", "AskApproval", "FailTurn")
    }


def test_people_are_waited_for_by_a_callback_and_not_longer_than_was_asked() -> None:
    assert {"AskApproval"} == WAITING
    ask = TASKS["AskApproval"]
    assert ask["Resource"] == f"arn:${{Partition}}:states:::lambda:invoke{CALLBACK}"
    assert ask["TimeoutSeconds"] == "{% $states.input.seconds %}"
    assert sent_to(ask)["token"] == "{% $states.context.Task.Token %}"


def test_undecided_approval_is_followed_and_not_asked_again() -> None:
    (catcher,) = (
        rule for rule in TASKS["AskApproval"]["Catch"] if rule["ErrorEquals"] == ["States.Timeout"]
    )
    assert (catcher["Output"]["next"], catcher["Next"]) == ("follow", "Route")
    assert all("States.Timeout" not in rule["ErrorEquals"] for rule in ask_retriers())


def ask_retriers() -> list[Data]:
    retriers: list[Data] = TASKS["AskApproval"]["Retry"]
    return retriers


@pytest.mark.parametrize("name", STATES)
def test_state_name_can_be_logged(name: str) -> None:
    assert re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{0,79}", name)


def test_every_state_is_reachable_and_every_target_exists() -> None:
    targets: dict[str, set[str]] = {
        name: set(re.findall(r"'(?:Next|Default)': '(\w+)'", str(state)))
        for name, state in STATES.items()
    }
    seen, waiting = set[str](), {Machine.load().start}
    while waiting:
        name = waiting.pop()
        seen.add(name)
        waiting |= targets[name] - seen
    assert seen == set(STATES)


@pytest.mark.parametrize("name", DIRECT)
def test_task_outlives_its_function_but_not_by_much(name: str) -> None:
    spare = TASKS[name]["TimeoutSeconds"] - timeout_of(f"{name}Function")
    assert 5 <= spare <= 10


@pytest.mark.parametrize("name", TASKS)
def test_errors_are_known_and_all_stands_alone_and_last(name: str) -> None:
    for kind in ("Retry", "Catch"):
        rules = [rule["ErrorEquals"] for rule in TASKS[name].get(kind, [])]
        for position, errors in enumerate(rules):
            assert set(errors) <= ERRORS
            assert len(set(errors)) == len(errors)
            if "States.ALL" in errors:
                assert errors == ["States.ALL"]
                assert position == len(rules) - 1


@pytest.mark.parametrize("name", TASKS)
def test_service_errors_and_failures_are_retried_with_growing_jittered_pauses(name: str) -> None:
    service, failure = TASKS[name]["Retry"]
    assert set(service["ErrorEquals"]) == SERVICE_ERRORS
    time_out = [] if name in WAITING else ["States.Timeout"]
    assert failure["ErrorEquals"] == ["States.TaskFailed", *time_out]
    for retrier in (service, failure):
        assert retrier["JitterStrategy"] == "FULL"
        pauses = longest_pauses(retrier)
        assert pauses == sorted(pauses)
        assert len(pauses) >= 3


@pytest.mark.parametrize("name", sorted(set(TASKS) - {"FailTurn"}))
def test_task_that_fails_for_good_goes_to_fail_turn(name: str) -> None:
    throttled, *_, failed = TASKS[name]["Catch"]
    assert failed["ErrorEquals"] == ["States.ALL"]
    assert (failed["Next"], failed["Output"]["next"]) == ("FailTurn", "fail")
    assert throttled["ErrorEquals"] == ["Lambda.TooManyRequestsException"]
    assert (throttled["Next"], throttled["Output"]["next"]) == ("Pause", "wait")


def test_fail_turn_is_followed_by_delivery_and_its_own_failure_fails_the_execution() -> None:
    assert TASKS["FailTurn"]["Next"] == "DeliverReply"
    assert "Catch" not in TASKS["FailTurn"]


@pytest.mark.parametrize("name", ["StartTurn", "DeliverReply", "FailTurn"])
def test_lease_outlives_a_task_that_dies_and_every_pause_before_its_successor(name: str) -> None:
    service, failure = TASKS[name]["Retry"]
    longest = TASKS[name]["TimeoutSeconds"] + max(longest_pauses(failure))
    assert longest + sum(longest_pauses(service)) < LEASE / SECOND


@pytest.mark.parametrize("name", TASKS)
def test_fence_reaches_every_task_and_grows_however_it_ends(name: str) -> None:
    arguments = sent_to(TASKS[name])
    assert arguments["retry"] == "{% $states.context.State.RetryCount %}"
    step = "$states.input.step"
    if name == "StartTurn":
        step = f"$exists({step}) ? {step} : 0"
    assert arguments["step"] == f"{{% {step} %}}"
    grown = f"{{% ({step}) + 1 %}}" if name == "StartTurn" else f"{{% {step} + 1 %}}"
    for output in outputs(TASKS[name]):
        assert output["step"] == grown


@pytest.mark.parametrize("name", TASKS)
def test_no_text_travels_through_the_machine(name: str) -> None:
    for output in outputs(TASKS[name]):
        assert set(output) <= CARRIED
        assert {"conversation", "generation", "step", "next"} <= set(output)
        if "error" in output:
            assert "$substring($states.errorOutput.Cause" in output["error"]["Cause"]
    assert set(sent_to(TASKS[name])) <= CARRIED | {"retry", "token"}


def test_expressions_name_nothing_that_is_not_there() -> None:
    """Variables other than $states would be undefined: nothing assigns any."""
    functions = {"exists", "substring"}
    for expression in expressions(STATES):
        names = set(re.findall(r"\$(\w+)", expression))
        assert names <= {"states"} | functions, expression
        paths = set(re.findall(r"\$states\.(\w+)", expression))
        assert paths <= {"input", "context", "result", "errorOutput"}, expression


@pytest.mark.parametrize("name", STATES)
def test_result_and_error_are_read_only_where_they_exist(name: str) -> None:
    state = STATES[name]
    for catcher in state.get("Catch", []):
        assert "$states.result" not in str(catcher)
    others = {key: value for key, value in state.items() if key not in ("Output", "Catch")}
    assert "$states.result" not in str(others)
    assert "$states.errorOutput" not in str({**others, "Output": state.get("Output")})


def test_execution_hands_over_before_its_history_is_full() -> None:
    """Every attempt of every retry, and between two steps never more than a choice and a pause."""
    attempts = max(1 + sum(r["MaxAttempts"] for r in task["Retry"]) for task in TASKS.values())
    step = EVENTS_PER_VISIT + attempts * EVENTS_PER_ATTEMPT + SUBMITTED
    # A choice follows DeliverReply and AskApproval; a pause is followed by StartTurn.
    assert STEPS_PER_EXECUTION * (step + EVENTS_PER_VISIT) + 2 * step < HISTORY_EVENTS


def test_choices_have_a_default_and_cover_every_directive() -> None:
    tested = re.findall(r"next = '(\w+)'", str(STATES["Route"]["Choices"]))
    assert {*tested, "done"} == set(Next)
    assert STATES["Route"]["Default"] == "Done"
