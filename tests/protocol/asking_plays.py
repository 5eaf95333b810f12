"""Plays in which people decide, stop and steer while a run is on, and what must hold after each.

What people do is done again and again, as long as it makes sense: a disturbed play may come to the
moment for it later, or twice.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from parley.core.approval import Choice
from parley.core.batch import Batch, BatchStatus, Ruling, ToolCall
from parley.core.conversation import Conversation
from parley.core.message import Inbound
from parley.core.session import Role
from parley.core.turn import Outcome
from tests.fakes.agent_runs import Answer, Hold
from tests.protocol import checks
from tests.protocol.checks import require
from tests.protocol.simulation import KEY, Simulation, inbound
from tests.protocol.test_approvals import ASK, COMMAND, VIEW

OTHER = ToolCall("c3", "stakpak__remove", {"path": "/srv"})


@dataclass(frozen=True)
class AskingPlay:
    """`texts` are what people wrote for the agent: each has to reach it exactly once. `outcomes`
    are the ends that the first turn may come to, as what people do meets it sooner or later."""

    name: str
    play: Callable[[Simulation], None]
    texts: tuple[str, ...]
    outcomes: tuple[Outcome, ...] = (Outcome.COMPLETED,)
    setting: dict[str, Any] = field(default_factory=dict)

    def make(
        self,
        actions: dict[int, Callable[[], None]] | None = None,
        simulated: Callable[..., Simulation] = Simulation,
    ) -> Simulation:
        # Short, so that a conversation whose execution died silently is found within the play.
        setting = {"approval_expiry_hours": 0.5, **self.setting}
        simulation = simulated(actions, policy=ASK, **setting)
        self.play(simulation)
        return simulation

    def check(self, simulation: Simulation, *also: Outcome) -> None:
        checks.at_rest(simulation)
        each_text_once(simulation, self.texts)
        only_what_was_decided(simulation)
        nobody_is_left_asked(simulation)
        every_turn_is_answered(simulation)
        outcome = simulation.turns()[0].outcome
        require(outcome in (*self.outcomes, *also), "I6", f"the first turn ended as {outcome}")


def each_text_once(simulation: Simulation, texts: tuple[str, ...]) -> None:
    """I2, I5, 32: neither lost nor doubled, whether it began a run or was passed on to one."""
    heard = [
        spoken.text
        for session in simulation.agent.sessions.values()
        for _, spoken in session.history
        if spoken.role is Role.USER
    ]
    for text in texts:
        times = sum(part == text for said in heard for part in said.split("\n\n"))
        require(times == 1, "I2", f"{text!r} reached the agent {times} times: {heard}")


def only_what_was_decided(simulation: Simulation) -> None:
    """I9: what ran was allowed by policy, or by somebody entitled on exactly these calls; once."""
    batches = simulation.batches()
    for run in simulation.agent.runs:
        mine = [batch for batch in batches if batch.run == run.id]
        times = Counter(call.id for call in run.ran)
        for call in run.ran:
            require(times[call.id] == 1, "I9", f"{call} ran {times[call.id]} times")
            require(any(_allows(batch, call) for batch in mine), "I9", f"{call} was not allowed")


def _allows(batch: Batch, call: ToolCall) -> bool:
    if call not in batch.calls or not batch.decided:
        return False
    ruling = {verdict.call: verdict.ruling for verdict in batch.verdicts}[call.id]
    if ruling is Ruling.ASK:
        entitled = f"slack:{batch.by}" in batch.approvers
        return batch.status is BatchStatus.ALLOWED and entitled
    return ruling is Ruling.ALLOW


def nobody_is_left_asked(simulation: Simulation) -> None:
    for batch in simulation.batches():
        require(batch.status is not BatchStatus.OPEN, "29", f"{batch.key} is open for ever")
    require(not simulation.closed(), "27", "a batch waits for the sweeper")


def every_turn_is_answered(simulation: Simulation) -> None:
    nonces = {post.nonce.rpartition("-")[0] for post in simulation.channel.posts}
    for turn in simulation.turns():
        require(turn.id in nonces, "I6", f"turn {turn.id} was never answered")


def again_and_again(simulation: Simulation, seconds: float, act: Callable[[], None]) -> None:
    def once() -> None:
        act()
        simulation.clock.after(seconds, once)

    simulation.clock.after(seconds, once)


def deciding(simulation: Simulation, choice: Choice, *, seconds: float = 3) -> None:
    """Somebody presses the button under each prompt, some seconds after it was posted."""
    pressed: set[int] = set()

    def press() -> None:
        for number in range(len(simulation.channel.asked)):
            if number not in pressed:
                pressed.add(number)
                simulation.deliver_now(simulation.click(choice, prompt=number))

    again_and_again(simulation, seconds, press)


def when(simulation: Simulation, moment: Callable[[Conversation], bool], message: Inbound) -> None:
    """The message is sent once the conversation has come to this moment, or is past it."""
    sent: list[Inbound] = []

    def look() -> None:
        state = simulation.state()
        if not sent and state is not None and (moment(state) or state.last_turn is not None):
            sent.append(message)
            simulation.deliver_now(simulation.send(message))

    again_and_again(simulation, 1, look)


def is_asked(state: Conversation) -> bool:
    return state.approval is not None


def runs(state: Conversation) -> bool:
    return state.run is not None


def finishing(simulation: Simulation, seconds: float) -> None:
    """Each run that holds is ended after some seconds."""

    def finish() -> None:
        for name, session in simulation.agent.sessions.items():
            run = session.active()
            if run is not None and run.holding is not None:
                simulation.agent.finish(name)

    again_and_again(simulation, seconds, finish)


def one_call(simulation: Simulation) -> None:
    simulation.agent.script(Answer("Let me.", (COMMAND,)), Answer("Done."))
    simulation.send(inbound(1, "deploy"))


def somebody_allows(simulation: Simulation) -> None:
    one_call(simulation)
    deciding(simulation, Choice.ALLOW)


def somebody_denies_some_of_many(simulation: Simulation) -> None:
    simulation.agent.script(Answer("", (VIEW, COMMAND, OTHER)), Answer("Not then."))
    simulation.send(inbound(1, "deploy"))
    deciding(simulation, Choice.DENY)


def always_allowed(simulation: Simulation) -> None:
    again = ToolCall("c8", COMMAND.name, {"command": "again"})
    simulation.agent.script(Answer("", (COMMAND,)), Answer("", (again,)), Answer("Twice."))
    simulation.send(inbound(1, "deploy"))
    deciding(simulation, Choice.ALWAYS)


def two_people_at_once(simulation: Simulation) -> None:
    one_call(simulation)
    deciding(simulation, Choice.ALLOW)
    deciding(simulation, Choice.DENY)


def nobody_decides(simulation: Simulation) -> None:
    one_call(simulation)


def stopped_while_asked(simulation: Simulation) -> None:
    one_call(simulation)
    when(simulation, is_asked, inbound(2, "/stop"))


def stopped_while_it_runs(simulation: Simulation) -> None:
    simulation.agent.script(Hold())
    simulation.send(inbound(1, "deploy"))
    when(simulation, runs, inbound(2, "/stop"))


def steered_while_it_runs(simulation: Simulation) -> None:
    simulation.agent.script(Hold(), Answer("As you say."))
    simulation.send(inbound(1, "deploy"))
    when(simulation, runs, inbound(2, "the other one"))
    finishing(simulation, 15)


def steered_while_asked(simulation: Simulation) -> None:
    one_call(simulation)
    when(simulation, is_asked, inbound(2, "the other one"))


def steered_and_decided_at_once(simulation: Simulation) -> None:
    one_call(simulation)
    when(simulation, is_asked, inbound(2, "the other one"))
    deciding(simulation, Choice.ALLOW, seconds=2)


def interrupted_while_asked(simulation: Simulation) -> None:
    one_call(simulation)
    when(simulation, is_asked, inbound(2, "something else"))


PLAYS = (
    AskingPlay("somebody allows", somebody_allows, ("deploy",)),
    AskingPlay("some of many are denied", somebody_denies_some_of_many, ("deploy",)),
    AskingPlay("always allowed", always_allowed, ("deploy",)),
    AskingPlay("two people decide at once", two_people_at_once, ("deploy",)),
    AskingPlay(
        "nobody decides",
        nobody_decides,
        ("deploy",),
        (Outcome.EXPIRED,),
        {"approval_expiry_hours": 0.1},
    ),
    AskingPlay("stopped while asked", stopped_while_asked, ("deploy",), (Outcome.CANCELLED,)),
    AskingPlay("stopped while it runs", stopped_while_it_runs, ("deploy",), (Outcome.CANCELLED,)),
    AskingPlay(
        "steered while it runs",
        steered_while_it_runs,
        ("deploy", "the other one"),
        setting={"busy_mode": "steer"},
    ),
    AskingPlay(
        "steered while asked",
        steered_while_asked,
        ("deploy", "the other one"),
        setting={"busy_mode": "steer"},
    ),
    AskingPlay(
        "steered and decided at once",
        steered_and_decided_at_once,
        ("deploy", "the other one"),
        setting={"busy_mode": "steer"},
    ),
    AskingPlay(
        "interrupted while asked",
        interrupted_while_asked,
        ("deploy", "something else"),
        (Outcome.CANCELLED,),
        {"busy_mode": "interrupt"},
    ),
)
__all__ = ["KEY", "PLAYS", "AskingPlay"]
