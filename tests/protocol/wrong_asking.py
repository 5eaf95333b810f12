"""What the use cases owe to part two of the protocol, each got wrong once.

A variant is a simulation whose services are subclassed, or whose ports stand behind something that
does them wrong.
"""

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any, TypeVar, cast

from parley.core.approval import Choice, Decision, approver
from parley.core.batch import Batch, BatchStatus, Ruling
from parley.core.conversation import Conversation
from parley.core.directive import Directive
from parley.core.fence import Holder
from parley.core.following import Following
from parley.core.message import Message, Sender
from parley.core.reading import Told
from parley.core.turn import Turn
from parley.services.approving import Approving
from parley.services.cancelling import Cancelling
from parley.services.commanding import Commanding
from parley.services.deciding import Deciding
from parley.services.intake import Intake
from parley.services.resolving import Resolving
from parley.services.stopping import Stopping
from parley.services.sweeping import Sweeping
from tests.protocol.parts import SimulatedTasks, SimulatedWebhooks
from tests.protocol.simulation import Simulation

Service = TypeVar("Service")


def got_wrong(wrong: type[Service], right: Any, **other: Any) -> Service:
    """The wrong service, with what the right one works with. Some parts are made when they are
    needed, so the class is asked for its fields."""
    names = [field.name for field in fields(cast(Any, wrong))]
    return wrong(**{name: getattr(right, name) for name in names} | other)


def with_tasks(**wrong: type[Any]) -> type[Simulation]:
    """By the name of a part in composition/conversation_steps.py."""

    def part(name: str) -> property:
        right = getattr(SimulatedTasks, name)
        return property(lambda tasks: got_wrong(wrong[name], right.fget(tasks)))

    tasks = type("WrongTasks", (SimulatedTasks,), {name: part(name) for name in wrong})
    return type("WrongSimulation", (Simulation,), {"tasks_as": tasks})


class Before:
    """Stands before a port; a subclass does some of its calls wrong."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


def with_store(**wrong: type[Before]) -> type[Simulation]:
    """By the name of a part of the store."""

    class WrongSimulation(Simulation):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            parts = {name: each(getattr(self.store, name)) for name, each in wrong.items()}
            self.with_store(**parts)

    return WrongSimulation


# (20 to 23) Deciding.


class PolicyFirst(Deciding):
    """Policy's verdicts are posted at once, the person's when they come."""

    def batch(
        self, holder: Holder, conversation: Conversation, turn: Turn, following: Following
    ) -> Batch | None:
        batch = super().batch(holder, conversation, turn, following)
        if batch is not None and batch.status is BatchStatus.OPEN:
            settled = [each for each in batch.verdicts if each.ruling is not Ruling.ASK]
            session = conversation.session or ""
            self.agent.decide(session, batch.run, settled, f"{batch.key}-policy")
        return batch


class KeyedByCalls(Deciding):
    """The key of the decisions is made of the call ids."""

    def batch(
        self, holder: Holder, conversation: Conversation, turn: Turn, following: Following
    ) -> Batch | None:
        key = "-".join(call.id for call in following.calls)
        for known in self.batches.of_turn(turn.conversation, turn.id):
            if known.key == key:
                return known
        batch = self._new(key, conversation, turn, following)
        now = self.clock.now()
        return self.batches.record(holder, batch, following.cursor, following.text, now)


class DecidedAnew(Deciding):
    """What policy says is asked of the configuration of the moment, also after the click."""

    def settle(self, holder: Holder, conversation: Conversation, batch: Batch) -> Any:
        verdicts = self.policy("slack").decide(batch.calls)
        return super().settle(holder, conversation, replace(batch, verdicts=verdicts))


class ApprovingExpiry(Before):
    """(28) What nobody decided in time is allowed."""

    def expire(self, holder: Holder, batch: Batch, now: int) -> Batch:
        nobody = Decision(Choice.ALLOW, Sender("", ""))
        approvals = self._inner.approvals
        decided: Batch = approvals.decide(
            holder.conversation, batch, nobody, min(now, batch.expires_at - 1)
        )
        return decided


# (25, 26) Asking and being answered.


class BlindPark(Before):
    """The token is stored without looking at the batch as it is then."""

    def park(self, holder: Holder, batch: Batch, token: str, lease_until: int) -> Batch:
        self._inner.park(holder, batch, token, lease_until)
        return batch


class EntitledForEver(Approving):
    """Who could decide when it was asked still can."""

    def _entitled(self, channel: str, by: Sender, conversation: str, batch: Batch) -> bool:
        return approver(channel, by.id) in batch.approvers


# (27) The sweeper's part.


class NeverConsumed(Before):
    def consumed(self, holder: Holder, batch: Batch) -> None:
        return


class NoCallBack:
    """What comes from outside wakes nobody; the sweeper does not repeat it."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def call_back(self, token: str, directive: Directive) -> bool:
        return True


class Unwoken(Simulation):
    webhooks_as = type(
        "DeafWebhooks",
        (SimulatedWebhooks,),
        {
            "__init__": lambda self, world, table, notices: SimulatedWebhooks.__init__(
                self, deafened(world), table, notices
            )
        },
    )


def deafened(world: Any) -> Any:
    return replace(world, executions=NoCallBack(world.executions))


class UnwokenUnswept(Unwoken):
    @property
    def sweeping(self) -> Sweeping:
        right = super().sweeping
        parked = replace(right.parked, executions=NoCallBack(self.executions))
        return replace(right, parked=parked)


# (29 to 34) Stopping, steering, interrupting.


class CancelOnly(Cancelling):
    """What waits for a decision is not rejected."""

    def cancel(self, session: str, key: str, run: str) -> bool:
        self.agent.cancel(session, run, key)
        return True


class StopsWhatRuns(Stopping):
    """The turn that is stopped is that of the moment; the message may be in it."""

    def stop(self, conversation: str, turn: str, message: Message | None = None) -> bool:
        state = self.inbox.read(conversation)
        return bool(state and state.turn and super().stop(conversation, state.turn))


class ReadAfter(Intake):
    """:t is read after accepting."""

    def _disturb(self, message: Message, before: Any, after: Any, mode: Any) -> Told:
        after = self.inbox.read(message.conversation)
        return super()._disturb(message, after, after, mode)


def with_front(**wrong: type[Any]) -> type[Simulation]:
    """By the name of a part of Front; `stopping` is that of the intake and of the commands."""

    class WrongWebhooks(SimulatedWebhooks):
        @property
        def front(self) -> Any:
            front = super().front
            if "stopping" in wrong:
                stopping = got_wrong(wrong["stopping"], front.intake.stopping)
                intake = got_wrong(Intake, front.intake, stopping=stopping)
                commanding = got_wrong(Commanding, front.commanding, stopping=stopping)
                return replace(front, intake=intake, commanding=commanding)
            return replace(
                front,
                **{name: got_wrong(each, getattr(front, name)) for name, each in wrong.items()},
            )

    return type("WrongSimulation", (Simulation,), {"webhooks_as": WrongWebhooks})


class AcceptedIsRead(Resolving):
    """The agent's 200 counts: the text is in the run."""

    def _entered(self, holder: Holder, turn: Turn, steered: Sequence[Message]) -> Any:
        return steered, ""


class Hasty(Resolving):
    """The history is read as soon as the stream says that the run is over."""

    def _run_is_over(self, turn: Turn) -> bool:
        return True
