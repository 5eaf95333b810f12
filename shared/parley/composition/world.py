"""What every function needs: the settings, the configuration, the clients, the clock, the log."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from parley.adapters.aws import clients
from parley.adapters.aws.configuration import ConfigurationSource
from parley.adapters.aws.executions import StepFunctionsExecutions
from parley.adapters.aws.secrets import NamedSecrets
from parley.adapters.aws.telemetry import PowertoolsTelemetry
from parley.adapters.aws.texts import S3Texts
from parley.adapters.system import RandomIds, SystemClock
from parley.core.configuration import Configuration
from parley.settings import Settings, from_environment, needed


@dataclass(frozen=True)
class World:
    settings: Settings
    telemetry: PowertoolsTelemetry
    clock: SystemClock
    ids: RandomIds

    @classmethod
    def open(cls) -> "World":
        """Raises SettingsError, by name, so that the function does not start."""
        return cls(from_environment(), PowertoolsTelemetry(), SystemClock(), RandomIds())

    @property
    def configuration(self) -> Configuration:
        """The present one: what an operator changes counts within a minute. At the first time
        raises SettingsError or StoreUnavailable."""
        return self._configurations.current()

    @cached_property
    def _configurations(self) -> ConfigurationSource:
        name = needed(self.settings.configuration, "PARLEY_CONFIGURATION")
        return ConfigurationSource(self.client, name, self.clock, self.telemetry)

    @cached_property
    def _clients(self) -> dict[str, Any]:
        return {}

    def client(self, service: str) -> Any:
        """One client for each service: another would pay for another connection."""
        if service not in self._clients:
            self._clients[service] = clients.named(service)
        return self._clients[service]

    @cached_property
    def dynamodb(self) -> Any:
        return self.client("dynamodb")

    @cached_property
    def texts(self) -> S3Texts:
        bucket = needed(self.settings.bucket, "PARLEY_BUCKET")
        return S3Texts(lambda: self.client("s3"), bucket)

    @cached_property
    def executions(self) -> StepFunctionsExecutions:
        arn = needed(self.settings.machine_arn, "PARLEY_MACHINE_ARN")
        return StepFunctionsExecutions(self.client("stepfunctions"), arn)

    @cached_property
    def secrets(self) -> NamedSecrets:
        return NamedSecrets(self.client)
