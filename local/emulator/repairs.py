"""What CreateStack accepts and then leaves out, done afterwards through the services' own calls.

Of ministack 1.5.33:

- A table's TimeToLiveSpecification and PointInTimeRecoverySpecification are ignored.
- A stage that SAM makes for an HttpApi loses DefaultRouteSettings. They are stored here, so that
  reading them back tells the truth; but nothing in ministack throttles: no request is answered 429.

Known and left alone, because nothing local depends on it: embedded metrics are not extracted, so
alarms stay INSUFFICIENT_DATA; Retry ignores MaxDelaySeconds and JitterStrategy; an execution's
TimeoutSeconds and HeartbeatSeconds are not kept; a function's exception becomes
`Runtime.HandlerError` whatever its class.
"""

from collections.abc import Mapping
from typing import Any

from local.emulator.account import Account
from local.emulator.template import Template


def repair_stack(
    account: Account,
    processed: Template,
    resources: Mapping[str, str],
    parameters: Mapping[str, str],
) -> None:
    for name, resource in processed["Resources"].items():
        properties: Mapping[str, Any] = resource.get("Properties", {})
        match resource["Type"]:
            case "AWS::DynamoDB::Table":
                _repair_table(account, resources[name], properties)
            case "AWS::ApiGatewayV2::Stage":
                _repair_stage(account, resources, parameters, properties)


def _repair_table(account: Account, table: str, properties: Mapping[str, Any]) -> None:
    dynamodb = account.client("dynamodb")
    if expiry := properties.get("TimeToLiveSpecification"):
        dynamodb.update_time_to_live(TableName=table, TimeToLiveSpecification=expiry)
    if recovery := properties.get("PointInTimeRecoverySpecification"):
        dynamodb.update_continuous_backups(
            TableName=table, PointInTimeRecoverySpecification=recovery
        )


def _repair_stage(
    account: Account,
    resources: Mapping[str, str],
    parameters: Mapping[str, str],
    properties: Mapping[str, Any],
) -> None:
    settings = properties.get("DefaultRouteSettings", {})
    account.client("apigatewayv2").update_stage(
        ApiId=resources[properties["ApiId"]["Ref"]],
        StageName=properties.get("StageName", "$default"),
        DefaultRouteSettings={name: _number(value, parameters) for name, value in settings.items()},
    )


def _number(value: Any, parameters: Mapping[str, str]) -> int:
    """A number of the template, given there or by a parameter."""
    return int(parameters[value["Ref"]] if isinstance(value, dict) else value)
