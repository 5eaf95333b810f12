"""A webhook request from its first byte to its answer, whatever the platform."""

from collections.abc import Mapping
from dataclasses import dataclass

from parley.core.message import Inbound
from parley.core.reading import (
    Answer,
    Challenge,
    Ignored,
    Malformed,
    Reading,
    Received,
    Verdict,
)
from parley.errors import SecretMissing, SecretUnavailable, StoreUnavailable
from parley.ports import Telemetry, WebhookReader
from parley.services.intake import Intake

DONE = Answer(Verdict.DONE)


@dataclass(frozen=True, slots=True)
class Reception:
    channel: str
    reader: WebhookReader
    intake: Intake
    telemetry: Telemetry

    def receive(self, headers: Mapping[str, str], body: bytes, correlation_id: str) -> Answer:
        try:
            return self._answer(self.reader.read(headers, body), correlation_id)
        except (SecretMissing, SecretUnavailable, StoreUnavailable) as error:
            self.telemetry.failure("webhook_unavailable", error, channel=self.channel)
            self.telemetry.count("WebhooksUnavailable")
            return Answer(Verdict.UNAVAILABLE)

    def _answer(self, reading: Reading, correlation_id: str) -> Answer:
        match reading:
            case Received(inbound):
                return self._accept(inbound, correlation_id)
            case Challenge(text):
                return Answer(Verdict.DONE, text)
            case Ignored(reason):
                self.telemetry.event("webhook_ignored", channel=self.channel, reason=reason)
                return DONE
            case Malformed(reason):
                self.telemetry.event("webhook_malformed", channel=self.channel, reason=reason)
                return Answer(Verdict.MALFORMED)
        self.telemetry.event("webhook_forged", channel=self.channel)
        return Answer(Verdict.FORGED)

    def _accept(self, inbound: Inbound, correlation_id: str) -> Answer:
        self.intake.accept(inbound, correlation_id)
        return DONE
