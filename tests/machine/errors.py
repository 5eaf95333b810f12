"""Errors by the names that Step Functions gives them."""

UNCATCHABLE = {"States.DataLimitExceeded", "States.Runtime"}


class StatesError(Exception):
    """An error by its name, as Retry and Catch see it."""

    def __init__(self, error: str, cause: str = "") -> None:
        super().__init__(error, cause)
        self.error = error
        self.cause = cause


def named_by(names: list[str], error: str) -> bool:
    """Whether a rule's ErrorEquals catches this error."""
    if error in UNCATCHABLE:
        return error in names
    if error in names or "States.ALL" in names:
        return True
    return "States.TaskFailed" in names and error != "States.Timeout"
