"""A webhook request from its first byte to its answer, whatever the platform."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from parley.core import saying
from parley.core.reading import (
    Answer,
    Clicked,
    Forged,
    Ignored,
    Immediate,
    Malformed,
    Moved,
    Notice,
    Reading,
    Received,
    Told,
    Verdict,
)
from parley.errors import (
    NoticesUnavailable,
    SecretMissing,
    SecretUnavailable,
    StoreUnavailable,
)

if TYPE_CHECKING:
    # Not on the cold start: commands and clicks are few.
    from parley.core.commands import Command, Misused
    from parley.core.message import Inbound
    from parley.core.reading import Press
    from parley.ports import Notices, Telemetry, WebhookReader
    from parley.services.admission import Admission
    from parley.services.approving import Approving
    from parley.services.commanding import Commanding
    from parley.services.intake import Intake
    from parley.services.moving import Moving
    from parley.services.tasks.commanding import TaskCommanding


@dataclass(frozen=True, slots=True)
class Front:
    """What people's words and clicks are handed to; the same for every platform."""

    admission: Admission
    intake: Intake
    commanding: Commanding
    approving: Approving
    moving: Moving
    tasks: TaskCommanding


@dataclass(frozen=True, slots=True)
class Reception:
    channel: str
    reader: WebhookReader
    front: Front
    notices: Notices
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
                return self._tell(reading, self._take(inbound, correlation_id))
            case Clicked(click):
                return self._tell(reading, self._decide(click))
            case Moved(old, new):
                self.front.moving.follow(old, new)
                return Answer(Verdict.DONE)
            case Immediate(answer):
                return answer
            case Ignored():
                return self._ignore(reading)
            case Malformed(reason):
                self.telemetry.event("webhook_malformed", channel=self.channel, reason=reason)
                return Answer(Verdict.MALFORMED)
            case Forged():
                self.telemetry.event("webhook_forged", channel=self.channel)
                return Answer(Verdict.FORGED)

    def _ignore(self, ignored: Ignored) -> Answer:
        self.telemetry.event("webhook_ignored", channel=self.channel, reason=ignored.reason)
        if ignored.place:
            self._post(Notice(self.channel, ignored.place, ignored.word))
        return ignored.answer

    def _take(self, inbound: Inbound, correlation_id: str) -> Told:
        refused = self.front.admission.refusal(inbound)
        if refused is not None:
            return refused
        command = self._command(inbound)
        if command is not None:
            return self.front.commanding.carry_out(command, inbound)
        return self.front.intake.accept(inbound, correlation_id)

    def _command(self, inbound: Inbound) -> Command | Misused | None:
        if not inbound.may_command:
            return None
        from parley.core import commands

        return commands.parse(inbound.text, self.channel)

    def _decide(self, click: Press) -> Told:
        """Buttons obey the rule that messages obey."""
        if not self.front.admission.admits(click.actor, click.installation, click.delivery):
            self.telemetry.event("click_refused", channel=self.channel)
            return Told(saying.STRANGER)
        from parley.core.approval import Click

        if not isinstance(click, Click):
            return self.front.tasks.click(click)
        decide = self.front.approving.decide
        return Told(decide(self.channel, click.actor, click.approval, click.choice))

    def _tell(self, reading: Received | Clicked, told: Told) -> Answer:
        answer, notice = self.reader.answer(reading, told)
        if notice is not None:
            self._post(notice)
        return answer

    def _post(self, notice: Notice) -> None:
        """Best effort: what was done is done, and a repeat of the webhook would do it again."""
        try:
            self.notices.post(notice)
        except NoticesUnavailable as error:
            self.telemetry.failure("notice_lost", error, channel=self.channel)
