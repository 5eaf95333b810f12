"""Log lines and metrics, by Powertools. Metrics are written as log lines too: no call is made."""

from aws_lambda_powertools import Logger, Metrics


class PowertoolsTelemetry:
    """Service and namespace come from Powertools' own environment variables."""

    def __init__(self) -> None:
        self.logger = Logger()
        self.metrics = Metrics()
        self._counted = False

    def event(self, name: str, **keys: str | int | float | None) -> None:
        self.logger.info(name, extra={k: v for k, v in keys.items() if v is not None})

    def failure(self, name: str, error: BaseException, **keys: str | int | float | None) -> None:
        """The cause by its kind and text. The errors' texts hold no body and no secret."""
        self.logger.warning(
            name,
            extra={
                "error": type(error).__name__,
                "cause": str(error),
                **{k: v for k, v in keys.items() if v is not None},
            },
        )

    def count(self, metric: str, value: float = 1, unit: str = "Count") -> None:
        self.metrics.add_metric(name=metric, unit=unit, value=value)
        self._counted = True

    def begin(self, **keys: str | int) -> None:
        """Keys that every line of this invocation carries."""
        self.logger.append_keys(**keys)

    def flush(self) -> None:
        """Write the invocation's metrics; nothing where none was counted."""
        if self._counted:
            self.metrics.flush_metrics()
            self._counted = False
