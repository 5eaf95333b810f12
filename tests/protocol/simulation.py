"""The whole path in one process: real use cases, real conditions, real machine, simulated world.

The table is the real adapter on an in-memory DynamoDB that evaluates the real expressions; the
machine is the real definition. Only the agent, the chat, the clock and the platforms are played.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

from parley.adapters.dynamodb.conditions import PROTOCOL, Conditions
from parley.adapters.dynamodb.store import open_store
from parley.core.approval import Choice, Click
from parley.core.batch import Batch
from parley.core.configuration import Configuration
from parley.core.conversation import Conversation
from parley.core.delivery import Chat, Delivery
from parley.core.directive import DONE, Directive, Next
from parley.core.fence import Fence, Holder
from parley.core.limits import HOUR, MINUTE, SECOND
from parley.core.message import Address, Inbound, MessageId, Sender
from parley.core.policy import ToolPolicy
from parley.core.reading import Clicked, Notice, Reading, Received, Told, Verdict
from parley.core.turn import Turn
from parley.errors import ParleyError, Superseded
from parley.ports import Store
from parley.services.intake import Intake
from parley.services.sweeping import Sweeping
from tests.fakes.agent import FakeAgent
from tests.fakes.channel import ScriptedChannel
from tests.fakes.dynamodb import InMemoryDynamoDB
from tests.fakes.dynamodb_cases import TABLE as KEYS_AND_INDEX
from tests.fakes.world import (
    CountingIds,
    FakeClock,
    InMemoryTexts,
    RecordingTelemetry,
)
from tests.machine.interpreter import ProcessDied
from tests.protocol import parts
from tests.protocol.parts import SimulatedTasks, SimulatedWebhooks, Surroundings, configured
from tests.protocol.points import Action, Points, Watched
from tests.protocol.stepfunctions import SimulatedStepFunctions, ZombieEnded

TABLE = "conversations"
INVOCATION = 900.0  # seconds
SHORT_INVOCATION = 25.0
LONGEST = 8 * HOUR
TURNS = 1_500
DATA_CALLS = {"get_item", "put_item", "update_item", "delete_item", "query", "transact_write_items"}


def inbound(number: int, text: str, *, target: str = "D1", sender: str = "U1") -> Inbound:
    """A direct message; the number gives it its identity and its place in the platform's order."""
    return Inbound(
        id=MessageId("slack", "T1", target, str(number)),
        sender=Sender(sender),
        address=Address.DIRECT,
        text=text,
        delivery=Delivery("slack", "U1", Chat.direct(), f"slack:channel:{target}"),
        position=f"{number:012d}",
        sent_at=number,
    )


KEY = "slack:dm:U1"


@dataclass
class Delivered:
    """A webhook that the platform repeats until it is answered with a 2xx."""

    reading: Reading
    due: int
    tries: int = 0
    answered: bool = False
    told: list[Told] = field(default_factory=list)


