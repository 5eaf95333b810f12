"""News of tasks, handed to a function that has the bot tokens."""

from parley.adapters.aws.invocation import Invocation
from parley.errors import StoreUnavailable
from parley.ports import Telemetry


class LambdaNews:
    def __init__(self, invocation: Invocation, telemetry: Telemetry) -> None:
        self._invocation = invocation
        self._telemetry = telemetry

    def spread(self, task: str) -> None:
        try:
            self._invocation.soon({"task": task})
        except StoreUnavailable as error:
            self._telemetry.failure("news_lost", error, task=task)
