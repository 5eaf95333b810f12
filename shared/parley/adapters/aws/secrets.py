"""Secrets by name, from SSM or Secrets Manager, cached by Powertools."""

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.utilities.parameters import SecretsProvider, SSMProvider
from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError
from botocore.exceptions import BotoCoreError

from parley.errors import SecretMissing

MAX_AGE = 300  # seconds
SECRETS_MANAGER = "secretsmanager:"
SSM = "ssm:"


class NamedSecrets:
    """`ssm:NAME` or `secretsmanager:NAME`; without a prefix, SSM. Clients come from one session:
    a provider that makes its own pays for a second one."""

    def __init__(self, client: Callable[[str], Any]) -> None:
        self._client = client
        self._ssm: SSMProvider | None = None
        self._manager: SecretsProvider | None = None

    def get(self, name: str, *, fresh: bool = False) -> str:
        try:
            value = self._fetch(name, fresh)
        except (GetParameterError, BotoCoreError) as error:
            raise SecretMissing(f"the secret {name} cannot be read: {error}") from error
        if not isinstance(value, str) or not value.strip():
            raise SecretMissing(f"the secret {name} is empty")
        return value.strip()

    def _fetch(self, name: str, fresh: bool) -> object:
        if name.startswith(SECRETS_MANAGER):
            if self._manager is None:
                self._manager = SecretsProvider(boto3_client=self._client("secretsmanager"))
            bare = name.removeprefix(SECRETS_MANAGER)
            return self._manager.get(bare, max_age=MAX_AGE, force_fetch=fresh)
        if self._ssm is None:
            self._ssm = SSMProvider(boto3_client=self._client("ssm"))
        bare = name.removeprefix(SSM)
        return self._ssm.get(bare, max_age=MAX_AGE, force_fetch=fresh, decrypt=True)
