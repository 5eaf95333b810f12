"""Each function may do what it does and nothing else."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.template.loading import FUNCTION, MACHINE, ROLE, Data, leaves, of_type, template

TEMPLATE = template()
MANAGED = of_type(TEMPLATE, "AWS::IAM::ManagedPolicy")
TABLE = {"Fn::GetAtt": ["ConversationsTable", "Arn"]}
TEXTS = {"Fn::Sub": "${TextsBucket.Arn}/texts/*"}

# A wildcard in a resource, and why it may stand there.
WIDE = {
    "*": "logs: setting up log delivery knows no resources",
    "key/*": "kms: narrowed by conditions to named secrets through the store that holds them",
    "-??????": "secretsmanager: the six characters that it adds to a name",
    "/texts/*": "s3: the objects that long texts are",
    "/tasks/*": "s3: the files of tasks",
    "/parley/projects/*": "secrets: what projects name, which are registered at any time",
    "/parley/agents/*": "secrets: what agents name",
}


AGENT_TOKEN = {"AgentTokenName"}
WEBHOOK_SECRETS = {"SlackSigningSecretName", "TelegramSecretName"}
BOT_TOKENS = {"SlackBotTokenName", "TelegramBotTokenName", "DiscordBotTokenName"}
API_TOKEN = {"ApiTokenName"}
PROJECT_SECRETS, AGENT_SECRETS = {"/parley/projects/*"}, {"/parley/agents/*"}
NAMED = AGENT_TOKEN | WEBHOOK_SECRETS | BOT_TOKENS | API_TOKEN
SECRETS = NAMED | PROJECT_SECRETS | AGENT_SECRETS

# A role takes ten managed policies, and SAM adds the one for logs.
LONGEST_LIST = 9


def statements(policies: list[Any]) -> Iterator[Data]:
    for policy in policies:
        document = MANAGED[policy["Ref"]]["PolicyDocument"] if "Ref" in policy else policy
        yield from leaves(document["Statement"])


def policies_of(name: str) -> list[Any]:
    properties = TEMPLATE["Resources"][name]["Properties"]
    if TEMPLATE["Resources"][name]["Type"] != ROLE:
        return list(properties["Policies"])
    own = [policy["PolicyDocument"] for policy in properties["Policies"]]
    return [*properties["ManagedPolicyArns"], *own]


def each(name: str, key: str) -> Iterator[Any]:
    for statement in statements(policies_of(name)):
        value = statement[key]
        yield from value if isinstance(value, list) else [value]


def actions_on(name: str, service: str) -> set[str]:
    return {str(a).partition(":")[2] for a in each(name, "Action") if str(a).startswith(service)}


def secrets_of(name: str) -> set[str]:
    """The parameters by whose value a secret's name is given, or the path that it is under."""
    resources = [str(resource) for resource in each(name, "Resource")]
    return {secret for secret in SECRETS if any(secret in resource for resource in resources)}


def principals() -> list[str]:
    """All but the role that pulls the container's image and writes its log, which is AWS's own."""
    return [*of_type(TEMPLATE, FUNCTION), *of_type(TEMPLATE, MACHINE), "FargateTaskRole"]


@pytest.mark.parametrize("name", principals())
def test_no_action_is_a_wildcard(name: str) -> None:
    assert [action for action in each(name, "Action") if "*" in str(action)] == []


@pytest.mark.parametrize("name", principals())
def test_every_wide_resource_is_one_of_the_known_ones(name: str) -> None:
    for resource in each(name, "Resource"):
        text = resource if isinstance(resource, str) else str(next(iter(resource.values())))
        if "*" in text or "?" in text:
            assert any(text.endswith(known) for known in WIDE), text


def test_star_alone_is_for_log_delivery_only() -> None:
    for name in principals():
        for statement in statements(policies_of(name)):
            if statement["Resource"] == "*":
                assert name in of_type(TEMPLATE, MACHINE)
                assert all(action.startswith("logs:") for action in statement["Action"])


def branches_of_secrets() -> Iterator[tuple[Data, Data]]:
    """Of each policy that reads a secret: what it says of Parameter Store, and of the other."""
    for policy in MANAGED.values():
        match policy["PolicyDocument"]["Statement"]:
            case {"Fn::If": ["SecretsInParameterStore", parameters, secrets]}:
                yield (
                    {statement["Action"]: statement for statement in parameters},
                    {statement["Action"]: statement for statement in secrets},
                )


def test_decryption_is_bound_to_the_same_parameters_through_parameter_store() -> None:
    branches = [parameters for parameters, _ in branches_of_secrets()]
    assert len(branches) == 4
    for branch in branches:
        equal = branch["kms:Decrypt"]["Condition"]["StringEquals"]
        assert equal["kms:ViaService"]["Fn::Sub"].startswith("ssm.${AWS::Region}.")
        arns = equal["kms:EncryptionContext:PARAMETER_ARN"]
        assert arns == branch["ssm:GetParameter"]["Resource"]


