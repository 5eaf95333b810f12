"""Calling a function of ours."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from parley.errors import StoreUnavailable

Payload = Mapping[str, str | int]


class Invocation:
    def __init__(self, client: Callable[[str], Any], function: str) -> None:
        self._client = client
        self._function = function
        self._lambda: Any = None

    def soon(self, payload: Payload) -> None:
        """Queued by Lambda, which repeats it where the function fails."""
        self._invoke("Event", payload)

    def now(self, payload: Payload) -> dict[str, Any]:
        """What the function answers."""
        answer = self._invoke("RequestResponse", payload)
        body = json.loads(answer["Payload"].read() or b"null")
        if "FunctionError" in answer or not isinstance(body, dict):
            raise StoreUnavailable(f"{self._function} failed")
        return body

    def _invoke(self, kind: str, payload: Payload) -> dict[str, Any]:
        try:
            # Made at the first call: most have none to make.
            if self._lambda is None:
                self._lambda = self._client("lambda")
            answer: dict[str, Any] = self._lambda.invoke(
                FunctionName=self._function, InvocationType=kind, Payload=json.dumps(payload)
            )
        except (ClientError, BotoCoreError) as error:
            raise StoreUnavailable(str(error)) from error
        return answer
