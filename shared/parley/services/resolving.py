"""What became of the texts that were passed on to a run (protocol 32)."""

from collections.abc import Sequence
from dataclasses import dataclass

from parley.core import prompts, saying, trace
from parley.core.fence import Holder
from parley.core.limits import LEASE, MINUTE, SEND_TIMEOUT
from parley.core.message import Message
from parley.core.session import Spoken
from parley.core.turn import Turn
from parley.errors import AgentError, ChannelError
from parley.ports import Agent, Channels, Clock, Leases, Steering, Telemetry, Turns

CHECKPOINT_TRIES = 20
CHECKPOINT_PAUSE = 0.5  # seconds; the session's last state is saved before it turns idle


@dataclass(frozen=True, slots=True)
class Resolving:
    leases: Leases
    turns: Turns
    steering: Steering
    agent: Agent
    channels: Channels
    clock: Clock
    telemetry: Telemetry

    def resolve(self, holder: Holder, turn: Turn) -> Turn:
        """Before a turn's outcome: those that entered the run are the turn's, the others go back to
        the queue, and their senders are told. The turn as it is then; a repeat changes nothing.

        Where the agent can't be asked, or still is at the run, nobody knows: they count as entered,
        since a text that is put back and was read would be answered twice, and the sender is told.
        """
        if not turn.steering:
            return turn
        steered = self.steering.steered(turn)
        entered, word = self._entered(holder, turn, steered)
        absent = steered[len(entered) :]
        if self.steering.resolve(holder, turn, entered, absent):
            told = entered if word else absent
            for message in told:
                self._tell(message, word or saying.NOT_STEERED)
        return self.turns.get(turn.conversation, turn.id)

    def _entered(
        self, holder: Holder, turn: Turn, steered: Sequence[Message]
    ) -> tuple[Sequence[Message], str]:
        """Those that entered are a prefix of those that were posted."""
        try:
            if not self._run_is_over(turn):
                return steered, saying.MAYBE_STEERED
            history = self._history(holder, turn)
        except AgentError as error:
            self.telemetry.failure("steering_unknown", error, turn=turn.id)
            return steered, saying.MAYBE_STEERED
        said = trace.said_after(turn.prompt, history)
        count = 0
        for message in steered:
            posted = prompts.steering(message, turn.senders)
            if count == len(said) or not trace.same_text(said[count], posted):
                break
            count += 1
        return steered[:count], ""

    def _run_is_over(self, turn: Turn) -> bool:
        """Only then the history is whole: its checkpoint lags behind the events."""
        session = turn.post.session if turn.post is not None else ""
        for _ in range(CHECKPOINT_TRIES):
            if self.agent.session(session).run != turn.run:
                return True
            self.clock.sleep(CHECKPOINT_PAUSE)
        return False

    def _history(self, holder: Holder, turn: Turn) -> Sequence[Spoken]:
        self.leases.extend(holder, self.clock.now() + LEASE + 4 * MINUTE)
        post = turn.post
        return self.agent.history(post.session, post.history) if post is not None else ()

    def _tell(self, message: Message, text: str) -> None:
        try:
            self.channels[message.delivery.channel].tell(message, text, SEND_TIMEOUT)
        except ChannelError as error:
            self.telemetry.failure("sender_not_told", error)
