"""FollowRun: the poll of a run's events, without its cost (protocol 7, 24)."""

from collections.abc import Callable
from dataclasses import dataclass

from parley.core import replies
from parley.core.batch import Batch, BatchStatus
from parley.core.conversation import Conversation
from parley.core.directive import AGAIN, DELIVER, Directive
from parley.core.fence import Holder
from parley.core.following import Following
from parley.core.limits import LEASE, STEPS_PER_EXECUTION
from parley.core.patience import UNREACHABLE_PATIENCE
from parley.core.turn import Outcome, Turn
from parley.errors import AccessRefused, AgentError, AgentUnreachable
from parley.services.batch_watch import BatchTools, BatchWatch
from parley.services.run_watch import RunWatch, WatchTools
from parley.services.waiting import Cause, Waiting


@dataclass(frozen=True, slots=True)
class FollowRun:
    tools: WatchTools
    batch_tools: BatchTools
    waiting: Waiting

    def __call__(self, holder: Holder, remaining: Callable[[], float]) -> Directive:
        """Follow the turn's run until it ends or the invocation nearly does. `remaining` gives the
        invocation's seconds left."""
        now = self.tools.clock.now()
        conversation = self.tools.leases.acquire(holder, now + LEASE)
        if conversation.turn is None or conversation.session is None:
            return AGAIN
        turn = self.tools.turns.get(holder.conversation, conversation.turn)
        if turn.outcome is not None:
            return DELIVER
        # (12) A turn that asks again and again never comes by StartTurn, which continues as new.
        if turn.run is None or holder.fence.step >= STEPS_PER_EXECUTION:
            return AGAIN
        return self._follow(holder, conversation, turn, turn.run, remaining)

    def _follow(
        self,
        holder: Holder,
        conversation: Conversation,
        turn: Turn,
        run: str,
        remaining: Callable[[], float],
    ) -> Directive:
        following = Following(run, conversation.cursor, turn.text, turn.gapped, turn.usage)
        session = conversation.session or ""
        try:
            batches = self._batches(holder, conversation, turn, session)
            parked = self._parked(conversation, turn, batches)
            if parked is not None:
                return parked
            watch = RunWatch(
                self.tools, holder, conversation, turn, session, following, batches, remaining
            )
            return watch.until_something()
        except AgentUnreachable as error:
            return self._lost(
                holder, turn, following, conversation.cursor, error, replies.LOST_CONTACT
            )
        except AccessRefused as error:
            return self._lost(
                holder, turn, following, conversation.cursor, error, replies.ACCESS_LOST
            )
        except AgentError as error:
            self.tools.telemetry.failure("agent_failed", error, turn=turn.id, run=run)
            self.tools.cancelling.cancel(session, f"{turn.id}-cancel", run)
            return self.tools.ending.failed(holder, turn, following, str(error))

    def _batches(
        self, holder: Holder, conversation: Conversation, turn: Turn, session: str
    ) -> BatchWatch:
        """With the last batch that was asked about; one whose time is up expires here (28)."""
        tools = self.batch_tools
        asked: Batch | None = None
        if turn.asked is not None:
            asked = tools.batches.get(conversation.key, turn.asked)
            now = tools.clock.now()
            if asked.status is BatchStatus.OPEN and asked.expires_at <= now:
                asked = tools.batches.expire(holder, asked, now)
        return BatchWatch(tools, holder, conversation, session, asked)

    def _parked(
        self, conversation: Conversation, turn: Turn, batches: BatchWatch
    ) -> Directive | None:
        asked = batches.asked
        if turn.ending is not None or conversation.stop == turn.id or asked is None:
            return None
        if asked.status is not BatchStatus.OPEN:
            return None
        return batches.parked(asked, self.tools.agent.booted_at())

    def _lost(
        self,
        holder: Holder,
        turn: Turn,
        following: Following,
        cursor: int,
        error: AgentError,
        reason: str,
    ) -> Directive:
        """Pause and come back while there is hope; then say that the end of the run is unknown."""
        self.tools.telemetry.failure("agent_lost", error, turn=turn.id, run=turn.run)
        now = self.tools.clock.now()
        if following.cursor > cursor:
            # The run goes on and was heard of: that ends an earlier waiting.
            progress = (following.cursor, following.text, following.gapped)
            until, usage = now + LEASE, following.usage
            self.tools.turns.save_progress(holder, turn.id, *progress, until, usage)
        turn = self.tools.turns.get(turn.conversation, turn.id)
        if self.waiting.exhausted(turn, Cause.AGENT_UNREACHABLE, UNREACHABLE_PATIENCE):
            return self.tools.ending.ending.write(
                holder,
                turn,
                Outcome.FAILED,
                text=following.whole_text,
                reason=reason,
                usage=following.whole_usage,
            )
        return self.waiting.once_more(holder, turn, Cause.AGENT_UNREACHABLE)
