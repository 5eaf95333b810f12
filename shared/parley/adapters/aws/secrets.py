"""Secrets by name, from SSM or Secrets Manager, cached by Powertools."""

import time
from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.utilities.parameters import SecretsProvider, SSMProvider
from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError
from botocore.exceptions import BotoCoreError, ClientError

from parley.errors import SecretMissing, SecretUnavailable

MAX_AGE = 300  # seconds
# A store that does not answer costs several time-outs, and a webhook has three seconds in all.
SPARED = 30.0  # seconds
SECRETS_MANAGER = "secretsmanager:"
SSM = "ssm:"

NO_SUCH_SECRET = {"ParameterNotFound", "ResourceNotFoundException"}


class NamedSecrets:
    """`ssm:NAME` or `secretsmanager:NAME`; without a prefix, SSM. Clients come from one session:
    a provider that makes its own pays for a second one.

    A fault of a store is bridged with the last value read: whoever finds that one refused asks for
    a fresh one, and that is never an old one.
    """

    def __init__(
        self,
        client: Callable[[str], Any],
        monotonic: Callable[[], float] = time.monotonic,
        max_age: int = MAX_AGE,
    ) -> None:
        self._client = client
        self._monotonic = monotonic
        self._max_age = max_age
        self._ssm: SSMProvider | None = None
        self._manager: SecretsProvider | None = None
        self._known: dict[str, str] = {}
        self._spared_until: dict[str, float] = {}

    def get(self, name: str, *, fresh: bool = False) -> str:
        if not fresh and self._monotonic() < self._spared_until.get(name, 0.0):
            return self._known[name]
        try:
            value = self._read(name, fresh)
        except SecretUnavailable:
            if fresh or name not in self._known:
                raise
            self._spared_until[name] = self._monotonic() + SPARED
            return self._known[name]
        except SecretMissing:
            self._forget(name)
            raise
        self._forget(name)
        self._known[name] = value
        return value

    def _forget(self, name: str) -> None:
        self._known.pop(name, None)
        self._spared_until.pop(name, None)

    def _read(self, name: str, fresh: bool) -> str:
        try:
            value = self._fetch(name, fresh)
        except (GetParameterError, BotoCoreError) as error:
            kind = SecretMissing if _says_that_there_is_none(error) else SecretUnavailable
            raise kind(f"the secret {name} cannot be read: {error}") from error
        if not isinstance(value, str) or not value.strip():
            raise SecretMissing(f"the secret {name} is empty")
        return value.strip()

    def _fetch(self, name: str, fresh: bool) -> object:
        if name.startswith(SECRETS_MANAGER):
            if self._manager is None:
                self._manager = SecretsProvider(boto3_client=self._client("secretsmanager"))
            bare = name.removeprefix(SECRETS_MANAGER)
            return self._manager.get(bare, max_age=self._max_age, force_fetch=fresh)
        if self._ssm is None:
            self._ssm = SSMProvider(boto3_client=self._client("ssm"))
        bare = name.removeprefix(SSM)
        return self._ssm.get(bare, max_age=self._max_age, force_fetch=fresh, decrypt=True)


def _says_that_there_is_none(error: Exception) -> bool:
    # Powertools raises its own error while it handles botocore's, without `from`.
    cause = error.__cause__ or error.__context__
    code = cause.response.get("Error", {}).get("Code") if isinstance(cause, ClientError) else None
    return code in NO_SUCH_SECRET