def test_decryption_is_bound_to_the_same_secrets_through_secrets_manager() -> None:
    branches = [secrets for _, secrets in branches_of_secrets()]
    assert len(branches) == 4
    for branch in branches:
        condition = branch["kms:Decrypt"]["Condition"]
        via = condition["StringEquals"]["kms:ViaService"]["Fn::Sub"]
        assert via.startswith("secretsmanager.${AWS::Region}.")
        arns = condition["ArnLike"]["kms:EncryptionContext:SecretARN"]
        assert arns == branch["secretsmanager:GetSecretValue"]["Resource"]


def test_both_stores_give_the_same_secrets() -> None:
    for parameters, secrets in branches_of_secrets():
        named = [
            {name for name in NAMED if name in str(branch[action]["Resource"])}
            for branch, action in (
                (parameters, "ssm:GetParameter"),
                (secrets, "secretsmanager:GetSecretValue"),
            )
        ]
        assert named[0] == named[1]


@pytest.mark.parametrize(
    ("name", "secrets"),
    [
        ("WebhooksFunction", WEBHOOK_SECRETS),
        ("NoticesFunction", BOT_TOKENS),
        ("StartTurnFunction", AGENT_TOKEN | BOT_TOKENS),
        ("FollowRunFunction", AGENT_TOKEN | BOT_TOKENS),
        ("DeliverReplyFunction", BOT_TOKENS),
        ("AskApprovalFunction", BOT_TOKENS),
        ("FailTurnFunction", AGENT_TOKEN | BOT_TOKENS),
        ("SweeperFunction", AGENT_TOKEN),
        ("GatewayFunction", API_TOKEN),
        ("RouteTaskFunction", set()),
        ("RunNativeTaskFunction", set()),
        ("RecordTaskFunction", BOT_TOKENS),
        ("ReviewChangeFunction", BOT_TOKENS),
        ("SettleChangeFunction", BOT_TOKENS),
        ("ReportTaskFunction", BOT_TOKENS),
        ("DepotFunction", set()),
        ("WorktreeFunction", PROJECT_SECRETS | AGENT_SECRETS),
        ("FargateTaskRole", PROJECT_SECRETS | AGENT_SECRETS),
        ("PublishFunction", PROJECT_SECRETS),
        ("ConversationMachine", set()),
        ("TaskMachine", set()),
    ],
)
def test_each_reads_its_own_secrets(name: str, secrets: set[str]) -> None:
    assert secrets_of(name) == secrets


def test_every_function_is_listed_with_its_secrets() -> None:
    (mark,) = test_each_reads_its_own_secrets.pytestmark  # type: ignore[attr-defined]
    assert {name for name, _ in mark.args[1]} == set(principals())


@pytest.mark.parametrize("name", principals())
def test_role_takes_its_policies(name: str) -> None:
    assert len([policy for policy in policies_of(name) if "Ref" in policy]) <= LONGEST_LIST


@pytest.mark.parametrize(
    ("send", "start"), [("SendCallbacks", "StartExecutions"), ("SendTaskCallbacks", "StartTasks")]
)
def test_callbacks_are_sent_to_one_machine(send: str, start: str) -> None:
    (sent,) = MANAGED[send]["PolicyDocument"]["Statement"]
    (started,) = MANAGED[start]["PolicyDocument"]["Statement"]
    assert sent["Action"] == "states:SendTaskSuccess"
    assert sent["Resource"] == started["Resource"]


def test_nobody_scans_or_deletes_in_bulk() -> None:
    for name in principals():
        forbidden = {"Scan", "BatchWriteItem", "DeleteTable", "UpdateTable"}
        assert not actions_on(name, "dynamodb") & forbidden


@pytest.mark.parametrize("machine", of_type(TEMPLATE, MACHINE))
def test_machine_invokes_its_own_tasks_and_nothing_else(machine: str) -> None:
    substitutions = TEMPLATE["Resources"][machine]["Properties"]["DefinitionSubstitutions"]
    invoked = [
        statement["Resource"]
        for statement in statements(policies_of(machine))
        if statement["Action"] == "lambda:InvokeFunction"
    ]
    functions = {name: arn for name, arn in substitutions.items() if name.endswith("Function")}
    assert invoked == [list(functions.values())]
    for name, arn in functions.items():
        assert arn == {"Fn::GetAtt": [name, "Arn"]}


def test_every_policy_is_held_by_somebody() -> None:
    held = {
        policy["Ref"] for name in principals() for policy in policies_of(name) if "Ref" in policy
    }
    assert held == set(MANAGED)


def test_bucket_refuses_connections_without_tls() -> None:
    (statement,) = TEMPLATE["Resources"]["TextsBucketPolicy"]["Properties"]["PolicyDocument"][
        "Statement"
    ]
    assert (statement["Effect"], statement["Principal"]) == ("Deny", "*")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
