"""A platform's bot token. The only thing that the platforms' adapters share; its value is kept by
nobody."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from parley.errors import (
    ChannelMisconfigured,
    ChannelUnavailable,
    SecretMissing,
    SecretUnavailable,
)
from parley.ports import Secrets

HEADER = re.compile(r"[ -~]+")  # fit for a header

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class BotToken:
    """`name` names the secret."""

    name: str
    secrets: Secrets
    form: re.Pattern[str] = HEADER

    def read(self, *, fresh: bool = False) -> str:
        """Raises ChannelMisconfigured where it is missing or none, ChannelUnavailable where it
        cannot be read now."""
        try:
            token = self.secrets.get(self.name, fresh=fresh)
        except SecretMissing as error:
            raise ChannelMisconfigured(str(error)) from error
        except SecretUnavailable as error:
            raise ChannelUnavailable(str(error)) from error
        if not self.form.fullmatch(token):
            raise ChannelMisconfigured(f"the secret {self.name} is no bot token")
        return token

    def used(self, send: Callable[[str], Answer], unknown: Callable[[Answer], bool]) -> Answer:
        """The answer to what `send` makes of the token. One that the platform does not know is read
        afresh, once."""
        token = self.read()
        answer = send(token)
        if unknown(answer):
            renewed = self.read(fresh=True)
            if renewed != token:
                return send(renewed)
        return answer
