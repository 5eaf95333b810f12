"""Each function may do what it does and nothing else."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.template.loading import FUNCTION, MACHINE, Data, leaves, of_type, template

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
}


AGENT_TOKEN = {"AgentTokenName"}
WEBHOOK_SECRETS = {"SlackSigningSecretName", "TelegramSecretName"}
BOT_TOKENS = {"SlackBotTokenName", "TelegramBotTokenName", "DiscordBotTokenName"}
SECRETS = AGENT_TOKEN | WEBHOOK_SECRETS | BOT_TOKENS

# A role takes ten managed policies, and SAM adds the one for logs.
LONGEST_LIST = 9


def statements(policies: list[Any]) -> Iterator[Data]:
    for policy in policies:
        document = MANAGED[policy["Ref"]]["PolicyDocument"] if "Ref" in policy else policy
        yield from leaves(document["Statement"])


def each(name: str, key: str) -> Iterator[Any]:
    properties = TEMPLATE["Resources"][name]["Properties"]
    for statement in statements(properties["Policies"]):
        value = statement[key]
        yield from value if isinstance(value, list) else [value]


def actions_on(name: str, service: str) -> set[str]:
    return {str(a).partition(":")[2] for a in each(name, "Action") if str(a).startswith(service)}


def secrets_of(name: str) -> set[str]:
    """The parameters by whose value a secret's name is given."""
    resources = [str(resource) for resource in each(name, "Resource")]
    return {secret for secret in SECRETS if any(secret in resource for resource in resources)}


def principals() -> list[str]:
    return [*of_type(TEMPLATE, FUNCTION), *of_type(TEMPLATE, MACHINE)]


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
        for statement in statements(TEMPLATE["Resources"][name]["Properties"]["Policies"]):
            if statement["Resource"] == "*":
                assert name == "ConversationMachine"
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
    assert len(branches) == 3
    for branch in branches:
        equal = branch["kms:Decrypt"]["Condition"]["StringEquals"]
        assert equal["kms:ViaService"]["Fn::Sub"].startswith("ssm.${AWS::Region}.")
        arns = equal["kms:EncryptionContext:PARAMETER_ARN"]
        assert arns == branch["ssm:GetParameter"]["Resource"]


def test_decryption_is_bound_to_the_same_secrets_through_secrets_manager() -> None:
    branches = [secrets for _, secrets in branches_of_secrets()]
    assert len(branches) == 3
    for branch in branches:
        condition = branch["kms:Decrypt"]["Condition"]
        via = condition["StringEquals"]["kms:ViaService"]["Fn::Sub"]
        assert via.startswith("secretsmanager.${AWS::Region}.")
        arns = condition["ArnLike"]["kms:EncryptionContext:SecretARN"]
        assert arns == branch["secretsmanager:GetSecretValue"]["Resource"]


def test_both_stores_give_the_same_secrets() -> None:
    for parameters, secrets in branches_of_secrets():
        named = [
            {name for name in SECRETS if name in str(branch[action]["Resource"])}
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
        ("ConversationMachine", set()),
    ],
)
def test_each_reads_its_own_secrets(name: str, secrets: set[str]) -> None:
    assert secrets_of(name) == secrets


def test_every_function_is_listed_with_its_secrets() -> None:
    (mark,) = test_each_reads_its_own_secrets.pytestmark  # type: ignore[attr-defined]
    assert {name for name, _ in mark.args[1]} == set(principals())


@pytest.mark.parametrize("name", principals())
def test_role_takes_its_policies(name: str) -> None:
    policies = TEMPLATE["Resources"][name]["Properties"]["Policies"]
    assert len([policy for policy in policies if "Ref" in policy]) <= LONGEST_LIST


def test_only_the_webhook_invokes_a_function_and_only_the_notices() -> None:
    for name in of_type(TEMPLATE, FUNCTION):
        invoked = [
            statement["Resource"]
            for statement in statements(TEMPLATE["Resources"][name]["Properties"]["Policies"])
            if statement["Action"] == "lambda:InvokeFunction"
        ]
        notices = {"Fn::GetAtt": ["NoticesFunction", "Arn"]}
        assert invoked == ([notices] if name == "WebhooksFunction" else []), name


def test_callbacks_are_sent_to_the_one_machine() -> None:
    (statement,) = MANAGED["SendCallbacks"]["PolicyDocument"]["Statement"]
    (start,) = MANAGED["StartExecutions"]["PolicyDocument"]["Statement"]
    assert statement["Action"] == "states:SendTaskSuccess"
    assert statement["Resource"] == start["Resource"]


def test_nobody_scans_or_deletes_in_bulk() -> None:
    for name in principals():
        forbidden = {"Scan", "BatchWriteItem", "DeleteTable", "UpdateTable"}
        assert not actions_on(name, "dynamodb") & forbidden


def test_machine_invokes_its_own_tasks_and_nothing_else() -> None:
    substitutions = TEMPLATE["Resources"]["ConversationMachine"]["Properties"][
        "DefinitionSubstitutions"
    ]
    invoked = [
        statement["Resource"]
        for statement in statements(
            TEMPLATE["Resources"]["ConversationMachine"]["Properties"]["Policies"]
        )
        if statement["Action"] == "lambda:InvokeFunction"
    ]
    functions = {name: arn for name, arn in substitutions.items() if name != "Partition"}
    assert invoked == [list(functions.values())]
    for name, arn in functions.items():
        assert arn == {"Fn::GetAtt": [name, "Arn"]}


def test_every_policy_is_held_by_somebody() -> None:
    held = {
        policy["Ref"]
        for name in principals()
        for policy in TEMPLATE["Resources"][name]["Properties"]["Policies"]
        if "Ref" in policy
    }
    assert held == set(MANAGED)


def test_bucket_refuses_connections_without_tls() -> None:
    (statement,) = TEMPLATE["Resources"]["TextsBucketPolicy"]["Properties"]["PolicyDocument"][
        "Statement"
    ]
    assert (statement["Effect"], statement["Principal"]) == ("Deny", "*")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
