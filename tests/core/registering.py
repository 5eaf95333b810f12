"""Documents of projects and agents with the given keys, and what is told of wrong ones."""

import json
from typing import Any

import pytest

from parley.core.tasks.coding_agent import CodingAgent
from parley.core.tasks.project import Project
from parley.core.tasks.registration import parse_agent, parse_project
from parley.core.tasks.request import BadRequest

REPOSITORY = "https://example.com/a.git"


def project(**keys: Any) -> Project:
    return parse_project(json.dumps(keys), "demo")


def agent(**keys: Any) -> CodingAgent:
    return parse_agent(json.dumps({"command": ["opencode", "acp"], **keys}), "opencode")


def told_of_project(**keys: Any) -> list[str]:
    with pytest.raises(BadRequest) as refusal:
        project(**keys)
    return str(refusal.value).splitlines()


def told_of_agent(**keys: Any) -> list[str]:
    with pytest.raises(BadRequest) as refusal:
        agent(**keys)
    return str(refusal.value).splitlines()
