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
    return named("dynamodb")


def stepfunctions() -> Any:
    return named("stepfunctions")


def s3() -> Any:
    return named("s3")


# Addresses that are handed out would else be signed in a way that newer buckets refuse, or lead to
# a host that redirects, which no signature survives.
S3_CONFIG = CONFIG.merge(Config(signature_version="s3v4", s3={"addressing_style": "virtual"}))


def named(service: str) -> Any:
    return boto3.client(service, config=S3_CONFIG if service == "s3" else CONFIG)
