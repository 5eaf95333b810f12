"""The configuration document: from Parameter Store, or from a file where there is none."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from parley.core.configuration import Configuration, parse
from parley.errors import ParleyError, SettingsError, StoreUnavailable

if TYPE_CHECKING:
    from parley.ports import Clock, Telemetry


MAX_AGE = 60.0  # seconds
SSM = "ssm:"
FILE = "file:"

NO_SUCH_DOCUMENT = {"ParameterNotFound", "ParameterVersionNotFound"}


class ConfigurationSource:
    """`ssm:NAME` or `file:PATH`. The document is read again when it is a minute old.

    What has once been good stands in for what cannot be read or makes no sense now: a slip of
    an operator, or a fault of the store, must not stop conversations that go on.
    """

    def __init__(
        self, client: Callable[[str], Any], name: str, clock: Clock, telemetry: Telemetry
    ) -> None:
        self._client = client
        self._name = name
        self._clock = clock
        self._telemetry = telemetry
        self._ssm: Any = None
        self._text: str | None = None
        self._good: Configuration | None = None
        self._read_at = 0.0

    def current(self) -> Configuration:
        """At the first time raises SettingsError, which names the document and what is wrong with
        it, or StoreUnavailable; later neither."""
        if self._good is None:
            self._good = self._fresh()
        elif self._clock.monotonic() - self._read_at >= MAX_AGE:
            self._good = self._fresh_or(self._good)
        else:
            return self._good
        self._read_at = self._clock.monotonic()
        return self._good

    def _fresh_or(self, good: Configuration) -> Configuration:
        try:
            return self._fresh()
        except ParleyError as error:
            self._telemetry.failure("configuration_not_renewed", error, configuration=self._name)
            return good

    def _fresh(self) -> Configuration:
        text = self._document()
        if self._good is not None and text == self._text:
            return self._good
        try:
            configuration = parse(text)
        except SettingsError as error:
            raise SettingsError(f"the configuration {self._name} is refused:\n{error}") from None
        self._text = text
        return configuration

    def _document(self) -> str:
        if self._name.startswith(FILE):
            return self._file(self._name.removeprefix(FILE))
        if self._name.startswith(SSM):
            return self._parameter(self._name.removeprefix(SSM))
        raise SettingsError(
            f"PARLEY_CONFIGURATION is {self._name!r}; it must begin with {SSM} or {FILE}"
        )

    def _file(self, path: str) -> str:
        try:
            with open(path, encoding="utf-8") as file:
                return file.read()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"the configuration {self._name} cannot be read: {error}") from None

    def _parameter(self, name: str) -> str:
        try:
            if self._ssm is None:
                self._ssm = self._client("ssm")
            return str(self._ssm.get_parameter(Name=name)["Parameter"]["Value"])
        except (ClientError, BotoCoreError) as error:
            kind = SettingsError if _says_that_there_is_none(error) else StoreUnavailable
            raise kind(f"the configuration {self._name} cannot be read: {error}") from error


def _says_that_there_is_none(error: Exception) -> bool:
    code = error.response.get("Error", {}).get("Code") if isinstance(error, ClientError) else None
    return code in NO_SUCH_DOCUMENT
