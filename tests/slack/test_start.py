"""The webhook function as Lambda starts it: in a process of its own, from the environment."""

import json
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from tests.slack.signing import EVENTS, ROOT, SECRET, signed

NAME = "/parley/signing-secret"
BUSY = "/parley/throttled"
CONFIGURATION = "/parley/configuration"
PARAMETERS = {NAME: SECRET, CONFIGURATION: '{"channels": {"slack": {"users": ["*"]}}}'}

SETTINGS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
    "PARLEY_TABLE": "table",
    "PARLEY_BUCKET": "bucket",
    "PARLEY_MACHINE_ARN": "arn:aws:states:us-east-1:000000000000:stateMachine:machine",
    "PARLEY_SLACK_SIGNING_SECRET": f"ssm:{NAME}",
    "PARLEY_CONFIGURATION": f"ssm:{CONFIGURATION}",
    "PARLEY_NOTICES_FUNCTION": "notices",
    "POWERTOOLS_SERVICE_NAME": "parley",
    "POWERTOOLS_METRICS_NAMESPACE": "Parley",
    "PYTHONPATH": f"{ROOT / 'shared'}:{ROOT}",
}

INVOKE = """
import json, sys
from functions.webhooks.app import handler
answer = handler(json.load(sys.stdin), None)
modules = sorted({name.partition(".")[0] for name in sys.modules})
print(json.dumps({"status": answer["statusCode"], "modules": modules}), file=sys.stderr)
"""


class ParameterStore(BaseHTTPRequestHandler):
    """Knows two parameters, and nothing else of AWS."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        name = asked["Name"] if "GetParameter" in self.headers["X-Amz-Target"] else ""
        known = name in PARAMETERS
        fault = "ThrottlingException" if name == BUSY else "ParameterNotFound"
        parameter = {"Name": name, "Value": PARAMETERS.get(name, "")}
        answer = {"Parameter": parameter} if known else {"__type": fault}
        body = json.dumps(answer).encode()
        self.send_response(200 if known else 400)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(name="aws", scope="module")
def running_aws() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), ParameterStore)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def invoke(aws: str, event: dict[str, Any], **settings: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", INVOKE],
        input=json.dumps(event),
        env={**SETTINGS, "AWS_ENDPOINT_URL": aws, **settings},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def event_of(name: str) -> dict[str, Any]:
    body = (EVENTS / f"{name}.json").read_bytes()
    event: dict[str, Any] = json.loads((EVENTS / "../apigateway/slack-dm.json").read_bytes())
    fresh = signed(body, at=int(time.time()))
    event["headers"] |= {header.lower(): value for header, value in fresh.items()}
    event["body"] = body.decode()
    return event


def test_it_starts_answers_and_logs_with_the_gateways_id(aws: str) -> None:
    ended = invoke(aws, event_of("bot-message"))
    answer = json.loads(ended.stderr.splitlines()[-1])
    assert answer["status"] == 200
    (line,) = (json.loads(line) for line in ended.stdout.splitlines())
    assert line["message"] == "webhook_ignored"
    assert line["reason"] == "bot"
    assert line["correlation_id"] == "JKJaXmPLvHcESHA="
    # What only the tasks need would make every cold start slower.
    assert not {"httpx", "httpcore", "markdown_it"} & set(answer["modules"])


def test_a_store_that_does_not_answer_is_told_to_slack(aws: str) -> None:
    ended = invoke(aws, event_of("dm"))
    assert json.loads(ended.stderr.splitlines()[-1])["status"] == 503
    assert "webhook_unavailable" in ended.stdout


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"PARLEY_SLACK_SIGNING_SECRET": ""}, "PARLEY_SLACK_SIGNING_SECRET"),
        ({"PARLEY_SLACK_SIGNING_SECRET": "ssm:/parley/none"}, "SecretMissing: .*/parley/none"),
        ({"PARLEY_SLACK_SIGNING_SECRET": f"ssm:{BUSY}"}, f"SecretUnavailable: .*{BUSY}"),
        ({"PARLEY_TABLE": ""}, "PARLEY_TABLE"),
        ({"PARLEY_CONFIGURATION": ""}, "PARLEY_CONFIGURATION"),
        ({"PARLEY_NOTICES_FUNCTION": ""}, "PARLEY_NOTICES_FUNCTION"),
    ],
)
def test_it_refuses_to_start_and_names_what_is_missing(
    aws: str, settings: dict[str, str], named: str
) -> None:
    ended = invoke(aws, event_of("bot-message"), **settings)
    assert ended.returncode != 0
    assert re.search(named, ended.stderr.splitlines()[-1])
    assert not ended.stdout
