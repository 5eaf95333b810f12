"""Cuts botocore's data to the calls a function makes: less to unzip, less to parse when cold."""

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# endpoints.json goes by the host's name where it differs from the service's.
ENDPOINT_NAMES = {"stepfunctions": "states"}

# Made by botocore itself: it asks where a bucket is when S3 redirects it.
OWN_CALLS = {"head_bucket"}

# botocore reads the text of these parameters too, and fails in a first call without it.
READ = {"clientContextParams"}

METADATA = ("endpoints.json", "partitions.json", "sdk-default-configuration.json", "_retry.json")


def is_data(path: str) -> bool:
    return path.startswith(("botocore/data/", "boto3/data/"))


def write_pruned(site: Path, into: Path, services: tuple[str, ...], calls: set[str]) -> None:
    """Keeps these services, and of their operations those that one of these methods calls."""
    source = site / "botocore/data"
    target = into / "botocore/data"
    target.mkdir(parents=True)
    for name in METADATA:
        (target / name).write_bytes((source / name).read_bytes())
    (target / "endpoints.json").write_text(_endpoints(source / "endpoints.json", services))
    for service in services:
        newest = max(path for path in (source / service).iterdir() if path.is_dir())
        _write_service(newest, target / service / newest.name, calls | OWN_CALLS)


def _write_service(source: Path, target: Path, calls: set[str]) -> None:
    target.mkdir(parents=True)
    for path in source.iterdir():
        if path.name.startswith("examples-"):
            continue
        text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        data = json.loads(text)
        if path.name.startswith("service-2.json"):
            data = _called(_without_prose(data), calls)
        (target / path.name.removesuffix(".gz")).write_text(_compact(data))


def _called(model: dict[str, Any], calls: set[str]) -> dict[str, Any]:
    operations = {
        name: operation
        for name, operation in model["operations"].items()
        if _method(name) in calls or operation.get("endpointoperation")
    }
    shapes: set[str] = set()
    waiting = list(_shapes_in(operations))
    while waiting:
        name = waiting.pop()
        if name not in shapes:
            shapes.add(name)
            waiting += _shapes_in(model["shapes"][name])
    kept = {name: shape for name, shape in model["shapes"].items() if name in shapes}
    return {**model, "operations": operations, "shapes": kept}


def _method(operation: str) -> str:
    """`GetParametersByPath` -> `get_parameters_by_path`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", operation).lower()


def _shapes_in(value: Any) -> Iterator[str]:
    match value:
        case {"shape": str(name)}:
            yield name
        case dict():
            for inner in value.values():
                yield from _shapes_in(inner)
        case list():
            for inner in value:
                yield from _shapes_in(inner)


def _endpoints(path: Path, services: tuple[str, ...]) -> str:
    endpoints = json.loads(path.read_text())
    names = {ENDPOINT_NAMES.get(service, service) for service in services}
    for partition in endpoints["partitions"]:
        known = partition["services"]
        partition["services"] = {name: known[name] for name in sorted(names & known.keys())}
    return _compact(endpoints)


def _without_prose(value: Any) -> Any:
    """Without the manual's text; a field that happens to be called documentation is no string."""
    match value:
        case dict():
            return {
                key: inner if key in READ else _without_prose(inner)
                for key, inner in value.items()
                if not (key == "documentation" and isinstance(inner, str))
            }
        case list():
            return [_without_prose(inner) for inner in value]
    return value


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))
