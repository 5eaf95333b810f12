"""The HTTP API's routes, which ministack drops.

SAM writes the routes of HttpApi events into the API's OpenAPI `Body`. ministack 1.5.33 creates the
API and its stage and ignores the Body: each path of it becomes an integration and a route here.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from local.emulator.account import Account
from local.emulator.template import Template

INTEGRATION = "x-amazon-apigateway-integration"
METHOD_ANY = "x-amazon-apigateway-any-method"


@dataclass(frozen=True, slots=True)
class Route:
    """One operation: its key (`POST /path`) and the function or alias behind it, by logical id."""

    key: str
    target: str


def routes_of(body: Mapping[str, Any]) -> Iterator[Route]:
    """The operations in an OpenAPI body that SAM wrote."""
    for path, methods in body.get("paths", {}).items():
        for method, operation in methods.items():
            uri = operation.get(INTEGRATION, {}).get("uri")
            if uri is not None:
                name = "ANY" if method == METHOD_ANY else method.upper()
                yield Route("$default" if path == "/$default" else f"{name} {path}", _target(uri))


def _target(uri: Any) -> str:
    """SAM's `.../functions/${LogicalId.Arn}/invocations`, or `${Alias}` for a published one."""
    text = uri["Fn::Sub"] if isinstance(uri, dict) else uri
    found = re.search(r"/functions/\$\{(\w+)(?:\.Arn)?\}/invocations", text)
    if found is None:
        raise ValueError(f"an integration that is no function of this template: {text}")
    return found[1]


def create_routes(account: Account, processed: Template, resources: Mapping[str, str]) -> str:
    """Create what the Body names; answers the API's address.

    `ID.execute-api.localhost`, as ministack calls it, is not known to every resolver: the path form
    of the same API works everywhere.
    """
    address = ""
    for name, resource in processed["Resources"].items():
        if resource["Type"] == "AWS::ApiGatewayV2::Api":
            for route in routes_of(resource["Properties"].get("Body", {})):
                add_route(account, resources[name], route.key, _function(route, resources))
            address = f"{account.url}/_aws/execute-api/{resources[name]}/$default"
    return address


def add_route(account: Account, api_id: str, route_key: str, function: str) -> None:
    gateway = account.client("apigatewayv2")
    integration = gateway.create_integration(
        ApiId=api_id,
        IntegrationType="AWS_PROXY",
        IntegrationUri=function_arn(account, function),
        PayloadFormatVersion="2.0",
    )
    target = f"integrations/{integration['IntegrationId']}"
    gateway.create_route(ApiId=api_id, RouteKey=route_key, Target=target)


def function_arn(account: Account, function: str) -> str:
    """A function's ARN from its name; an alias's physical id already is one."""
    if function.startswith("arn:"):
        return function
    answer = account.client("lambda").get_function(FunctionName=function)
    arn: str = answer["Configuration"]["FunctionArn"]
    return arn


def _function(route: Route, resources: Mapping[str, str]) -> str:
    return resources[route.target]
