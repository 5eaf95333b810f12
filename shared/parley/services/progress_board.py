"""One post that tells what the agent does, edited no faster than the platform allows.

It is a courtesy: an edit that the platform refuses is dropped, and nothing here stops a run.
"""

from dataclasses import dataclass, field

from parley.core import progress
from parley.core.fence import Holder
from parley.core.limits import SECOND
from parley.core.turn import Turn
from parley.errors import ChannelError, RateLimited
from parley.ports import Channel, Clock, Telemetry, Turns

FIRST_AFTER = 5 * SECOND  # what is answered sooner needs no progress
EDIT_TIMEOUT = 4.0  # seconds; the run's events wait meanwhile
PAUSE_AFTER_FAILURE = 30.0  # seconds


@dataclass(slots=True)
class ProgressBoard:
    channel: Channel
    turns: Turns
    clock: Clock
    telemetry: Telemetry
    holder: Holder
    turn: Turn
    enabled: bool
    _post: str | None = field(init=False)
    _shown: str = field(init=False, default="")
    _next_edit: float = field(init=False, default=0.0)
    _next_sign: float = field(init=False, default=0.0)

    def __post_init__(self) -> None:
        self._post = self.turn.progress

    def look(self, activity: str, queued: int) -> None:
        """Bring what the chat sees up to date, if it is time to."""
        now = self.clock.monotonic()
        if now >= self._next_sign:
            self._next_sign = now + self.channel.indication
            self._indicate()
        age = self.clock.now() - self.turn.created_at
        if self.enabled and age >= FIRST_AFTER and now >= self._next_edit:
            self._edit(progress.line(activity, age // SECOND, queued))

    def _indicate(self) -> None:
        try:
            self.channel.indicate(self.turn.delivery, EDIT_TIMEOUT)
        except ChannelError as error:
            self._next_sign = self.clock.monotonic() + PAUSE_AFTER_FAILURE
            self.telemetry.failure("not_indicated", error, turn=self.turn.id)

    def _edit(self, text: str) -> None:
        if text == self._shown:
            return
        delivery = self.turn.delivery
        self._next_edit = self.clock.monotonic() + self.channel.pace(delivery)
        try:
            post = self.channel.show_progress(delivery, text, self._post, EDIT_TIMEOUT)
        except RateLimited as limit:
            self._next_edit = self.clock.monotonic() + limit.seconds
            return
        except ChannelError as error:
            self._next_edit = self.clock.monotonic() + PAUSE_AFTER_FAILURE
            self.telemetry.failure("progress_not_shown", error, turn=self.turn.id)
            return
        self._shown = text
        if post != self._post:
            # Dying before this leaves a post that nobody edits: a courtesy that is outdated.
            self.turns.record_progress_post(self.holder, self.turn.id, post)
            self._post = post
