"""Slack's requests, read: the four lines between the HTTP layer and the intake."""

from collections.abc import Mapping
from dataclasses import dataclass

from parley.adapters.slack.parse import parse
from parley.adapters.slack.verify import verify
from parley.core.limits import SECOND
from parley.core.reading import Forged, Reading
from parley.ports import Clock, Secrets


@dataclass(frozen=True, slots=True)
class SlackWebhook:
    """`secret_name` names the app's signing secret."""

    secrets: Secrets
    secret_name: str
    clock: Clock

    def read(self, headers: Mapping[str, str], body: bytes) -> Reading:
        secret = self.secrets.get(self.secret_name)
        if not verify(secret, headers, body, self.clock.now() // SECOND):
            return Forged()
        return parse(body)
