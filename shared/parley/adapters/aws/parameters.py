"""Plain parameters, written by an operator's command."""

from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from parley.errors import StoreUnavailable


class SsmParameters:
    def __init__(self, client: Callable[[str], Any]) -> None:
        self._client = client

    def put(self, name: str, text: str) -> None:
        try:
            self._client("ssm").put_parameter(
                Name=name, Value=text, Type="String", Overwrite=True, Tier="Intelligent-Tiering"
            )
        except (ClientError, BotoCoreError) as error:
            raise StoreUnavailable(f"the parameter {name} cannot be written: {error}") from error
