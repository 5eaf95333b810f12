"""Cuts botocore's data to the services a function calls: less to unzip, less to parse when cold."""

import gzip
import json
from pathlib import Path
from typing import Any

# endpoints.json goes by the host's name where it differs from the service's.
ENDPOINT_NAMES = {"stepfunctions": "states"}


def is_data(path: str) -> bool:
    return path.startswith("botocore/data/") or path.startswith("boto3/data/")


def write_pruned(site: Path, into: Path, services: tuple[str, ...]) -> None:
    source = site / "botocore/data"
    target = into / "botocore/data"
    target.mkdir(parents=True)
    for path in source.glob("*.json"):
        (target / path.name).write_bytes(path.read_bytes())
    (target / "endpoints.json").write_text(_endpoints(source / "endpoints.json", services))
    for service in services:
        newest = max(path for path in (source / service).iterdir() if path.is_dir())
        _write_service(newest, target / service / newest.name)


def _write_service(source: Path, target: Path) -> None:
    target.mkdir(parents=True)
    for path in source.iterdir():
        if path.name.startswith("examples-"):
            continue
        text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        name = path.name.removesuffix(".gz")
        (target / name).write_text(_compact(_without_prose(json.loads(text))))


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
                key: _without_prose(inner)
                for key, inner in value.items()
                if not (key == "documentation" and isinstance(inner, str))
            }
        case list():
            return [_without_prose(inner) for inner in value]
    return value


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))
