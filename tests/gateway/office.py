"""The API as it is deployed, put together by its own composition, over an account in memory."""

import asyncio
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import httpx
from botocore.exceptions import ClientError

from functions.gateway.application import application
from parley.composition.gateway import Gateway
from parley.composition.world import World
from parley.settings import Settings
from tests.fakes.dynamodb import InMemoryDynamoDB
from tests.fakes.world import CountingIds, FakeClock, RecordingTelemetry
from tests.store.endpoints import create_table

TOKEN = "a-token-that-is-long-enough"
NAME = "/parley/api-token"
SETTINGS = {
    "PARLEY_TABLE": "conversations",
    "PARLEY_BUCKET": "texts",
    "PARLEY_MACHINE_ARN": "arn:conversations",
    "PARLEY_TASK_MACHINE_ARN": "arn:tasks",
    "PARLEY_NEWS_FUNCTION": "news",
    "PARLEY_API_TOKEN": NAME,
}


def refused(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "Operation")


@dataclass
class Parameters:
    values: dict[str, str] = field(default_factory=dict)
    fails: str = ""
    asked: int = 0

    def get_parameter(self, **request: Any) -> dict[str, Any]:
        self.asked += 1
        if self.fails:
            raise refused(self.fails)
        if request["Name"] not in self.values:
            raise refused("ParameterNotFound")
        return {"Parameter": {"Value": self.values[request["Name"]]}}


@dataclass
class Bucket:
    files: dict[str, bytes] = field(default_factory=dict)
    address: str = "https://bucket.example"

    def put_object(self, **request: Any) -> None:
        self.files[request["Key"]] = request["Body"]

    def get_object(self, **request: Any) -> dict[str, Any]:
        if request["Key"] not in self.files:
            raise refused("NoSuchKey")
        content = self.files[request["Key"]]
        return {"ContentLength": len(content), "Body": io.BytesIO(content)}

    def generate_presigned_url(self, operation: str, **request: Any) -> str:
        return f"{self.address}/{request['Params']['Key']}?{operation}"


@dataclass
class Machines:
    """Step Functions and Lambda: what was started, answered and invoked."""

    started: list[dict[str, Any]] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)
    invoked: list[dict[str, Any]] = field(default_factory=list)

    def start_execution(self, **request: Any) -> None:
        self.started.append(request)

    def send_task_success(self, **request: Any) -> None:
        self.answered.append(request["taskToken"])

    def invoke(self, **request: Any) -> dict[str, Any]:
        self.invoked.append(request)
        return {}


@dataclass(frozen=True)
class Rented(World):
    """A World whose services are those given."""

    services: Mapping[str, Any]

    def client(self, service: str) -> Any:
        return self.services[service]


@dataclass
class Office:
    folder: Path
    settings: Mapping[str, str] = field(default_factory=lambda: SETTINGS)
    clock: FakeClock = field(default_factory=FakeClock)
    telemetry: RecordingTelemetry = field(default_factory=RecordingTelemetry)
    parameters: Parameters = field(default_factory=lambda: Parameters({NAME: TOKEN}))
    bucket: Bucket = field(default_factory=Bucket)
    machines: Machines = field(default_factory=Machines)
    table: InMemoryDynamoDB = field(default_factory=InMemoryDynamoDB)

    @cached_property
    def gateway(self) -> Gateway:
        create_table(self.table, "conversations")
        document = self.folder / "configuration.json"
        document.write_text("{}")
        return Gateway.open(
            Rented(
                Settings.from_env({**self.settings, "PARLEY_CONFIGURATION": f"file:{document}"}),
                cast(Any, self.telemetry),
                cast(Any, self.clock),
                cast(Any, CountingIds()),
                {
                    "dynamodb": self.table,
                    "s3": self.bucket,
                    "ssm": self.parameters,
                    "stepfunctions": self.machines,
                    "lambda": self.machines,
                },
            )
        )

    @cached_property
    def application(self) -> Any:
        return application(self.gateway)

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        token: str = TOKEN,
        content: bytes | None = None,
        key: str | None = None,
        **headers: str,
    ) -> httpx.Response:
        """Each keyword of `headers` with - for _."""
        sent = httpx.Headers(
            {name.replace("_", "-"): value for name, value in headers.items()}, "latin-1"
        )
        if token:
            sent.setdefault("Authorization", f"Bearer {token}")
        if key is not None:
            sent["Idempotency-Key"] = key
        if body is not None:
            content = json.dumps(body).encode()
        if content is not None:
            sent.setdefault("Content-Type", "application/json")

        async def request() -> httpx.Response:
            transport = httpx.ASGITransport(self.application, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://parley") as http:
                return await http.request(method, path, content=content, headers=sent)

        return asyncio.run(request())

    def error(self, method: str, path: str, body: object = None, **more: Any) -> tuple[int, str]:
        """Status and code of an answer that is an error, in the one form."""
        answer = self.call(method, path, body, **more)
        told = answer.json()
        assert told.keys() == {"error", "message"}
        assert told["message"]
        return answer.status_code, told["error"]
