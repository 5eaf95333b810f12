"""A person decides on tool calls: by a button, or in words (protocol 26, 36)."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from parley.core import saying
from parley.core.approval import Choice, Decision, approver
from parley.core.asking import verdict_on
from parley.core.batch import Batch, BatchStatus, one_tool
from parley.core.configuration_keys import REQUESTER
from parley.core.message import Sender
from parley.ports import Approvals, Clock, Inbox, Telemetry
from parley.services.waking import Waking

LONGEST_REASON = 1_000  # characters: it is told to the agent once for each call

ApproversOf = Callable[[str], Collection[str]]  # by channel: ids, perhaps the word REQUESTER


@dataclass(frozen=True, slots=True)
class Approving:
    """Whoever calls this has made sure that the person may talk to the agent at all, now."""

    inbox: Inbox
    approvals: Approvals
    waking: Waking
    clock: Clock
    telemetry: Telemetry
    approvers: ApproversOf

    def decide(
        self, channel: str, by: Sender, approval: str, choice: Choice, reason: str = ""
    ) -> str:
        """Record the decision if this person is entitled and nobody was faster, and wake the turn;
        what to tell the person. On repeat: what was decided, and by whom. The item decides, the
        callback only wakes, so it is done whoever decided."""
        found = self.approvals.find(approval)
        if found is None:
            return saying.UNKNOWN_APPROVAL
        conversation, batch = found
        if not self._entitled(channel, by, conversation, batch):
            self.telemetry.event("decision_refused", conversation=conversation, approval=approval)
            return saying.not_entitled(batch.approvers)
        if choice is Choice.ALWAYS and not one_tool(batch.asked):
            return saying.several_tools()
        return self._record(conversation, batch, Decision(choice, by, reason[:LONGEST_REASON]))

    def _record(self, conversation: str, batch: Batch, decision: Decision) -> str:
        now = self.clock.now()
        if batch.status is BatchStatus.OPEN:
            batch = self.approvals.decide(conversation, batch, decision, now)
            self.waking.call_back(batch.token)
        ours = batch.decided and batch.by == decision.by.id and batch.at == now
        self.telemetry.event(
            "decision_recorded" if ours else "decision_late",
            conversation=conversation,
            turn=batch.turn,
            approval=batch.approval,
            status=batch.status,
        )
        return saying.recorded(verdict_on(batch), ours=ours)

    def _entitled(self, channel: str, by: Sender, conversation: str, batch: Batch) -> bool:
        """(26) Frozen when it was asked, and still so now: who was struck from the list since may
        no longer decide, unless it is one of those whose messages led here and they may."""
        if approver(channel, by.id) not in batch.approvers:
            return False
        listed = self.approvers(channel)
        if by.id in listed:
            return True
        turn = self.inbox.turn(conversation, batch.turn)
        return REQUESTER in listed and turn is not None and by.id in turn.senders
