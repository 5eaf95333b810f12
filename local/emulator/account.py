"""The emulated account's services, as boto3 clients that speak to loopback only."""

from functools import cache
from typing import Any

import boto3
from botocore.config import Config


class Account:
    """One client per service, made when first asked for."""

    def __init__(self, url: str, region: str) -> None:
        self.url = url
        self._region = region
        # Named credentials, or boto3 would look for the developer's own.
        self._session = boto3.Session("test", "test", region_name=region)
        self.client = cache(self._client)

    def _client(self, service: str) -> Any:
        # ministack knows one host: it does not resolve the prefixes that some calls put before it.
        config = Config(inject_host_prefix=False, retries={"max_attempts": 2})
        return self._session.client(service, endpoint_url=self.url, config=config)
