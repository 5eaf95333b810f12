"""template.yaml as `sam package` would leave it: code and definitions by their place in S3.

The template stays the only description of the system. Nothing here adds a resource or changes a
property other than the two that packaging always replaces; but ministack 1.5.33 runs no container
images, so their functions become ones that it runs as processes.
"""

import copy
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

Template = dict[str, Any]
FUNCTION = "AWS::Serverless::Function"
MACHINE = "AWS::Serverless::StateMachine"
ALARM = "AWS::CloudWatch::Alarm"
RUNTIME = "python3.13"
WORK_FOLDER = "PARLEY_WORK_FOLDER"


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms (`!Ref`, `!Sub`, `!GetAtt`, ...)."""


def _short_form(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
        if suffix == "GetAtt":
            value = str(value).split(".", 1)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    elif isinstance(node, yaml.MappingNode):
        value = loader.construct_mapping(node, deep=True)
    else:
        raise ValueError(f"!{suffix}: a node of an unknown kind")
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _short_form)


def load_template(path: Path) -> Template:
    loaded = yaml.load(path.read_text(), Loader=_Loader)  # noqa: S506 - derived from SafeLoader
    if not isinstance(loaded, dict):
        raise ValueError(f"{path.name} is not a mapping")
    return loaded


@dataclass(frozen=True, slots=True)
class Place:
    """Where something lies in S3."""

    bucket: str
    key: str


def functions_of(template: Template) -> list[str]:
    """Logical ids of the functions, in the template's order."""
    return _of_type(template, FUNCTION)


def machines_of(template: Template) -> list[str]:
    return _of_type(template, MACHINE)


def definition_of(template: Template, machine: str, root: Path) -> str:
    """The machine's definition as JSON.

    Step Functions takes YAML from S3; ministack 1.5.33 hands the object to a JSON parser.
    """
    path = root / template["Resources"][machine]["Properties"]["DefinitionUri"]
    return json.dumps(yaml.safe_load(path.read_text()))


def packaged(template: Template, places: Mapping[str, Place]) -> Template:
    """A copy whose functions and machines point to `places` (by logical id)."""
    changed = copy.deepcopy(template)
    for name, place in places.items():
        resource = changed["Resources"][name]
        where = "CodeUri" if resource["Type"] == FUNCTION else "DefinitionUri"
        resource["Properties"][where] = {"Bucket": place.bucket, "Key": place.key}
    return changed


def as_processes(template: Template, work_folder: Path | None = None) -> Template:
    """A copy whose container images are functions of the same handlers, and have their worktrees
    under `work_folder`: the template's own is right inside a container only."""
    changed = copy.deepcopy(template)
    for name in functions_of(template):
        resource = changed["Resources"][name]
        properties = resource["Properties"]
        if properties.pop("PackageType", "Zip") == "Image":
            del resource["Metadata"]
            (properties["Handler"],) = properties.pop("ImageConfig")["Command"]
            properties["Runtime"] = RUNTIME
            if work_folder is not None:
                properties["Environment"]["Variables"][WORK_FOLDER] = str(work_folder)
    return changed


def without_metric_math(template: Template) -> Template:
    """A copy without the alarms that ministack 1.5.33 refuses, failing the whole stack.

    It knows alarms on one metric only. None is ever raised there: see local.emulator.repairs.
    """
    changed = copy.deepcopy(template)
    for name, each in template["Resources"].items():
        if each["Type"] == ALARM and "Metrics" in each["Properties"]:
            del changed["Resources"][name]
    return changed


def _of_type(template: Template, kind: str) -> list[str]:
    return [name for name, each in template["Resources"].items() if each["Type"] == kind]
