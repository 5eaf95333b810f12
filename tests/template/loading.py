"""template.yaml as data, its short forms written out, and what refers to what in it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
Data = dict[str, Any]

FUNCTION = "AWS::Serverless::Function"
MACHINE = "AWS::Serverless::StateMachine"
ROLE = "AWS::IAM::Role"


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's tags."""


def _long_form(loader: yaml.SafeLoader, tag: str, node: yaml.Node) -> Data:
    value: Any
    match node:
        case yaml.ScalarNode():
            value = loader.construct_scalar(node)
        case yaml.SequenceNode():
            value = loader.construct_sequence(node, deep=True)
        case yaml.MappingNode():
            value = loader.construct_mapping(node, deep=True)
    if tag == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {tag if tag in ("Ref", "Condition") else f"Fn::{tag}": value}


_Loader.add_multi_constructor("!", _long_form)


def parse(text: str) -> Data:
    parsed: Data = yaml.load(text, Loader=_Loader)  # noqa: S506 - derived from SafeLoader
    return parsed


def template() -> Data:
    return parse((ROOT / "template.yaml").read_text())


def of_type(data: Data, kind: str) -> dict[str, Data]:
    """Properties by logical id."""
    return {
        name: resource.get("Properties", {})
        for name, resource in data["Resources"].items()
        if resource["Type"] == kind
    }


def references(value: Any) -> Iterator[str]:
    """Every logical id or parameter that a value names, by Ref, GetAtt or in a Sub."""
    match value:
        case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), *_]}:
            yield name
        case {"Fn::Sub": str(text)} | {"Fn::Sub": [str(text)]}:
            yield from _substituted(text)
        case dict():
            yield from references(list(value.values()))
        case list():
            for each in value:
                yield from references(each)


def _substituted(text: str) -> Iterator[str]:
    for name in re.findall(r"\$\{([^!}][^}]*)\}", text):
        yield name.split(".", 1)[0]


def conditions(value: Any) -> Iterator[str]:
    """Every condition that a value asks for, by If or Condition."""
    match value:
        case {"Fn::If": [name, *rest]}:
            yield name
            yield from conditions(rest)
        case {"Condition": str(name)}:
            yield name
            yield from conditions([each for key, each in value.items() if key != "Condition"])
        case dict():
            yield from conditions(list(value.values()))
        case list():
            for each in value:
                yield from conditions(each)


def leaves(value: Any) -> Iterator[Any]:
    """Every branch of every If, as alternatives side by side; but not those that are nothing."""
    match value:
        case {"Ref": "AWS::NoValue"}:
            return
        case {"Fn::If": [_, *branches]}:
            for branch in branches:
                yield from leaves(branch)
        case list():
            for each in value:
                yield from leaves(each)
        case _:
            yield value
