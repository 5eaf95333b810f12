"""What neither cfn-lint nor `sam validate` sees in template.yaml."""

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.template.loading import (
    FUNCTION,
    MACHINE,
    ROOT,
    Data,
    conditions,
    of_type,
    references,
    template,
)

TEMPLATE = template()
FUNCTIONS = of_type(TEMPLATE, FUNCTION)
GLOBALS = TEMPLATE["Globals"]["Function"]
ROUTES = {
    "/webhooks/slack/events",
    "/webhooks/slack/interactions",
    "/webhooks/slack/commands",
    "/webhooks/telegram",
    "/webhooks/discord/interactions",
    "/webhooks/discord/events",
}
ZIPPED = [name for name, each in FUNCTIONS.items() if each.get("PackageType") != "Image"]
IMAGES = sorted(set(FUNCTIONS) - set(ZIPPED))
# What the task machine gives a container that it starts.
ASSIGNED = {"PARLEY_TASK", "PARLEY_TASK_TOKEN"}
LONGEST_STACK_NAME = 50  # Step Functions and Scheduler allow names of 80 and 64 characters


def handler_of(function: Data) -> str:
    """An image's is what its own runtime is told."""
    if "Handler" in function:
        return str(function["Handler"])
    (handler,) = function["ImageConfig"]["Command"]
    return str(handler)


def property_of(function: str, name: str) -> Any:
    return FUNCTIONS[function].get(name, GLOBALS.get(name))


def undefined(data: Data) -> set[str]:
    known = {*data["Parameters"], *data["Resources"]}
    named = set(references({key: data[key] for key in ("Globals", "Resources", "Outputs")}))
    return {name for name in named if name not in known and not name.startswith("AWS::")}


def test_every_reference_is_defined() -> None:
    assert undefined(TEMPLATE) == set()


def test_a_reference_into_nothing_is_seen() -> None:
    broken = template()
    broken["Resources"]["SweeperFunction"]["Properties"]["Policies"] = [{"Ref": "Nowhere"}]
    assert undefined(broken) == {"Nowhere"}


def test_every_parameter_is_used_and_described() -> None:
    used = set(references({**TEMPLATE, "Parameters": {}}))
    assert set(TEMPLATE["Parameters"]) - used == set()
    assert [n for n, p in TEMPLATE["Parameters"].items() if not p.get("Description")] == []


