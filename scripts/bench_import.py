"""How long a function takes to import, as packaged, against boto3 with a DynamoDB client, unpruned.

    python -m scripts.bench_import [--function WebhooksFunction] [--runs 15] [--python 3.13 ...]

Both sides are compiled. A sample is a whole process, start to end, less that of a bare interpreter;
the three kinds take turns, so that a busy moment hits them alike. A function that refuses to start
without its secret reads one here too, from a stand-in for Parameter Store. Prints JSON.
"""

import argparse
import json
import os
import statistics
import subprocess
import tempfile
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from scripts.build_function import CACHE, FUNCTIONS, LOCK, assemble
from scripts.pythons import LAMBDA_PYTHON, THIS_PYTHON, find_python
from scripts.site_packages import Bytecode, installed

FLOOR = "import boto3; boto3.client('dynamodb', region_name='us-east-1')"

CONFIGURATION = "/parley/configuration"
CHANNELS = {name: {"users": ["*"]} for name in ("slack", "telegram", "discord")}

# What the template sets.
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "bench",
    "AWS_SECRET_ACCESS_KEY": "bench",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_REGION": "us-east-1",
    "AWS_LAMBDA_FUNCTION_NAME": "bench",
    "PARLEY_TABLE": "bench",
    "PARLEY_BUCKET": "bench",
    "PARLEY_MACHINE_ARN": "arn:aws:states:us-east-1:000000000000:stateMachine:bench",
    "PARLEY_AGENT_URL": "http://127.0.0.1:9",
    "PARLEY_AGENT_TOKEN": "ssm:/parley/bench",
    "PARLEY_SLACK_SIGNING_SECRET": "ssm:/parley/bench",
    "PARLEY_SLACK_BOT_TOKEN": "ssm:/parley/bench",
    "PARLEY_TELEGRAM_SECRET": "ssm:/parley/bench",
    "PARLEY_TELEGRAM_BOT_TOKEN": "ssm:/parley/bench",
    "PARLEY_DISCORD_PUBLIC_KEY": "0" * 64,
    "PARLEY_DISCORD_APPLICATION": "1" * 18,
    "PARLEY_DISCORD_BOT_TOKEN": "ssm:/parley/bench",
    "PARLEY_NOTICES_FUNCTION": "bench",
    "PARLEY_CONFIGURATION": f"ssm:{CONFIGURATION}",
    "POWERTOOLS_SERVICE_NAME": "parley",
    "POWERTOOLS_METRICS_NAMESPACE": "Parley",
}


class ParameterStore(BaseHTTPRequestHandler):
    """Knows every parameter, and all but one say the same."""

    def do_POST(self) -> None:
        name = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["Name"]
        value = json.dumps({"channels": CHANNELS}) if name == CONFIGURATION else "bench"
        body = json.dumps({"Parameter": {"Name": name, "Value": value}}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


@contextmanager
def parameter_store() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), ParameterStore)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def milliseconds(python: Path, code: str, store: str) -> float:
    environment = {**ENVIRONMENT, "AWS_ENDPOINT_URL_SSM": store}
    started = time.perf_counter()
    subprocess.run(
        [python, "-I", "-S", "-c", code], env=environment, check=True, stdout=subprocess.DEVNULL
    )
    return (time.perf_counter() - started) * 1000


def compare(python: Path, package: Path, site: Path, module: str, runs: int) -> dict[str, float]:
    """Medians in milliseconds; the first round only fills the page cache."""
    kinds = {
        "bare": "pass",
        "floor": f"import sys; sys.path.insert(0, {str(site)!r}); {FLOOR}",
        "function": f"import sys; sys.path.insert(0, {str(package)!r}); import {module}",
    }
    samples: dict[str, list[float]] = {kind: [] for kind in kinds}
    with parameter_store() as store:
        for _ in range(runs + 1):
            for kind, code in kinds.items():
                samples[kind].append(milliseconds(python, code, store))
    bare, floor, function = (statistics.median(samples[kind][1:]) for kind in kinds)
    return {
        "bare_ms": round(bare, 1),
        "floor_ms": round(floor - bare, 1),
        "function_ms": round(function - bare, 1),
        "ratio": round((function - bare) / (floor - bare), 3),
    }


def zipped_size(folder: Path) -> int:
    with tempfile.TemporaryFile() as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in folder.rglob("*"):
                archive.write(path, path.relative_to(folder))
        return file.tell()


def bench(name: str, version: str, runs: int) -> dict[str, float]:
    python = find_python(version)
    if python is None:
        raise SystemExit(f"no python{version} on this host")
    bytecode = Bytecode.of(python)
    site = installed(LOCK, CACHE, os.uname().machine, version, bytecode)
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder, name)
        assemble(FUNCTIONS[name], package, site, bytecode)
        result = compare(python, package, site, FUNCTIONS[name].module, runs)
        return result | {"zip_bytes": zipped_size(package)}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--function", choices=FUNCTIONS, default="WebhooksFunction")
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--python", nargs="+", metavar="VERSION")
    options = parser.parse_args()
    versions = options.python or sorted(
        {version for version in (THIS_PYTHON, LAMBDA_PYTHON) if find_python(version)}
    )
    results = {version: bench(options.function, version, options.runs) for version in versions}
    print(json.dumps({"function": options.function, "runs": options.runs, "python": results}))


if __name__ == "__main__":
    main()
