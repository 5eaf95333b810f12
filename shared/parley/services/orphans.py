"""Runs of our own that outlived their turn (protocol 6 and 19).

A turn that ended without hearing of its run's end leaves the run behind: contact was lost, the
cancel did not get through, or the answer to the POST never came. Nobody follows such a run, so a
tool call that it proposes waits for ever, and with it the session.
"""

from dataclasses import dataclass

from parley.core import trace
from parley.core.conversation import Conversation
from parley.core.turn import Outcome, Turn
from parley.ports import Agent, Telemetry, Turns
from parley.services.cancelling import Cancelling

# The run's end was heard of: what is still active are its last moments, or another run.
ENDED = (Outcome.COMPLETED, Outcome.SILENT, Outcome.EXHAUSTED)
WAITS_FOR_HISTORY = 4  # 15 s in all; a session is saved every 5 s while it changes


@dataclass(frozen=True, slots=True)
class Orphans:
    turns: Turns
    agent: Agent
    cancelling: Cancelling
    telemetry: Telemetry

    def end(self, conversation: Conversation, turn: Turn) -> bool:
        """Cancel the run that holds the session, if the last turn that reached the agent left it
        behind. False where it is somebody else's, or about to end."""
        if conversation.session is None or conversation.last_turn is None:
            return False
        run = self.agent.session(conversation.session).run
        if run is None or not self._is_ours(conversation, conversation.last_turn, run, turn.waits):
            return False
        # A key of its own each time: a repeat of an old one would be answered and do nothing.
        self.cancelling.cancel(conversation.session, f"{turn.id}-orphan-{turn.waits}", run)
        self.telemetry.event(
            "orphan_cancelled", conversation=conversation.key, turn=conversation.last_turn, run=run
        )
        return True

    def _is_ours(self, conversation: Conversation, last_turn: str, run: str, waits: int) -> bool:
        try:
            last = self.turns.get(conversation.key, last_turn)
        except LookupError:
            return False
        if last.outcome in ENDED:
            return False
        if last.run is not None or last.post is None or last.post.session != conversation.session:
            return last.run == run
        # Posted, and the answer never came: whose run it is, the prompts since then say, as soon as
        # the history surely has them.
        if waits < WAITS_FOR_HISTORY:
            return False
        history = self.agent.history(last.post.session, last.post.history)
        return trace.is_alone(last.prompt, history)
