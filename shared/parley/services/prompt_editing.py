"""Prompts get the text of their outcome; only invocations of the machine edit them (37)."""

from collections.abc import Mapping
from dataclasses import dataclass

from parley.core import asking
from parley.core.batch import Batch
from parley.core.fate import Fate
from parley.core.limits import SEND_TIMEOUT
from parley.core.turn import Turn
from parley.errors import ChannelError
from parley.ports import Channels, Telemetry


@dataclass(frozen=True, slots=True)
class PromptEditing:
    channels: Channels
    telemetry: Telemetry

    def settle(self, turn: Turn, batch: Batch, fates: Mapping[str, Fate] | None = None) -> None:
        """Let the prompt say how the batch stands. Best effort, and a repeat changes nothing."""
        if batch.prompt is None:
            return
        channel = self.channels[turn.delivery.channel]
        text = asking.settled(batch, fates or {}, channel.prompt_size)
        try:
            channel.settle(turn.delivery, batch.prompt, text, SEND_TIMEOUT)
        except ChannelError as error:
            self.telemetry.failure("prompt_not_edited", error, turn=turn.id)
