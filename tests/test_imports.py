"""Dependencies point one way; every other edge fails here."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.import_graph import ROOT, imports_of, module_file, module_name, reachable_from

LEAVES = ("parley.errors", "parley.limits")
INNER = (*LEAVES, "parley.core", "parley.ports")

# What each part may import of ours, besides itself.
ALLOWED = {
    "parley": (),
    "parley.errors": (),
    "parley.limits": (),
    "parley.core": LEAVES,
    "parley.ports": (*LEAVES, "parley.core"),
    "parley.settings": (*LEAVES, "parley.core"),
    "parley.services": INNER,
    "parley.adapters": (),
    "parley.adapters.bot_token": INNER,
    "parley.adapters.*": (*INNER, "parley.adapters.bot_token"),
    "parley.composition": ("parley",),
    "parley.command": (*INNER, "parley.composition", "parley.settings"),
    "functions": (),
    "functions.*": (*LEAVES, "parley.composition", "parley.core"),
}

# Decisions and use cases: no packages, and time, randomness and the world come in through ports.
PURE = ("parley.errors", "parley.limits", "parley.core", "parley.ports", "parley.services")
TEXT_ONLY = {"markdown_it"}  # a package that turns text into data, and does nothing else
WORLD = {"os", "random", "secrets", "socket", "subprocess", "threading", "time", "uuid"}

# Processes are started where git and the agents are, and nowhere else.
PROCESS_ADAPTERS = ("parley.adapters.git", "parley.adapters.agent_process")

AWS_SDK = {"boto3", "botocore"}
AWS_ADAPTERS = ("parley.adapters.aws", "parley.adapters.dynamodb")


def packaged_files() -> list[Path]:
    return sorted([*ROOT.glob("shared/**/*.py"), *ROOT.glob("functions/**/*.py")])


def within(name: str, part: str) -> bool:
    return name == part or name.startswith(f"{part}.")


def part_of(name: str) -> str | None:
    """`parley.adapters.slack.client` -> `parley.adapters.slack`, which is a part of its own."""
    for group in ("parley.adapters", "functions"):
        if name.startswith(f"{group}."):
            return ".".join(name.split(".")[: group.count(".") + 2])
    if name == "parley":
        return name
    parts = [part for part in ALLOWED if part != "parley" and within(name, part)]
    return max(parts, key=len, default=None)


def allowed_for(part: str) -> tuple[str, ...]:
    return ALLOWED[part] if part in ALLOWED else ALLOWED[f"{part.rpartition('.')[0]}.*"]


def wrong_edge(module: str, imported: str) -> str | None:
    part = part_of(module)
    if part is None:
        return f"{module} has no place in ALLOWED"
    top = imported.partition(".")[0]
    if module_file(top) is not None:
        fits = within(imported, part) or any(within(imported, to) for to in allowed_for(part))
        return None if fits else f"{part} must not import {imported}"
    if top in AWS_SDK and part not in AWS_ADAPTERS:
        return f"{imported}: the AWS SDK belongs to {', '.join(AWS_ADAPTERS)}"
    if top == "subprocess" and part not in PROCESS_ADAPTERS:
        return f"processes are started in {', '.join(PROCESS_ADAPTERS)}"
    if part in PURE and (top in WORLD or top not in sys.stdlib_module_names | TEXT_ONLY):
        return f"{part} is pure: {imported} belongs behind a port"
    return None


def environment_reads(path: Path) -> Iterator[int]:
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Attribute(value=ast.Name(id="os"), attr="environ" | "getenv" | "environb"):
                yield node.lineno
            case ast.ImportFrom(module="os", names=names):
                if {alias.name for alias in names} & {"environ", "getenv", "environb"}:
                    yield node.lineno


@pytest.mark.parametrize("path", packaged_files(), ids=module_name)
def test_imports_point_inwards(path: Path) -> None:
    module = module_name(path)
    wrong = [(item.line, wrong_edge(module, item.name)) for item in imports_of(path)]

    assert [f"line {line}: {why}" for line, why in wrong if why] == []


@pytest.mark.parametrize("path", packaged_files(), ids=module_name)
def test_only_settings_reads_the_environment(path: Path) -> None:
    reads = list(environment_reads(path))

    assert reads == [] or module_name(path) == "parley.settings"


def test_the_webhook_starts_without_what_only_replies_need() -> None:
    """Its cold start is what a platform waits for."""
    ours, foreign = reachable_from("functions.webhooks.app")

    assert foreign & {"httpx", "markdown_it"} == set()
    assert {name for name in ours if name.endswith((".client", ".render"))} == set()


@pytest.mark.parametrize(
    ("module", "imported"),
    [
        ("parley.core.routing", "parley.services.accept"),
        ("parley.core.routing", "time"),
        ("parley.services.accept", "parley.adapters.slack"),
        ("parley.services.accept", "httpx"),
        ("parley.adapters.slack.client", "parley.adapters.aws"),
        ("parley.adapters.slack.client", "boto3"),
        ("parley.adapters.aws", "parley.services.accept"),
        ("parley.ports", "parley.composition"),
        ("parley.command.main", "parley.adapters.aws"),
        ("parley.command.main", "parley.services.intake"),
        ("parley.command.main", "boto3"),
        ("functions.webhooks.app", "parley.adapters.slack"),
        ("functions.webhooks.app", "functions.sweeper.app"),
        ("functions.webhooks.app", "local.dev"),
        ("functions.webhooks.app", "subprocess"),
        ("parley.novelty", "json"),
    ],
)
def test_a_wrong_edge_is_seen(module: str, imported: str) -> None:
    assert wrong_edge(module, imported)
