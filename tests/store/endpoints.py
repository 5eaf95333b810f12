"""Where the store's tests run: in memory, on the emulator, on DynamoDB Local."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from local.emulator.process import emulator
from local.emulator.template import load_template

ROOT = Path(__file__).resolve().parents[2]
LOCAL_PYTHON = ROOT / ".venv" / "local" / "bin" / "python"
DYNAMODB_LOCAL = "PARLEY_DYNAMODB_ENDPOINT"
TABLE_PROPERTIES = (
    "AttributeDefinitions",
    "KeySchema",
    "GlobalSecondaryIndexes",
    "BillingMode",
)


@contextmanager
def ministack() -> Iterator[str]:
    """The emulator's address; it ends with the tests."""
    if not LOCAL_PYTHON.exists():
        pytest.skip("no emulator: .venv/local is missing (make test sets it up)")
    with emulator(python=str(LOCAL_PYTHON)) as running:
        yield running.url


def dynamodb_local() -> str:
    endpoint = os.environ.get(DYNAMODB_LOCAL)
    if not endpoint:
        pytest.skip(f"no DynamoDB Local: {DYNAMODB_LOCAL} is not set (make test-dynamodb sets it)")
    return endpoint


def client_of(service: str, endpoint: str) -> Any:
    """Patient, and with a connection for each of many threads: two cores serve them all."""
    config = Config(
        connect_timeout=30,
        read_timeout=60,
        max_pool_connections=200,
        retries={"total_max_attempts": 3},
    )
    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=config,
    )


def create_table(client: Any, name: str) -> None:
    """As template.yaml describes it, so that the tests' table is the one that is deployed."""
    client.create_table(TableName=name, **_described())


@cache
def _described() -> dict[str, Any]:
    """Read once: the template is a long one."""
    template = load_template(ROOT / "template.yaml")
    properties = template["Resources"]["ConversationsTable"]["Properties"]
    return {key: properties[key] for key in TABLE_PROPERTIES}
