"""template.yaml, deployed into the emulator.

Packages and secrets first, then one CreateStack, then what CreateStack left out.
"""

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.emulator.account import Account
from local.emulator.repairs import repair_stack
from local.emulator.routes import create_routes
from local.emulator.template import (
    Place,
    Template,
    as_processes,
    definition_of,
    functions_of,
    load_template,
    machines_of,
    packaged,
    without_metric_math,
)
from local.waiting import await_condition

ARTIFACTS_BUCKET = "parley-local-artifacts"
TEMPLATE_KEY = "template.json"
CONFIGURATION = "/parley/configuration"  # the default of the template's ConfigurationName
CREATE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Stack:
    """What the deployment made: names by logical id, and where the HTTP API listens."""

    name: str
    resources: Mapping[str, str]
    outputs: Mapping[str, str]
    api_url: str
    account: Account

    def of(self, logical_id: str) -> str:
        return self.resources[logical_id]


def deploy(
    account: Account,
    template_path: Path,
    packages: Mapping[str, Path],
    parameters: Mapping[str, str],
    *,
    name: str = "parley",
    work_folder: Path | None = None,
) -> Stack:
    """Create the stack from the template, with `packages` (folder by function) as its code.
    Worktrees are made under `work_folder`."""
    template = as_processes(load_template(template_path), work_folder)
    places = _upload(account, template, packages, template_path.parent)
    _create_stack(
        account, name, packaged(without_metric_math(template), places), _known(template, parameters)
    )
    resources = _resources(account, name)
    processed = _processed_template(account, name)
    repair_stack(account, processed, resources, _parameters(account, name))
    api_url = create_routes(account, processed, resources)
    return Stack(name, resources, _outputs(account, name), api_url, account)


def store_secrets(account: Account, secrets: Mapping[str, str]) -> None:
    """Secrets by name, as a deployer stores them: `ssm:/a/b` or `secretsmanager:name`."""
    for reference, value in secrets.items():
        store, _, name = reference.rpartition(":")
        if store == "secretsmanager":
            account.client("secretsmanager").create_secret(Name=name, SecretString=value)
        else:
            account.client("ssm").put_parameter(
                Name=name, Value=value, Type="SecureString", Overwrite=True
            )


def store_configuration(account: Account, document: Mapping[str, Any]) -> None:
    """The configuration document, as a deployer stores it: no secret, so a plain String."""
    account.client("ssm").put_parameter(
        Name=CONFIGURATION, Value=json.dumps(document), Type="String", Overwrite=True
    )


def zipped(folder: Path) -> bytes:
    """A function's package. Bytecode is stored beside its source, as Lambda would unpack it."""
    content = io.BytesIO()
    # Stored, not deflated: every worker unzips its own copy, and many may start at once.
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(folder))
    return content.getvalue()


def _upload(
    account: Account, template: Template, packages: Mapping[str, Path], root: Path
) -> dict[str, Place]:
    s3 = account.client("s3")
    s3.create_bucket(Bucket=ARTIFACTS_BUCKET)
    contents = {name: zipped(packages[name]) for name in functions_of(template)}
    for machine in machines_of(template):
        contents[machine] = definition_of(template, machine, root).encode()
    for name, content in contents.items():
        s3.put_object(Bucket=ARTIFACTS_BUCKET, Key=name, Body=content)
    return {name: Place(ARTIFACTS_BUCKET, name) for name in contents}


def _known(template: Template, parameters: Mapping[str, str]) -> list[dict[str, str]]:
    unknown = set(parameters) - set(template.get("Parameters") or {})
    if unknown:
        raise ValueError(f"template.yaml has no parameter {', '.join(sorted(unknown))}")
    return [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()]


def _create_stack(
    account: Account, name: str, template: Template, parameters: list[dict[str, str]]
) -> None:
    cloudformation = account.client("cloudformation")
    # In the bucket, as a deployment has it: inline it may have no more than 51,200 bytes.
    account.client("s3").put_object(
        Bucket=ARTIFACTS_BUCKET, Key=TEMPLATE_KEY, Body=json.dumps(template).encode()
    )
    cloudformation.create_stack(
        StackName=name,
        TemplateURL=f"{account.url}/{ARTIFACTS_BUCKET}/{TEMPLATE_KEY}",
        Parameters=parameters,
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
    )

    def ended() -> str | None:
        status: str = cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]
        return None if status == "CREATE_IN_PROGRESS" else status

    status = await_condition(ended, "the stack's creation", seconds=CREATE_SECONDS)
    if status != "CREATE_COMPLETE":
        events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
        raise RuntimeError(f"the stack ended as {status}:\n{_failures(events)}")


def _failures(events: list[dict[str, Any]]) -> str:
    return "\n".join(
        f"  {each['LogicalResourceId']}: {each.get('ResourceStatusReason', 'no reason given')}"
        for each in events
        if "FAILED" in each["ResourceStatus"]
    )


def _resources(account: Account, name: str) -> dict[str, str]:
    answer = account.client("cloudformation").describe_stack_resources(StackName=name)
    return {
        each["LogicalResourceId"]: each["PhysicalResourceId"] for each in answer["StackResources"]
    }


def _processed_template(account: Account, name: str) -> Template:
    body = account.client("cloudformation").get_template(StackName=name, TemplateStage="Processed")[
        "TemplateBody"
    ]
    parsed: Template = json.loads(body) if isinstance(body, str) else dict(body)
    return parsed


def _parameters(account: Account, name: str) -> dict[str, str]:
    stack = account.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]
    return {each["ParameterKey"]: each["ParameterValue"] for each in stack.get("Parameters", [])}


def _outputs(account: Account, name: str) -> dict[str, str]:
    stack = account.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]
    return {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", [])}
