"""Coding tasks in the template: images, the runner's bounds, and Fargate."""

import re
from collections import defaultdict
from typing import Any

import pytest
import yaml

from tests.template.loading import ROOT, template
from tests.template.test_policies import TABLE, each, policies_of, statements
from tests.template.test_template import ASSIGNED, FUNCTIONS, GLOBALS, IMAGES

TEMPLATE = template()
RESOURCES = TEMPLATE["Resources"]
RUNNERS = ["WorktreeFunction", "FargateTaskRole"]
DEFINITION = yaml.safe_load((ROOT / "statemachines/task.asl.yaml").read_text())


def arn_of(name: str) -> Any:
    return {"Fn::GetAtt": [name, "Arn"]}


def invoked_by(name: str) -> list[Any]:
    """The functions that it may invoke."""
    return [
        statement["Resource"]
        for statement in statements(policies_of(name))
        if statement["Action"] == "lambda:InvokeFunction"
    ]


@pytest.mark.parametrize("name", IMAGES)
def test_images_are_built_from_the_folder_that_make_fills(name: str) -> None:
    metadata = RESOURCES[name]["Metadata"]
    assert (metadata["Dockerfile"], metadata["DockerContext"]) == ("Dockerfile", ".build/worktree")
    assert ".build/worktree.built:" in (ROOT / "Makefile").read_text()


@pytest.mark.parametrize("name", RUNNERS)
def test_runner_writes_to_tasks_alone(name: str) -> None:
    allowed: defaultdict[str, set[str]] = defaultdict(set)
    for statement in statements(policies_of(name)):
        actions = statement["Action"]
        for action in [actions] if isinstance(actions, str) else actions:
            if action.startswith("dynamodb:"):
                assert statement["Resource"] == TABLE
                ((key, values),) = statement["Condition"]["ForAllValues:StringLike"].items()
                assert key == "dynamodb:LeadingKeys"
                allowed[action].update(values)
    others = {"PROJECTS", "AGENTS", "SESSION#*", "CHANGE#*"}
    assert allowed == {
        "dynamodb:GetItem": {"TASK#*"} | others,
        "dynamodb:PutItem": {"TASK#*"},
        "dynamodb:UpdateItem": {"TASK#*"},
    }


@pytest.mark.parametrize("name", RUNNERS)
def test_runner_has_nothing_of_the_bucket(name: str) -> None:
    assert [action for action in each(name, "Action") if action.startswith("s3:")] == []


def test_runner_in_lambda_has_nothing_of_the_machines() -> None:
    actions = each("WorktreeFunction", "Action")
    assert [action for action in actions if action.startswith("states:")] == []


def test_runner_on_fargate_only_tells_the_machine_that_it_lives_and_is_done() -> None:
    actions = [action for action in each("FargateTaskRole", "Action") if "states:" in action]
    assert actions == ["states:SendTaskHeartbeat", "states:SendTaskSuccess"]


@pytest.mark.parametrize("name", RUNNERS)
def test_runner_invokes_who_hands_out_addresses_and_who_tells_people(name: str) -> None:
    assert invoked_by(name) == [arn_of("DepotFunction"), arn_of("ReportTaskFunction")]


def test_people_are_told_by_who_may_talk_to_them() -> None:
    """Whoever may invoke it knows its name, and nobody else."""
    for name, function in FUNCTIONS.items():
        variables = function.get("Environment", {}).get("Variables", {})
        if arn_of("ReportTaskFunction") in invoked_by(name):
            assert variables["PARLEY_NEWS_FUNCTION"] == {"Ref": "ReportTaskFunction"}, name


def test_only_the_webhook_invokes_the_notices() -> None:
    invoking = {name for name in FUNCTIONS if arn_of("NoticesFunction") in invoked_by(name)}
    assert invoking == {"WebhooksFunction"}


def test_only_a_runner_invokes_the_depot() -> None:
    invoking = {name for name in FUNCTIONS if arn_of("DepotFunction") in invoked_by(name)}
    assert invoking == {"WorktreeFunction"}


def test_runner_is_not_repeated_by_lambda() -> None:
    assert FUNCTIONS["WorktreeFunction"]["EventInvokeConfig"] == {"MaximumRetryAttempts": 0}


def test_states_outlast_the_functions_that_they_wait_for() -> None:
    for state in DEFINITION["States"].values():
        if state["Type"] == "Task" and state["Resource"].endswith("Function}"):
            name = state["Resource"].strip("${}")
            timeout = FUNCTIONS[name].get("Timeout", GLOBALS["Timeout"])
            assert timeout < state["TimeoutSeconds"], name


def test_definition_gets_every_name_that_it_mentions() -> None:
    text = (ROOT / "statemachines/task.asl.yaml").read_text()
    given = RESOURCES["TaskMachine"]["Properties"]["DefinitionSubstitutions"]
    assert set(re.findall(r"\$\{(\w+)\}", text)) == set(given)


def test_everything_of_fargate_is_there_only_where_it_is_wanted() -> None:
    of_fargate = {name: each for name, each in RESOURCES.items() if name.startswith("Fargate")}
    assert len(of_fargate) == 6
    assert {each["Condition"] for each in of_fargate.values()} == {"UsesFargate"}
    wanted = TEMPLATE["Conditions"]["UsesFargate"]
    assert wanted == {"Fn::Not": [{"Fn::Equals": [{"Ref": "FargateVpc"}, ""]}]}
    assert TEMPLATE["Parameters"]["FargateVpc"]["Default"] == ""


def test_container_is_the_one_that_the_machine_starts() -> None:
    started = DEFINITION["States"]["RunFargate"]["Arguments"]["Overrides"]["ContainerOverrides"][0]
    (container,) = RESOURCES["FargateTask"]["Properties"]["ContainerDefinitions"]
    assert (started["Name"], container["Command"]) == (container["Name"], ["fargate"])
    assert {variable["Name"] for variable in started["Environment"]} == ASSIGNED


def test_container_has_the_runners_environment() -> None:
    (container,) = RESOURCES["FargateTask"]["Properties"]["ContainerDefinitions"]
    given = {variable["Name"]: variable["Value"] for variable in container["Environment"]}
    in_lambda = (
        GLOBALS["Environment"]["Variables"]
        | (FUNCTIONS["WorktreeFunction"]["Environment"]["Variables"])
    )
    for name in set(given) - {"AWS_DEFAULT_REGION"}:
        assert given[name] == in_lambda[name], name
    assert set(FUNCTIONS["WorktreeFunction"]["Environment"]["Variables"]) <= set(given)


def test_nothing_comes_in_to_a_container() -> None:
    group = RESOURCES["FargateSecurityGroup"]["Properties"]
    assert group["SecurityGroupIngress"] == []
    assert [rule["ToPort"] for rule in group["SecurityGroupEgress"]] == [443]
