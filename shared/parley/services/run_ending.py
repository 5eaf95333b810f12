"""What a run's end means for its turn: which text stands, and what the chat is told."""

from dataclasses import dataclass

from parley.core import replies, trace
from parley.core.directive import Directive
from parley.core.events import RunCompleted, RunFailed, StopReason
from parley.core.fence import Holder
from parley.core.following import Following
from parley.core.limits import MINUTE
from parley.core.session import RunState
from parley.core.turn import Ending, Outcome, Turn, Usage
from parley.ports import Agent, Clock, Leases
from parley.services.run_posting import same_boot
from parley.services.turn_ending import TurnEnding

CHECKPOINT_TRIES = 8
CHECKPOINT_PAUSE = 0.5  # seconds
HISTORY_LEASE = 5 * MINUTE


@dataclass(frozen=True, slots=True)
class RunEnding:
    agent: Agent
    clock: Clock
    leases: Leases
    ending: TurnEnding

    def ended(
        self,
        holder: Holder,
        turn: Turn,
        session: str,
        following: Following,
        ending: Ending | None,
    ) -> Directive:
        """The stream told how the run ended. With an ending, it was the turn that ended it: only
        an answer that came all the same, to a person who asked to stop, counts as one."""
        match following.end:
            case RunCompleted(StopReason.COMPLETED, usage) if _may_complete(ending):
                text = self._text(holder, turn, session, following)
                outcome = Outcome.COMPLETED if text else Outcome.SILENT
                return self._write(holder, turn, following, outcome, text=text, usage=usage)
            case RunCompleted(_, usage) if ending is not None:
                outcome, reason = ending.outcome, ending.reason
                return self._write(holder, turn, following, outcome, reason, usage=usage)
            case RunCompleted(StopReason.MAX_TURNS, usage):
                return self._write(
                    holder, turn, following, Outcome.EXHAUSTED, replies.EXHAUSTED, usage=usage
                )
            case RunCompleted(StopReason.CANCELLED, usage):
                return self._write(
                    holder, turn, following, Outcome.CANCELLED, replies.CANCELLED, usage=usage
                )
            case RunFailed(error) if ending is None:
                return self._write(holder, turn, following, Outcome.FAILED, error)
        if ending is not None:
            return self.left_behind(holder, turn, following, ending)
        return self._write(holder, turn, following, Outcome.FAILED)

    def vanished(
        self,
        holder: Holder,
        turn: Turn,
        session: str,
        following: Following,
        ending: Ending | None,
    ) -> Directive:
        """The run is over and the stream never said so: the server restarted, the run died without
        a word, or its last events are lost and only the history has its answer."""
        if turn.post is not None and not same_boot(turn.post.boot, self.agent.booted_at()):
            return self.interrupted(holder, turn, session, following)
        if ending is not None:
            return self.left_behind(holder, turn, following, ending)
        found = self._history(holder, turn, session)
        if self.agent.session(session).state is not RunState.FAILED and found.last_answer:
            return self._write(holder, turn, following, Outcome.COMPLETED, text=found.whole_text)
        return self._write(holder, turn, following, Outcome.FAILED, replies.VANISHED)

    def left_behind(
        self, holder: Holder, turn: Turn, following: Following, ending: Ending
    ) -> Directive:
        """The turn ends as it was to end, whatever its run still does."""
        return self._write(holder, turn, following, ending.outcome, ending.reason)

    def interrupted(
        self, holder: Holder, turn: Turn, session: str, following: Following
    ) -> Directive:
        """The server restarted under the run. What it wrote is told, from the history where that
        has more; it is never run again by itself, since its tools may have acted."""
        kept = self._history(holder, turn, session).whole_text
        text = max(kept, following.whole_text, key=len)
        return self._write(
            holder, turn, following, Outcome.INTERRUPTED, replies.INTERRUPTED, text=text
        )

    def failed(self, holder: Holder, turn: Turn, following: Following, reason: str) -> Directive:
        return self._write(holder, turn, following, Outcome.FAILED, reason)

    def _text(self, holder: Holder, turn: Turn, session: str, following: Following) -> str:
        if following.whole_text and not following.gapped:
            return following.whole_text
        self._await_checkpoint(session, following.run)
        found = self._history(holder, turn, session)
        if following.gapped:
            return found.whole_text or following.whole_text
        return found.last_answer

    def _await_checkpoint(self, session: str, run: str) -> None:
        """The history lags behind the events; its last state is saved before the session turns
        idle."""
        for _ in range(CHECKPOINT_TRIES):
            if self.agent.session(session).run != run:
                return
            self.clock.sleep(CHECKPOINT_PAUSE)

    def _history(self, holder: Holder, turn: Turn, session: str) -> trace.Trace:
        """Read page by page, and nothing renews the lease meanwhile: it is made to last."""
        self.leases.extend(holder, self.clock.now() + HISTORY_LEASE)
        since = turn.post.history if turn.post is not None else 0
        history = self.agent.history(session, since)
        return trace.find(turn.prompt, history, len(turn.steering))

    def _write(
        self,
        holder: Holder,
        turn: Turn,
        following: Following,
        outcome: Outcome,
        reason: str = "",
        *,
        text: str | None = None,
        usage: Usage | None = None,
    ) -> Directive:
        return self.ending.write(
            holder,
            turn,
            outcome,
            text=following.whole_text if text is None else text,
            reason=reason,
            usage=usage or following.whole_usage,
            cursor=following.cursor,
        )


def _may_complete(ending: Ending | None) -> bool:
    return ending is None or ending.outcome is Outcome.CANCELLED