class Simulation:
    tasks_as: type[SimulatedTasks] = SimulatedTasks  # wrong variants bring their own
    webhooks_as: type[SimulatedWebhooks] = SimulatedWebhooks

    def __init__(
        self,
        actions: Mapping[int, Action] | None = None,
        conditions: Conditions = PROTOCOL,
        policy: ToolPolicy | None = None,
        **configuration: Any,
    ) -> None:
        self.points = Points(dict(actions or {}))
        self.on_data_call: Callable[[str], None] | None = None
        self.interleaved: Callable[[], bool] = lambda: True  # from when on actors give way
        self.clock = FakeClock()
        self.telemetry = RecordingTelemetry()
        self.dynamodb = InMemoryDynamoDB(before=self._before_data, after=self._after_data)
        self.dynamodb.create_table(**{**KEYS_AND_INDEX, "TableName": TABLE})
        self.texts = InMemoryTexts()
        client, texts = cast(Any, self.dynamodb), self._watched("texts", self.texts)
        self.store: Store = open_store(client, TABLE, texts, conditions, self.clock.now)
        self.agent = FakeAgent(self.clock)
        self.channel = ScriptedChannel(self.clock)
        self.configuration: Configuration = configured(policy, **configuration)
        self.ids = CountingIds()
        self.notices = RecordingNotices()
        self.webhooks: list[Delivered] = []
        self.failed: list[tuple[str, int]] = []
        self._invocations: list[int] = []  # those at work, the innermost last
        self._invoked = 0
        self._zombies: set[int] = set()
        self.stepfunctions = SimulatedStepFunctions(
            self.clock, {}, lambda key, generation: self.failed.append((key, generation))
        )
        self.executions: Any = self._watched("executions", self.stepfunctions)
        self.stepfunctions.tasks = self._tasks()
        self._next_sweep = self.clock.now() + MINUTE

    def _watched(self, name: str, inner: Any) -> Any:
        return Watched(name, inner, self.points)

    def _before_data(self, operation: str, _request: Any) -> None:
        if operation in DATA_CALLS:
            if self.on_data_call is not None and self.interleaved():
                self.on_data_call(operation)
            self.points.reach(f"before {operation}")

    def _after_data(self, operation: str, _request: Any) -> None:
        if operation in DATA_CALLS:
            self.points.reach(f"after {operation}")

    # The parts, put together as the composition root does it.

    @property
    def _world(self) -> Any:
        return Surroundings(
            self.configuration, self.executions, self.clock, self.ids, self.telemetry
        ).as_world()

    @property
    def front(self) -> SimulatedWebhooks:
        return self.webhooks_as(self._world, self.store, self.notices)

    @property
    def intake(self) -> Intake:
        return self.front.front.intake

    @property
    def sweeping(self) -> Sweeping:
        return parts.sweeping(self._world, self.store, self._watched("agent", self.agent))

    def _tasks(self) -> dict[str, Callable[[dict[str, Any]], dict[str, Any]]]:
        agent, channels = self._watched("agent", self.agent), self._channels()
        tasks = self.tasks_as(self._world, self.store, channels, agent)

        def follow(holder: Holder) -> Directive:
            return tasks.follow_run(holder, self._seconds_left(INVOCATION))

        def deliver(holder: Holder) -> Directive:
            return tasks.deliver_reply(holder, self._seconds_left(SHORT_INVOCATION))

        return {
            "StartTurn": self._task(tasks.start_turn),
            "FollowRun": self._task(follow, acts_on=Next.FOLLOW),
            "DeliverReply": self._task(deliver, acts_on=Next.DELIVER),
            "FailTurn": self._task(tasks.fail_turn),
            "AskApproval": self._asking_task(tasks),
        }

    def _asking_task(self, tasks: SimulatedTasks) -> Callable[[dict[str, Any]], dict[str, Any]]:
        """What it returns is dropped: the state ends by the callback."""

        def invoke(event: dict[str, Any]) -> dict[str, Any]:
            def ask(holder: Holder) -> Directive:
                tasks.ask_approval(holder, event["token"])
                return DONE

            return self._task(ask)(event)

        return invoke

    def _seconds_left(self, timeout: float) -> Callable[[], float]:
        ends = self.clock.monotonic() + timeout
        return lambda: ends - self.clock.monotonic()

    def _channels(self) -> Any:
        channel = self._watched("channel", self.channel)
        return {"slack": channel, "telegram": channel, "discord": channel}

    def _task(
        self, use_case: Callable[[Holder], Directive], acts_on: Next | None = None
    ) -> Callable[[dict[str, Any]], dict[str, Any]]:
        def invoke(event: dict[str, Any]) -> dict[str, Any]:
            if acts_on is not None and event["next"] != acts_on:
                return {"next": event["next"], "seconds": event.get("seconds", 0)}
            self._invoked += 1
            me = self._invoked
            self._invocations.append(me)
            fence = Fence(event["generation"], event["step"], event["retry"])
            try:
                directive = use_case(Holder(event["conversation"], fence))
            except Superseded:
                directive = DONE
            finally:
                self._invocations.remove(me)
                if me in self._zombies:
                    raise ZombieEnded
            return {"next": str(directive.next), "seconds": directive.seconds}

        return invoke

    # What happens from outside.

    def send(self, message: Inbound, delay: int = 0) -> Delivered:
        """The platform delivers the message after `delay` milliseconds, and again until a 2xx."""
        return self._arrive(Received(message), delay)

    def click(self, choice: Choice, by: str = "U1", delay: int = 0, prompt: int = -1) -> Delivered:
        """Somebody presses a button of the last prompt."""
        asked = self.channel.asked[prompt]
        click = Click(asked.prompt.id, choice, Sender(by, by), "T1", asked.delivery)
        return self._arrive(Clicked(click), delay)

    def _arrive(self, reading: Reading, delay: int) -> Delivered:
        delivered = Delivered(reading, self.clock.now() + delay)
        self.webhooks.append(delivered)
        return delivered

    def deliver_now(self, delivery: Delivered) -> None:
        """Also from within a task, while it is at work; what is not answered is repeated later."""
        self._deliver(delivery)

    def _deliver(self, delivery: Delivered) -> None:
        delivery.tries += 1
        delivery.due = self.clock.now() + (SECOND, MINUTE, 5 * MINUTE)[min(delivery.tries, 3) - 1]
        try:
            answer, told = parts.receive(self.front, delivery.reading)
        except (ParleyError, ProcessDied):
            return
        delivery.answered = answer.verdict is Verdict.DONE
        delivery.told += [told] if told else []

    def sweep(self) -> None:
        try:
            self.sweeping.sweep()
        except (ParleyError, ProcessDied):
            return

    def heed_failures(self) -> None:
        """The failure rule: an event is delivered again until its function succeeds."""
        while self.failed:
            try:
                self.sweeping.execution_failed(*self.failed[0])
            except (ParleyError, ProcessDied):
                continue
            self.failed.pop(0)

    def settle(self) -> None:
        """Go on, in the order of time, until nothing is left to do."""
        end = self.clock.now() + LONGEST
        for _ in range(TURNS):
            if self.clock.now() > end:
                break
            if not self.turn_the_world():
                return
        raise AssertionError(f"still not settled: {self.state()}")

    def turn_the_world(self) -> bool:
        """One thing more; False when nothing is left to do."""
        self.heed_failures()
        unanswered = [one for one in self.webhooks if not one.answered]
        webhook = min(unanswered, key=lambda one: one.due, default=None)
        running = self.stepfunctions.next_due()
        if webhook is None and running is None and self._at_rest():
            return False
        webhook_due = webhook.due if webhook else LONGEST**2
        running_due = running.due if running else LONGEST**2
        due = min(webhook_due, running_due, self._next_sweep)
        self.clock.advance(due - self.clock.now())
        if webhook is not None and due == webhook_due:
            self._deliver(webhook)
        elif running is not None and due == running_due:
            self.stepfunctions.step(running)
        else:
            self._next_sweep = self.clock.now() + MINUTE
            self.sweep()
        return True

    def outlive_task(self) -> None:
        """For a place inside a task: its time is up, the machine retries it, and all goes on to its
        rest before the old invocation, now a zombie, continues."""
        if self._invocations and self.stepfunctions.give_up_attempt():
            self._zombies.add(self._invocations[-1])
        self.settle()

    def die(self) -> None:
        """For a place inside a task: its execution and its process end together."""
        if self._invocations and self.stepfunctions.lose_execution(with_event=True):
            self._zombies.add(self._invocations[-1])
        raise ProcessDied

    def outlive_execution(self, *, with_event: bool) -> None:
        """For a place inside a task: its execution ends, and the failure rule or the sweep finds a
        successor, before the old invocation continues."""
        if self._invocations and self.stepfunctions.lose_execution(with_event=with_event):
            self._zombies.add(self._invocations[-1])
        self.settle()

    def _at_rest(self) -> bool:
        return all(state.pending == 0 and state.owner is None for state in self.states())

    # What can be seen afterwards.

    def states(self) -> list[Conversation]:
        quiet, self.points = self.points, Points()
        try:
            found = (self.store.inbox.read(key) for key in {self._key(w) for w in self.webhooks})
            return [state for state in found if state is not None]
        finally:
            self.points = quiet

    def _key(self, delivery: Delivered) -> str:
        match delivery.reading:
            case Received(inbound):
                return self.configuration.routing.key(inbound.delivery)
            case Clicked(click):
                return self.configuration.routing.key(click.delivery)
        raise AssertionError("nothing was said")

    def state(self, key: str = KEY) -> Conversation | None:
        quiet, self.points = self.points, Points()
        try:
            return self.store.inbox.read(key)
        finally:
            self.points = quiet

    def with_store(self, **parts: Any) -> None:
        """Put something before parts of the store. Tasks are put together anew, also for the
        executions that have begun."""
        self.store = replace(self.store, **parts)
        self.stepfunctions.tasks.update(self._tasks())

    def turns(self, key: str = KEY) -> list[Turn]:
        """The conversation's turns, the oldest first."""
        found: list[Turn] = self._quietly(lambda: self._turns(key))
        return found

    def batches(self, key: str = KEY) -> list[Batch]:
        """Those that a person was asked about, or policy decided, in their order."""

        def read() -> list[Batch]:
            return [
                batch
                for turn in self._turns(key)
                for batch in self.store.batches.of_turn(key, turn.id)
            ]

        found: list[Batch] = self._quietly(read)
        return found

    def closed(self) -> list[tuple[str, Batch]]:
        """Batches for which the sweeper calls back still."""
        found: list[tuple[str, Batch]] = self._quietly(lambda: list(self.store.repairs.closed()))
        return found

    def _turns(self, key: str) -> list[Turn]:
        items = self.dynamodb.items(TABLE)
        mine = [item for item in items if item["pk"]["S"] == f"C#{key}"]
        names = [item["sk"]["S"] for item in mine if item["sk"]["S"].startswith("T#")]
        found = [self.store.turns.get(key, name.removeprefix("T#")) for name in names]
        return sorted(found, key=lambda turn: turn.created_at)

    def _quietly(self, look: Callable[[], Any]) -> Any:
        """Looking is no place to stop."""
        quiet, self.points = self.points, Points()
        try:
            return look()
        finally:
            self.points = quiet


class RecordingNotices:
    def __init__(self) -> None:
        self.posted: list[Notice] = []

    def post(self, notice: Notice) -> None:
        self.posted.append(notice)
