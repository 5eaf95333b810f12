"""How the service says no."""

from typing import Any, NoReturn

from botocore.exceptions import ClientError, ParamValidationError

MODELLED = (
    "ConditionalCheckFailedException",
    "IdempotentParameterMismatchException",
    "InternalServerError",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ResourceInUseException",
    "ResourceNotFoundException",
    "TransactionCanceledException",
    "TransactionConflictException",
    "TransactionInProgressException",
)


class Exceptions:
    """`client.exceptions`: a class for each modelled error, all of them ClientErrors."""

    def __init__(self) -> None:
        self.by_code = {code: type(code, (ClientError,), {}) for code in MODELLED}
        self.by_code["ClientError"] = ClientError

    def __getattr__(self, code: str) -> type[ClientError]:
        try:
            return self.by_code[code]
        except KeyError:
            raise AttributeError(code) from None


EXCEPTIONS = Exceptions()


class Refusal(Exception):
    """A refused request, before it is dressed as the error that botocore would raise."""

    def __init__(self, code: str, message: str, **body: Any) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.body = body

    def as_client_error(self, operation: str) -> ClientError:
        name = "".join(word.title() for word in operation.split("_"))
        response: Any = {
            "Error": {"Code": self.code, "Message": self.message},
            "ResponseMetadata": {"HTTPStatusCode": 400, "RetryAttempts": 0},
            "message": self.message,
            **self.body,
        }
        return EXCEPTIONS.by_code.get(self.code, ClientError)(response, name)


class Refused(Refusal):
    """A failed condition; as an answer of its own, or as one reason among a transaction's."""

    def __init__(self, **body: Any) -> None:
        super().__init__(
            "ConditionalCheckFailedException", "The conditional request failed", **body
        )


def invalid(message: str) -> NoReturn:
    raise Refusal("ValidationException", message)


def malformed(report: str) -> NoReturn:
    """What botocore itself refuses, before anything is sent."""
    raise ParamValidationError(report=report)


def injected(code: str, operation: str = "put_item", **body: Any) -> ClientError:
    """An error for a test to raise from a hook, such as a throttled call."""
    return Refusal(code, f"{code}, by a test", **body).as_client_error(operation)
