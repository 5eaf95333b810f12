"""boto3 clients that give up soon enough for whoever waits behind them.

Make what every request needs while the function is imported: Lambda gives more CPU then.
"""

from typing import Any

import boto3
from botocore.config import Config

# botocore's own minute would outlive a webhook's answer and most functions.
CONFIG = Config(
    connect_timeout=1,
    read_timeout=3,
    retries={"total_max_attempts": 3},
    tcp_keepalive=True,
)


def dynamodb() -> Any:
    return _client("dynamodb")


def stepfunctions() -> Any:
    return _client("stepfunctions")


def s3() -> Any:
    return _client("s3")


def _client(service: str) -> Any:
    return boto3.client(service, config=CONFIG)
