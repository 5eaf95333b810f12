"""Builds one function's package: what its handler reaches, and nothing else.

    python -m scripts.build_function WebhooksFunction --into DIR [--architecture arm64] [--local]

Our modules are found by walking imports from the handler; the packages they import come, with all
that those need, from requirements/runtime.txt. botocore's data is cut to the services named here.
Everything is compiled by Lambda's version of Python where this host has one; for the local runtime,
which runs the package here, otherwise by this host's own.
"""

import argparse
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from scripts import botocore_data
from scripts.import_graph import ROOT, calls_of, module_file, reachable_from
from scripts.lock_file import with_needs
from scripts.pythons import LAMBDA_PYTHON, THIS_PYTHON, find_python
from scripts.site_packages import MACHINES, Bytecode, distributions, installed

LOCK = ROOT / "requirements/runtime.txt"
CACHE = ROOT / ".cache/packages"


@dataclass(frozen=True, slots=True)
class Function:
    module: str
    services: tuple[str, ...]


LEFT_OUT = (
    # The bulk of Powertools, which nothing here imports.
    "aws_lambda_powertools/event_handler/",
    "aws_lambda_powertools/utilities/auth_alpha/",
    "aws_lambda_powertools/utilities/data_classes/",
    "aws_lambda_powertools/utilities/parser/",
    # What builds extensions; those that are built need its backend alone, which lies beside it.
    "cffi/",
    "pycparser/",
)

# How Powertools reads secrets.
POWERTOOLS_CALLS = {"get_parameter", "get_secret_value"}

STORES = ("dynamodb", "s3", "stepfunctions")
SECRETS = ("secretsmanager", "ssm")

FUNCTIONS = {
    "WebhooksFunction": Function("functions.webhooks.app", ("lambda", *STORES, *SECRETS)),
    "NoticesFunction": Function("functions.notices.app", SECRETS),
    "GatewayFunction": Function("functions.gateway.app", ("lambda", *STORES, *SECRETS)),
    "StartTurnFunction": Function("functions.conversation.start_turn", STORES + SECRETS),
    "FollowRunFunction": Function("functions.conversation.follow_run", STORES + SECRETS),
    "DeliverReplyFunction": Function("functions.conversation.deliver_reply", STORES + SECRETS),
    "AskApprovalFunction": Function("functions.conversation.ask_approval", STORES + SECRETS),
    "FailTurnFunction": Function("functions.conversation.fail_turn", STORES + SECRETS),
    "RouteTaskFunction": Function("functions.tasks.route_task", STORES + SECRETS),
    "RunNativeTaskFunction": Function("functions.tasks.run_native", ("lambda", *STORES, *SECRETS)),
    "RecordTaskFunction": Function("functions.tasks.record_task", ("lambda", *STORES, *SECRETS)),
    "ReviewChangeFunction": Function("functions.tasks.review_change", STORES + SECRETS),
    "SettleChangeFunction": Function("functions.tasks.settle_change", STORES + SECRETS),
    "ReportTaskFunction": Function("functions.tasks.report_task", STORES + SECRETS),
    "DepotFunction": Function("functions.tasks.depot", ("dynamodb", "s3")),
    "SweeperFunction": Function("functions.sweeper.app", STORES + SECRETS),
}

# Container images in Lambda; the local runtime runs them as it runs the others.
CONTAINED = {
    "WorktreeFunction": Function(
        "functions.worktree.handler", ("dynamodb", "lambda", "s3", *SECRETS)
    ),
    "PublishFunction": Function(
        "functions.worktree.publish", ("dynamodb", "lambda", "s3", *SECRETS)
    ),
}
IMAGE = Function("functions.worktree.runtime", ("lambda", *STORES, *SECRETS))


def assemble(function: Function, into: Path, site: Path, bytecode: Bytecode | None) -> None:
    """Fills a folder from an installed site; without bytecode only sources are shipped."""
    ours, foreign = reachable_from(function.module)
    if into.exists():
        shutil.rmtree(into)
    into.mkdir(parents=True)
    for name in sorted(ours):
        _copy_module(name, into)
    if bytecode:
        bytecode.compile(into)
    packages = distributions(site)
    for package in sorted(_packages_for(foreign, packages)):
        for path in packages[package]:
            if not (botocore_data.is_data(path) or path.startswith(LEFT_OUT)):
                _copy_file(site, into, path, bytecode)
    botocore_data.write_pruned(site, into, function.services, calls_of(ours) | POWERTOOLS_CALLS)


def _copy_module(name: str, into: Path) -> None:
    path = module_file(name)
    if path is None:
        raise ModuleNotFoundError(f"no module {name}", name=name)
    target = into.joinpath(*name.split("."))
    target = target / path.name if path.name == "__init__.py" else target.with_suffix(".py")
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, target)


def _packages_for(foreign: set[str], packages: dict[str, list[str]]) -> set[str]:
    owner = {
        path.partition("/")[0].removesuffix(".py"): package
        for package, paths in packages.items()
        for path in paths
        if path.endswith(".py")
    }
    wanted = foreign - sys.stdlib_module_names
    if missing := wanted - owner.keys():
        raise SystemExit(f"imported, but not in requirements/runtime.in: {sorted(missing)}")
    return with_needs(LOCK, {owner[name] for name in wanted})


def _copy_file(site: Path, into: Path, path: str, bytecode: Bytecode | None) -> None:
    paths = [path, bytecode.beside(path)] if bytecode and path.endswith(".py") else [path]
    for each in paths:
        (into / each).parent.mkdir(parents=True, exist_ok=True)
        _link(site / each, into / each)


def _link(source: Path, target: Path) -> None:
    """Packages are many and nobody writes to them: one content serves all, where it can."""
    try:
        os.link(source, target)
    except OSError:  # another file system, or one that has no links
        shutil.copy2(source, target)


def build(function: Function, into: Path, architecture: str, for_this_host: bool) -> None:
    lambda_python = find_python()
    version = LAMBDA_PYTHON
    if lambda_python is None and for_this_host:
        version = THIS_PYTHON
    compiler = Bytecode.of(lambda_python or Path(sys.executable))
    site = installed(LOCK, CACHE, architecture, version, compiler)
    shipped = compiler if lambda_python or for_this_host else None
    assemble(function, into, site, shipped)
    size = sum(path.stat().st_size for path in into.rglob("*") if path.is_file())
    note = (
        f"bytecode of {compiler.tag}" if shipped else f"no bytecode: no python{LAMBDA_PYTHON} here"
    )
    print(f"{into.name}: {size / 1e6:.1f} MB, {note}", file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    buildable = FUNCTIONS | CONTAINED
    parser.add_argument("function", choices=buildable)
    parser.add_argument("--into", type=Path, required=True)
    parser.add_argument("--architecture", choices=MACHINES, default="arm64")
    parser.add_argument("--local", action="store_true", help="for the local runtime")
    options = parser.parse_args()
    function = buildable[options.function]
    build(function, options.into, options.architecture, options.local)


if __name__ == "__main__":
    main()
