"""A package holds all that its handler reaches, and the AWS data that its clients read."""

import re
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from scripts.build_function import CONTAINED, FUNCTIONS, IMAGE, LEFT_OUT, Function, assemble
from scripts.import_graph import ROOT, reachable_from
from scripts.lock_file import with_needs
from scripts.site_packages import Bytecode

# The environment that runs the tests has the same locked versions that are packaged.
SITE = Path(sysconfig.get_path("purelib"))
PACKAGED = {**FUNCTIONS, **CONTAINED, "the image": IMAGE}


def run_packaged(package: Path, code: str) -> str:
    """In a bare interpreter that sees the package and nothing else."""
    python = Path(getattr(sys, "_base_executable", sys.executable))
    path = f"import sys; sys.path.insert(0, {str(package)!r})\n"
    answer = subprocess.run(
        [python, "-I", "-S", "-c", path + code],
        env={"AWS_DEFAULT_REGION": "us-east-1", "POWERTOOLS_METRICS_NAMESPACE": "Parley"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    return answer.stdout.strip()


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("packages")
    bytecode = Bytecode.of(Path(sys.executable))
    for name, function in PACKAGED.items():
        assemble(function, root / name, SITE, bytecode)
    return {name: root / name for name in PACKAGED}


@pytest.mark.parametrize("name", PACKAGED)
def test_everything_a_handler_imports_is_in_its_package(
    name: str, packages: dict[str, Path]
) -> None:
    ours, _ = reachable_from(PACKAGED[name].module)
    leaves = sorted(ours - {PACKAGED[name].module, *_entry_points()})
    code = "import importlib\n" + "\n".join(f"importlib.import_module({m!r})" for m in leaves)

    run_packaged(packages[name], code)


def _entry_points() -> set[str]:
    """They open the world when imported, which takes a configured environment."""
    return {function.module for function in FUNCTIONS.values()}


@pytest.mark.parametrize("name", PACKAGED)
def test_every_client_finds_its_data(name: str, packages: dict[str, Path]) -> None:
    services = PACKAGED[name].services
    code = f"import boto3\nfor s in {services!r}: print(boto3.client(s).meta.endpoint_url)"

    addresses = run_packaged(packages[name], code).splitlines()

    assert len(addresses) == len(services)
    assert all(address.endswith(".amazonaws.com") for address in addresses)


def test_no_package_holds_the_data_of_other_services(packages: dict[str, Path]) -> None:
    for name, package in packages.items():
        folders = {path.name for path in (package / "botocore/data").iterdir() if path.is_dir()}
        assert folders == set(PACKAGED[name].services)
        assert not any((package / part).exists() for part in LEFT_OUT)


def test_clients_can_make_the_calls_that_the_code_makes(packages: dict[str, Path]) -> None:
    code = """
import boto3
from botocore.config import Config
from botocore.exceptions import EndpointConnectionError
once = Config(retries={"total_max_attempts": 1})
nowhere = {"endpoint_url": "http://127.0.0.1:9", "config": once}
keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
for service, method, arguments in (
    ("dynamodb", "get_item", {"TableName": "table", "Key": {"pk": {"S": "1"}}}),
    ("dynamodb", "transact_write_items", {"TransactItems": [{}]}),
    ("stepfunctions", "start_execution", {"stateMachineArn": "arn"}),
    ("stepfunctions", "send_task_success", {"taskToken": "token", "output": "{}"}),
    ("lambda", "invoke", {"FunctionName": "name"}),
    ("s3", "get_object", {"Bucket": "bucket", "Key": "key"}),
    ("ssm", "get_parameter", {"Name": "name"}),
    ("secretsmanager", "get_secret_value", {"SecretId": "name"}),
):
    try:
        getattr(boto3.client(service, **nowhere, **keys), method)(**arguments)
    except EndpointConnectionError:
        print(method)
"""
    assert len(run_packaged(packages["WebhooksFunction"], code).splitlines()) == 8


def test_the_webhook_verifies_signatures_without_what_built_the_library(
    packages: dict[str, Path],
) -> None:
    code = """
from nacl.signing import SigningKey, VerifyKey
key = SigningKey.generate()
print(VerifyKey(bytes(key.verify_key)).verify(key.sign(b"signed")).decode())
"""
    assert run_packaged(packages["WebhooksFunction"], code) == "signed"


def test_only_the_webhook_carries_the_library_that_verifies(packages: dict[str, Path]) -> None:
    assert [name for name, path in packages.items() if (path / "nacl").exists()] == [
        "WebhooksFunction"
    ]


def test_the_webhook_carries_nothing_that_posts(packages: dict[str, Path]) -> None:
    package = packages["WebhooksFunction"]
    assert not {"httpx", "markdown_it"} & {path.name for path in package.iterdir()}
    assert not list(package.glob("parley/adapters/*/client.py"))


def test_no_package_holds_the_local_runtime_or_a_tool(packages: dict[str, Path]) -> None:
    for package in packages.values():
        assert not {"local", "tests", "scripts", "pytest", "mypy"} & set(
            path.name for path in package.iterdir()
        )


def test_bytecode_is_used_whatever_the_time_of_its_source(tmp_path: Path) -> None:
    (tmp_path / "shipped.py").write_text("where = 'compiled'")
    Bytecode.of(Path(sys.executable)).compile(tmp_path)
    (tmp_path / "shipped.py").write_text("where = 'source'")

    assert run_packaged(tmp_path, "import shipped; print(shipped.where)") == "compiled"


def test_bytecode_names_lambdas_folder_and_not_this_one(tmp_path: Path) -> None:
    (tmp_path / "shipped.py").write_text("def f(): ...")
    bytecode = Bytecode.of(Path(sys.executable))
    bytecode.compile(tmp_path)

    compiled = (tmp_path / bytecode.beside("shipped.py")).read_bytes()

    assert b"/var/task/shipped.py" in compiled
    assert str(tmp_path).encode() not in compiled


def test_a_package_that_is_not_locked_cannot_be_imported_by_a_handler(tmp_path: Path) -> None:
    stray = Function("scripts.bench_import", ())

    with pytest.raises(SystemExit, match="scripts"):
        assemble(stray, tmp_path / "package", SITE, None)


def test_a_package_brings_all_that_it_needs() -> None:
    assert with_needs(ROOT / "requirements/runtime.txt", ["mangum", "boto3"]) >= {
        *("boto3", "botocore", "jmespath", "s3transfer", "urllib3", "python-dateutil", "six"),
        *("mangum", "typing-extensions"),
    }


def test_the_image_serves_every_handler_that_runs_in_it() -> None:
    """Its own runtime is told the handler's name, and imports no other."""
    ours, _ = reachable_from(IMAGE.module)

    assert {function.module for function in CONTAINED.values()} <= ours


def test_the_template_names_the_handlers_that_are_built() -> None:
    text = (ROOT / "template.yaml").read_text()
    handlers = re.findall(r"Handler: (\S+)\.handler$", text, re.M)
    contained = re.findall(r"Command: \[(\S+)\.handler\]", text)

    assert sorted(handlers) == sorted(function.module for function in FUNCTIONS.values())
    assert sorted(contained) == sorted(function.module for function in CONTAINED.values())


def test_a_runner_carries_nothing_that_talks_to_chats_or_opens_pull_requests(
    packages: dict[str, Path],
) -> None:
    for channel in ("slack", "telegram", "discord", "github"):
        assert not (packages["WorktreeFunction"] / "parley/adapters" / channel).exists()


def test_only_what_runs_agents_carries_what_starts_them(packages: dict[str, Path]) -> None:
    carrying = {
        name
        for name, package in packages.items()
        if (package / "parley/adapters/agent_process/runner.py").exists()
    }
    assert carrying == {"WorktreeFunction", "the image"}
