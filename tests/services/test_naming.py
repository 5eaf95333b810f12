"""Names for people of whom a message brought only the id."""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from parley.core.message import Message, Sender
from parley.errors import ChannelError, ChannelMisconfigured, ChannelUnavailable, RateLimited
from parley.services.naming import ALL_SECONDS, ASKED_ABOUT, Naming
from tests.core.messages import message
from tests.fakes.channel import ScriptedChannel
from tests.fakes.world import FakeClock, RecordingTelemetry
from tests.protocol.simulation import Simulation
from tests.services.saying import mention
from tests.services.stage import Before


@dataclass
class World:
    clock: FakeClock = field(default_factory=FakeClock)
    telemetry: RecordingTelemetry = field(default_factory=RecordingTelemetry)
    names: dict[str, str] = field(default_factory=lambda: {"U1": "Ada", "U2": "Ben"})
    asked: list[tuple[str, float]] = field(default_factory=list)
    seconds: float = 0.0  # that a look-up takes
    errors: dict[str, ChannelError] = field(default_factory=dict)

    def name_of(self, person: str, timeout: float) -> str:
        self.asked.append((person, timeout))
        self.clock.sleep(min(self.seconds, timeout))
        if person in self.errors:
            raise self.errors[person]
        return self.names.get(person, "")

    def shown(self, *messages: Message) -> list[str]:
        """What the senders are called then."""
        channel: Any = Before(ScriptedChannel(self.clock), name_of=self.name_of)
        naming = Naming({"slack": channel}, self.clock, self.telemetry)
        return [each.sender.shown for each in naming.named(messages)]

    @property
    def people(self) -> list[str]:
        return [person for person, _ in self.asked]


def people(number: int) -> list[Message]:
    return [message(str(at), sender=f"P{at}") for at in range(number)]


def test_several_people_get_their_names() -> None:
    assert World().shown(message("a"), message("b", sender="U2")) == ["Ada", "Ben"]


def test_whoever_speaks_alone_is_not_asked_about() -> None:
    world = World()
    assert world.shown(message("a"), message("b")) == ["U1", "U1"]
    assert world.asked == []


def test_names_that_came_with_the_messages_are_kept() -> None:
    world = World()
    said = [message("a", name="Countess"), message("b", sender="U2", name="Ben K.")]
    assert world.shown(*said) == ["Countess", "Ben K."]
    assert world.asked == []


def test_a_name_that_came_with_one_message_is_good_for_the_other() -> None:
    world = World()
    said = [message("a", name="Countess"), message("b", sender="U2"), message("c")]
    assert world.shown(*said) == ["Countess", "Ben", "Countess"]
    assert world.people == ["U2"]


def test_each_person_is_asked_about_once() -> None:
    world = World()
    world.shown(message("a"), message("b", sender="U2"), message("c"))
    assert world.people == ["U1", "U2"]


def test_who_has_no_name_is_shown_by_id() -> None:
    assert World().shown(message("a"), message("b", sender="U3")) == ["Ada", "U3"]


def test_only_a_few_people_are_asked_about() -> None:
    world = World()
    world.shown(*people(ASKED_ABOUT + 2))
    assert world.people == [f"P{at}" for at in range(ASKED_ABOUT)]


def test_slow_names_are_given_up_in_time_for_the_turn() -> None:
    world = World(seconds=ALL_SECONDS * 0.75)
    world.shown(*people(5))
    assert [timeout for _, timeout in world.asked] == [ALL_SECONDS, ALL_SECONDS * 0.25]


@pytest.mark.parametrize(
    "error", [ChannelUnavailable("down"), RateLimited(9), ChannelMisconfigured("missing_scope")]
)
def test_after_a_failure_the_names_that_are_known_are_used(error: ChannelError) -> None:
    world = World(errors={"U2": error})
    said = [message("a"), message("b", sender="U2"), message("c", sender="U3")]
    assert world.shown(*said) == ["Ada", "U2", "U3"]
    assert world.people == ["U1", "U2"]
    assert world.telemetry.told("name_not_found") == [{"channel": "slack"}]


def burst() -> Simulation:
    """Two people of a group spoke; the messages brought their ids."""
    simulation = Simulation()
    simulation.channel.names = {"U1": "Ada", "U2": "Ben"}
    for number, (sender, text) in enumerate((("U1", "Tests first."), ("U2", "Docs!"))):
        simulation.send(replace(mention(number, text=text), sender=Sender(sender)))
    return simulation


def test_a_turn_of_several_people_has_their_names_in_its_prompt() -> None:
    simulation = burst()
    simulation.settle()
    assert [run.prompt for run in simulation.agent.runs] == ["Ada: Tests first.\n\nBen: Docs!"]


def test_a_prompt_that_is_sent_again_has_the_names_of_its_claim() -> None:
    simulation = burst()
    simulation.agent.fail("start_run")
    while not simulation.telemetry.told("turn_claimed"):
        assert simulation.turn_the_world()
    assert simulation.agent.runs == []
    simulation.channel.names = {"U1": "Countess", "U2": "Benjamin"}
    simulation.settle()
    assert [run.prompt for run in simulation.agent.runs] == ["Ada: Tests first.\n\nBen: Docs!"]
