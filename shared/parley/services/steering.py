"""Passing messages on to a run that goes on (protocol 21, 31)."""

from dataclasses import dataclass

from parley.core import prompts, saying
from parley.core.busy import BusyMode
from parley.core.fence import Holder
from parley.core.limits import SEND_TIMEOUT, SEND_WINDOW
from parley.core.message import Message
from parley.core.turn import Turn
from parley.errors import ChannelError, KeyReused, RunGone, SessionBusy
from parley.ports import Agent, Channels, Clock, Steering, Telemetry, Turns

STARTING_TRIES = 5  # a run that is just starting takes no commands
STARTING_PAUSE = 0.5  # seconds


@dataclass(frozen=True, slots=True)
class SteeringRun:
    turns: Turns
    steering: Steering
    agent: Agent
    channels: Channels
    clock: Clock
    telemetry: Telemetry

    def pass_on(self, holder: Holder, turn: Turn, session: str, run: str) -> tuple[Turn, bool]:
        """Post each message that asks for it, in the queue's order, one at a time; the turn as it
        is then, and whether nothing of it is left. Whether the run reads them, its end tells (32).
        What an earlier invocation left unconfirmed is posted again under its own key."""
        for message in self._wanting(turn):
            now = self.clock.now()
            if not self.steering.take(holder, turn, message, now, now + SEND_WINDOW):
                return self.turns.get(turn.conversation, turn.id), False
            heard = self._post(session, run, turn, message)
            if heard is None:
                return self.turns.get(turn.conversation, turn.id), False
            self.steering.passed(holder, turn, message)
            turn = self.turns.get(turn.conversation, turn.id)
            if heard:
                self._tell(message)
        return turn, True

    def next_queued(self, conversation: str) -> Message | None:
        """The oldest message that waits to be passed on."""
        queued = self.turns.queued(conversation)
        return next((each for each in queued if each.mode is BusyMode.STEER), None)

    def _wanting(self, turn: Turn) -> list[Message]:
        left = turn.passed < len(turn.steering)
        unconfirmed = list(self.steering.steered(turn)[turn.passed :]) if left else []
        queued = self.turns.queued(turn.conversation)
        return unconfirmed + [each for each in queued if each.mode is BusyMode.STEER]

    def _post(self, session: str, run: str, turn: Turn, message: Message) -> bool | None:
        """Whether the run has the text, or is over; None while it is still starting."""
        key = f"{turn.id}-steer-{message.id.channel}-{message.id.chat}-{message.id.message}"
        for _ in range(STARTING_TRIES):
            try:
                self.agent.steer(session, run, prompts.steering(message, turn.senders), key)
            except SessionBusy:
                self.clock.sleep(STARTING_PAUSE)
                continue
            except RunGone:
                return False  # (32) tells its sender
            except KeyReused:
                return True
            self.telemetry.event("message_steered", conversation=turn.conversation, turn=turn.id)
            return True
        return None

    def _tell(self, message: Message) -> None:
        channel = self.channels[message.delivery.channel]
        try:
            channel.tell(message, saying.STEERED, SEND_TIMEOUT)
        except ChannelError as error:
            self.telemetry.failure("sender_not_told", error)