def test_every_parameter_stands_in_one_group() -> None:
    groups = TEMPLATE["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    grouped = [name for group in groups for name in group["Parameters"]]
    assert sorted(grouped) == sorted(TEMPLATE["Parameters"])


def test_every_parameter_but_the_agents_address_has_a_default() -> None:
    assert [n for n, p in TEMPLATE["Parameters"].items() if "Default" not in p] == ["AgentUrl"]


def test_defaults_fit_their_patterns() -> None:
    for name, parameter in TEMPLATE["Parameters"].items():
        pattern, default = parameter.get("AllowedPattern"), parameter.get("Default")
        if pattern and default is not None:
            assert re.fullmatch(pattern, default), name


@pytest.mark.parametrize(
    ("parameter", "value", "fits"),
    [
        ("AgentUrl", "https://agent.example.com:4000", True),
        ("AgentUrl", "agent.example.com", False),
        ("AgentUrl", "https://agent.example.com/v1", False),
        ("ConfigurationName", "/parley/configuration", True),
        ("ConfigurationName", "{}", False),
        ("DiscordPublicKey", "0f" * 32, True),
        ("DiscordPublicKey", "", True),
        ("DiscordPublicKey", "0f" * 31, False),
        ("DiscordApplicationId", "1234567890123456789", True),
        ("DiscordApplicationId", "my bot", False),
        ("SlackBotTokenName", "xoxb-secret", False),
        ("SlackBotTokenName", "/parley/slack-bot-token", True),
        ("FargateSubnets", "subnet-0a1b2c3d,subnet-4e5f6071", True),
        ("FargateSubnets", "subnet-0a1b2c3d, subnet-4e5f6071", False),
        ("FargateImage", "parley", False),
        ("FargateImage", "1.dkr.ecr.eu-central-1.amazonaws.com/parley:latest", True),
    ],
)
def test_pattern_tells_a_value_from_a_slip(parameter: str, value: str, fits: bool) -> None:
    pattern = TEMPLATE["Parameters"][parameter]["AllowedPattern"]
    assert bool(re.fullmatch(pattern, value)) is fits


def test_conditions_are_defined_and_used() -> None:
    assert set(conditions(TEMPLATE["Resources"])) == set(TEMPLATE["Conditions"])


@pytest.mark.parametrize("name", ZIPPED)
def test_function_is_built_for_python_313_by_a_make_target(name: str, tmp_path: Path) -> None:
    assert FUNCTIONS[name]["Runtime"] == "python3.13"
    assert TEMPLATE["Resources"][name]["Metadata"] == {"BuildMethod": "makefile"}
    make = subprocess.run(
        ["make", "--dry-run", f"build-{name}", f"ARTIFACTS_DIR={tmp_path}"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
    )
    assert make.returncode == 0, make.stderr


def test_runtime_is_not_global() -> None:
    assert not {"Runtime", "Handler", "CodeUri"} & set(GLOBALS)


def test_every_handler_exists() -> None:
    for name, function in FUNCTIONS.items():
        module, _, attribute = handler_of(function).rpartition(".")
        source = (ROOT / f"{module.replace('.', '/')}.py").read_text()
        assert re.search(rf"^(def {attribute}\(|{attribute}\b.*=)", source, flags=re.M), name


def test_webhook_has_the_memory_its_three_seconds_need() -> None:
    assert FUNCTIONS["WebhooksFunction"]["MemorySize"] == 512
    assert FUNCTIONS["FollowRunFunction"]["MemorySize"] == {"Ref": "FollowerMemory"}


def test_no_function_outlives_what_waits_for_it() -> None:
    assert property_of("WebhooksFunction", "Timeout") < 30  # the HTTP API's own limit
    assert property_of("SweeperFunction", "Timeout") < 60  # the next sweep


def test_every_function_logs_to_a_group_with_retention() -> None:
    groups = of_type(TEMPLATE, "AWS::Logs::LogGroup")
    for name, function in FUNCTIONS.items():
        assert function["LoggingConfig"]["LogGroup"]["Ref"] in groups, name
    names = [group["LogGroupName"]["Fn::Sub"] for group in groups.values()]
    assert len(set(names)) == len(names)
    for name, group in groups.items():
        assert group["RetentionInDays"] == {"Ref": "LogRetentionDays"}, name


def test_machine_logs_errors_without_its_data() -> None:
    logging = TEMPLATE["Resources"]["ConversationMachine"]["Properties"]["Logging"]
    assert (logging["Level"], logging["IncludeExecutionData"]) == ("ERROR", False)


def test_environment_holds_what_the_settings_read() -> None:
    settings = (ROOT / "shared/parley/settings.py").read_text()
    read = set(re.findall(r'"(PARLEY_\w+)"', settings)) - {"PARLEY_URL"}  # the command line's
    given = {*GLOBALS["Environment"]["Variables"], *ASSIGNED}
    given |= {variable for name in FUNCTIONS for variable in own_variables(name)}
    assert {name for name in given if name.startswith("PARLEY_")} == read


def own_variables(function: str) -> Data:
    variables: Data = FUNCTIONS[function].get("Environment", {}).get("Variables", {})
    return variables


def test_only_the_webhook_knows_whom_to_hand_a_notice() -> None:
    """In every function's environment it would be in the notices' own too: a circle."""
    knowing = {name for name in FUNCTIONS if "PARLEY_NOTICES_FUNCTION" in own_variables(name)}
    assert knowing == {"WebhooksFunction"}


def test_environment_holds_secrets_by_name_only() -> None:
    variables = GLOBALS["Environment"]["Variables"]
    secrets = {
        name: value["Fn::Sub"]
        for name, value in variables.items()
        if re.search(r"(TOKEN|SECRET)$", name)
    }
    secrets["PARLEY_API_TOKEN"] = own_variables("GatewayFunction")["PARLEY_API_TOKEN"]["Fn::Sub"]
    assert len(secrets) == 7
    for name, value in secrets.items():
        assert re.fullmatch(r"\$\{SecretsIn\}:\$\{\w+Name\}", value), name


def test_everything_under_v1_is_the_gateways() -> None:
    (event,) = FUNCTIONS["GatewayFunction"]["Events"].values()
    properties = event["Properties"]
    assert (properties["Method"], properties["Path"]) == ("ANY", "/v1/{proxy+}")


def test_every_route_leads_to_the_webhooks_and_is_told_to_who_deploys() -> None:
    events = FUNCTIONS["WebhooksFunction"]["Events"].values()
    paths = [event["Properties"]["Path"] for event in events]
    assert sorted(paths) == sorted(ROUTES)
    assert {event["Properties"]["Method"] for event in events} == {"POST"}
    told = [output["Value"] for name, output in TEMPLATE["Outputs"].items() if "Url" in name]
    assert sorted(re.sub(r".*\}(?=/)", "", url["Fn::Sub"]) for url in told) == sorted(paths)


def test_notice_is_given_up_while_its_reader_still_remembers() -> None:
    retried = FUNCTIONS["NoticesFunction"]["EventInvokeConfig"]
    assert retried == {"MaximumRetryAttempts": 2, "MaximumEventAgeInSeconds": 300}
    alarm = TEMPLATE["Resources"]["LostNoticesAlarm"]["Properties"]
    assert alarm["MetricName"] == "AsyncEventsDropped"
    assert alarm["Dimensions"] == [{"Name": "FunctionName", "Value": {"Ref": "NoticesFunction"}}]


def test_table_is_what_the_store_expects() -> None:
    table = TEMPLATE["Resources"]["ConversationsTable"]
    assert table["DeletionPolicy"] == table["UpdateReplacePolicy"] == "Retain"
    properties = table["Properties"]
    assert [key["AttributeName"] for key in properties["KeySchema"]] == ["pk", "sk"]
    assert properties["TimeToLiveSpecification"]["AttributeName"] == "expires_at"
    assert properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True
    (index,) = properties["GlobalSecondaryIndexes"]
    assert [key["AttributeName"] for key in index["KeySchema"]] == ["unsettled", "updated_at"]
    assert index["Projection"] == {"ProjectionType": "KEYS_ONLY"}


def test_long_texts_outlive_the_conversation_that_points_at_them() -> None:
    bucket = TEMPLATE["Resources"]["TextsBucket"]["Properties"]
    days = {
        rule["Prefix"]: rule["ExpirationInDays"]["Ref"]
        for rule in bucket["LifecycleConfiguration"]["Rules"]
    }
    assert days == {"texts/": "TextRetentionDays", "tasks/": "TaskRetentionDays"}
    assert TEMPLATE["Parameters"]["TextRetentionDays"]["MinValue"] > 7
    assert all(bucket["PublicAccessBlockConfiguration"].values())


def test_names_fit_with_a_long_stack_name() -> None:
    stack = "x" * LONGEST_STACK_NAME
    for machine in of_type(TEMPLATE, MACHINE).values():
        assert re.fullmatch(r"[A-Za-z0-9_-]{1,80}", _named(machine["Name"], stack))
    sweep = FUNCTIONS["SweeperFunction"]["Events"]["EveryMinute"]["Properties"]["Name"]
    assert re.fullmatch(r"[A-Za-z0-9_.-]{1,64}", _named(sweep, stack))


def test_a_machines_arn_is_written_the_same_everywhere() -> None:
    arns = set(re.findall(r"arn:\S+:stateMachine:\S+", (ROOT / "template.yaml").read_text()))
    names = {machine["Name"]["Fn::Sub"] for machine in of_type(TEMPLATE, MACHINE).values()}
    assert sorted(arn.partition(":stateMachine:")[2] for arn in arns) == sorted(names)


def test_failure_rule_and_schedule_reach_the_sweeper() -> None:
    events = FUNCTIONS["SweeperFunction"]["Events"]
    schedule = events["EveryMinute"]["Properties"]
    assert schedule["ScheduleExpression"] == "rate(1 minute)"
    assert schedule["FlexibleTimeWindow"] == {"Mode": "OFF"}
    pattern = events["ExecutionFailed"]["Properties"]["Pattern"]
    assert pattern["detail"]["status"] == ["FAILED", "TIMED_OUT", "ABORTED"]
    assert len(pattern["detail"]["stateMachineArn"]) == len(of_type(TEMPLATE, MACHINE))


def _named(name: Data, stack: str) -> str:
    return str(name["Fn::Sub"]).replace("${AWS::StackName}", stack)
