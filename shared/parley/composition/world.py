"""What every function needs: the settings, the clients, the clock, the log."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from parley.adapters.aws import clients
from parley.adapters.aws.executions import StepFunctionsExecutions
from parley.adapters.aws.secrets import NamedSecrets
from parley.adapters.aws.telemetry import PowertoolsTelemetry
from parley.adapters.aws.texts import S3Texts
from parley.adapters.system import SystemClock
from parley.settings import Settings, from_environment, needed


@dataclass(frozen=True)
class World:
    settings: Settings
    telemetry: PowertoolsTelemetry
    clock: SystemClock

    @classmethod
    def open(cls) -> "World":
        """Raises SettingsError, by name, so that the function does not start."""
        return cls(from_environment(), PowertoolsTelemetry(), SystemClock())

    @cached_property
    def dynamodb(self) -> Any:
        return clients.dynamodb()

    @cached_property
    def texts(self) -> S3Texts:
        return S3Texts(clients.s3, needed(self.settings.bucket, "PARLEY_BUCKET"))

    @cached_property
    def executions(self) -> StepFunctionsExecutions:
        arn = needed(self.settings.machine_arn, "PARLEY_MACHINE_ARN")
        return StepFunctionsExecutions(clients.stepfunctions(), arn)

    @cached_property
    def secrets(self) -> NamedSecrets:
        return NamedSecrets(clients.named)
