"""Posting a turn's run so that one turn starts at most one run (protocol 6, I5)."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from parley.core import replies, trace
from parley.core.conversation import Conversation
from parley.core.directive import FOLLOW, Directive
from parley.core.fence import Holder
from parley.core.limits import LEASE, SECOND
from parley.core.patience import BUSY_PATIENCE, UNREACHABLE_PATIENCE
from parley.core.session import RunOptions
from parley.core.turn import Outcome, Post, Turn
from parley.errors import (
    AccessRefused,
    AgentError,
    AgentRejected,
    AgentUnreachable,
    KeyReused,
    SessionBusy,
    SessionGone,
)
from parley.ports import Agent, Clock, Leases, Telemetry, Turns
from parley.services.orphans import Orphans
from parley.services.turn_ending import TurnEnding
from parley.services.waiting import Cause, Waiting

# The agent's boot time is reckoned from an uptime in whole seconds, read over the network.
BOOT_TOLERANCE = 3 * SECOND

RunOptionsOf = Callable[[Turn], RunOptions]
FolderOf = Callable[[Turn], str]  # where a new session works, empty for the server's own choice


def same_boot(one: int, other: int) -> bool:
    return abs(one - other) <= BOOT_TOLERANCE


def _cursor(conversation: Conversation, session: str, boot: int) -> int:
    """Where the run's events are read from. A restarted server numbers its events from 1 again: an
    old cursor would skip the first ones, or find them going backwards."""
    known = conversation.session == session and conversation.boot is not None
    return conversation.cursor if known and same_boot(conversation.boot or 0, boot) else 0


@dataclass(frozen=True, slots=True)
class RunPosting:
    leases: Leases
    turns: Turns
    agent: Agent
    clock: Clock
    telemetry: Telemetry
    ending: TurnEnding
    waiting: Waiting
    orphans: Orphans
    options: RunOptionsOf
    folder: FolderOf

    def post(self, holder: Holder, conversation: Conversation, turn: Turn) -> Directive:
        """Start the turn's run, or find out what became of an earlier attempt to start it."""
        try:
            return self._post(holder, conversation, turn)
        except SessionGone:
            return self._start_afresh(holder, conversation, turn)
        except SessionBusy:
            return self._wait_for_session(holder, conversation, turn)
        except AgentUnreachable as error:
            return self._wait_for_server(holder, turn, error)
        except AccessRefused as error:
            self.telemetry.failure("agent_access_refused", error, turn=turn.id)
            reason = replies.ACCESS_LOST if turn.post else replies.ACCESS_REFUSED
            return self.ending.write(holder, turn, Outcome.FAILED, reason=reason)
        except AgentRejected as error:
            self.telemetry.failure("agent_rejected_turn", error, turn=turn.id)
            return self.ending.write(holder, turn, Outcome.FAILED, reason=str(error))

    def _post(self, holder: Holder, conversation: Conversation, turn: Turn) -> Directive:
        session = conversation.session or self._open_session(holder, conversation, turn)
        boot = self.agent.booted_at()
        post = turn.post if turn.post and turn.post.session == session else None
        if post is not None and same_boot(post.boot, boot):
            # (18) The same key again; the fence is checked once more right before the call.
            self.leases.extend(holder, self.clock.now() + LEASE)
        else:
            settled = post and self._look_for_earlier_attempt(holder, turn, post, boot)
            if settled:
                return settled
            length = self.agent.history_length(session)
            cursor = _cursor(conversation, session, boot)
            self.turns.record_post(holder, turn.id, Post(session, boot, length), cursor)
        try:
            run = self._start(session, turn)
        except KeyReused:
            # Posted before with other options, by another release: the run is there, or was.
            settled = post and self._look_for_earlier_attempt(holder, turn, post, boot)
            return settled or self.ending.write(
                holder, turn, Outcome.FAILED, reason=replies.LOST_CONTACT
            )
        return self._follow(holder, turn, run, "run_started")

    def _start(self, session: str, turn: Turn) -> str:
        options = replace(self.options(turn), images=turn.images)
        return self.agent.start_run(session, turn.prompt, options, f"{turn.id}-start")

    def _open_session(self, holder: Holder, conversation: Conversation, turn: Turn) -> str:
        # Another key after a pause: the session that this one got may be the one that is gone.
        key = f"{turn.id}-create-{turn.waits}"
        session = self.agent.open_session(conversation.title, key, self.folder(turn))
        self.turns.record_session(holder, session, None)
        return session

    def _look_for_earlier_attempt(
        self, holder: Holder, turn: Turn, post: Post, boot: int
    ) -> Directive | None:
        """The server restarted after we marked a POST: it may have taken the prompt before, and it
        no longer knows the key. Its history is asked first; None means that it never arrived."""
        history = self.agent.history(post.session, post.history)
        found = trace.find(turn.prompt, history)
        if not found.arrived:
            return None
        run = self.agent.session(post.session).run
        # Only a run that our prompt alone can have started: another one is somebody else's.
        if run is not None and trace.is_alone(turn.prompt, history):
            if not same_boot(post.boot, boot):
                self.turns.record_post(holder, turn.id, replace(post, boot=boot), cursor=0)
            return self._follow(holder, turn, run, "run_adopted")
        if found.last_answer:
            return self.ending.write(
                holder,
                turn,
                Outcome.COMPLETED,
                text=found.whole_text,
                reason=replies.FROM_HISTORY,
            )
        return self.ending.write(holder, turn, Outcome.INTERRUPTED, reason=replies.INTERRUPTED)

    def _follow(self, holder: Holder, turn: Turn, run: str, event: str) -> Directive:
        self.turns.record_run(holder, turn.id, run)
        self.telemetry.event(
            event,
            conversation=turn.conversation,
            turn=turn.id,
            run=run,
            correlation_id=turn.correlation_id,
        )
        return FOLLOW

    def _start_afresh(self, holder: Holder, conversation: Conversation, turn: Turn) -> Directive:
        """The session is gone: untie it, open a new one under another key, and say so. Not for
        ever: a server may lose each session at once."""
        if turn.post is not None:
            # An earlier invocation may have posted to the session that is gone: no second run.
            return self.ending.write(holder, turn, Outcome.INTERRUPTED, reason=replies.SESSION_GONE)
        if self.waiting.exhausted(turn, Cause.SESSION_GONE, UNREACHABLE_PATIENCE):
            return self.ending.write(holder, turn, Outcome.FAILED, reason=replies.SESSIONS_LOST)
        self.turns.record_session(holder, None, replies.NEW_SESSION)
        self.telemetry.event("session_gone", conversation=turn.conversation, turn=turn.id)
        return self.waiting.once_more(holder, turn, Cause.SESSION_GONE)

    def _wait_for_session(
        self, holder: Holder, conversation: Conversation, turn: Turn
    ) -> Directive:
        """Somebody else's run holds the session, or one of our own: the last moments of one that
        ended, or one that was left behind."""
        if self.waiting.exhausted(turn, Cause.SESSION_BUSY, BUSY_PATIENCE):
            return self.ending.write(holder, turn, Outcome.FAILED, reason=replies.BUSY_TOO_LONG)
        try:
            ours = self.orphans.end(conversation, turn)
            self.waiting.tell_busy(holder, turn, replies.STILL_BUSY if ours else replies.BUSY)
        except AgentError as error:
            self.telemetry.failure("orphan_not_looked_for", error, turn=turn.id)
        return self.waiting.once_more(holder, turn, Cause.SESSION_BUSY)

    def _wait_for_server(self, holder: Holder, turn: Turn, error: AgentUnreachable) -> Directive:
        self.telemetry.failure("agent_unreachable", error, turn=turn.id)
        if self.waiting.exhausted(turn, Cause.AGENT_UNREACHABLE, UNREACHABLE_PATIENCE):
            reason = replies.LOST_CONTACT if turn.post else replies.UNREACHABLE
            return self.ending.write(holder, turn, Outcome.FAILED, reason=reason)
        return self.waiting.once_more(holder, turn, Cause.AGENT_UNREACHABLE)
