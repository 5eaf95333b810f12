"""The definition before cfn-lint and an ASL validator, each shown to catch what it is for."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
import yaml
from cfnlint.api import lint_all

from tests.machine.definition import DEFINITION, TASK_DEFINITION
from tests.machine.expressions import Data

ROOT = Path(__file__).resolve().parents[2]
VALIDATOR = Path(__file__).parent / "validator"
ARN = "arn:aws:lambda:us-east-1:123456789012:function:any"


BOTH = pytest.mark.parametrize("path", [DEFINITION, TASK_DEFINITION], ids=lambda path: path.stem)


def definition(path: Path = DEFINITION) -> Data:
    text = path.read_text().replace("${Partition}", "aws")
    text = text.replace("${FargatePublicIp}", "DISABLED")
    substituted = re.sub(r"\$\{\w+\}", ARN, text)
    parsed: Data = yaml.safe_load(substituted)
    return parsed


def cfn_lint(machine: Data) -> list[str]:
    """Errors and warnings for the machine, inlined: cfn-lint does not open definition files."""
    for state in machine["States"].values():
        if str(state.get("TimeoutSeconds", "")).startswith("{%"):
            state["TimeoutSeconds"] = 1  # cfn-lint 1 knows it as a number only
    properties = {"RoleArn": "arn:aws:iam::123456789012:role/any", "Definition": machine}
    resource = {"Type": "AWS::StepFunctions::StateMachine", "Properties": properties}
    found = lint_all(json.dumps({"Resources": {"Machine": resource}}))
    return [match.rule.id for match in found if not match.rule.id.startswith("I")]


@pytest.fixture(scope="session")
def validator() -> Path:
    """The validator, installed once into the git-ignored cache."""
    if not shutil.which("node") or not shutil.which("npm"):
        pytest.skip("Node.js is not installed: asl-validator cannot check the machine")
    lock = (VALIDATOR / "package-lock.json").read_bytes()
    place = ROOT / ".cache" / "asl-validator" / hashlib.sha256(lock).hexdigest()[:12]
    command = place / "node_modules" / ".bin" / "asl-validator"
    if not command.exists():
        _install(place)
    return command


def _install(place: Path) -> None:
    """Beside it, and then put in its place: another process may be at the same."""
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.parent) as beside:
        made = Path(beside) / place.name
        made.mkdir()
        _fill(made)
        with suppress(OSError):  # the other was faster
            made.rename(place)


def _fill(place: Path) -> None:
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(VALIDATOR / name, place / name)
    npm = subprocess.run(
        ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=place,
        capture_output=True,
        text=True,
    )
    if npm.returncode != 0 and not os.environ.get("CI"):
        pytest.skip(f"asl-validator cannot be installed: {npm.stderr.strip()[-300:]}")
    assert npm.returncode == 0, npm.stderr


def validate(command: Path, machine: Data, folder: Path) -> str:
    """What the validator complains of; empty when it is satisfied."""
    path = folder / "machine.json"
    path.write_text(json.dumps(machine))
    done = subprocess.run([command, "--json-path", path], capture_output=True, text=True)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def without_next(machine: Data) -> None:
    del machine["States"]["StartTurn"]["Next"]


def with_a_field_of_the_other_language(machine: Data) -> None:
    machine["States"]["StartTurn"]["Parameters"] = {}


def with_a_dangling_default(machine: Data) -> None:
    machine["States"]["Route"]["Default"] = "Nowhere"


def with_an_unreachable_state(machine: Data) -> None:
    machine["States"]["Forgotten"] = {"Type": "Succeed"}


def with_a_broken_expression(machine: Data) -> None:
    machine["States"]["StartTurn"]["Output"]["next"] = "{% $states.result. %}"


@BOTH
def test_cfn_lint_accepts_the_machine(path: Path) -> None:
    assert cfn_lint(definition(path)) == []


@pytest.mark.parametrize("breaking", [without_next, with_a_field_of_the_other_language])
def test_cfn_lint_sees(breaking: Callable[[Data], None]) -> None:
    machine = definition()
    breaking(machine)
    assert "E3601" in cfn_lint(machine)


@BOTH
def test_validator_accepts_the_machine(path: Path, validator: Path, tmp_path: Path) -> None:
    assert validate(validator, definition(path), tmp_path) == ""


@pytest.mark.parametrize(
    "breaking",
    [without_next, with_a_dangling_default, with_an_unreachable_state, with_a_broken_expression],
)
def test_validator_sees(breaking: Callable[[Data], None], validator: Path, tmp_path: Path) -> None:
    machine = definition()
    breaking(machine)
    assert validate(validator, machine, tmp_path) != ""
