"""What the machine's tasks have in common."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from functions.conversation.step import attend, handed_through, run
from parley.composition.world import World
from parley.core.directive import DELIVER, DONE, Directive
from parley.core.fence import Fence, Holder
from parley.errors import StoreUnavailable, Superseded
from tests.fakes.world import RecordingTelemetry

EVENT = {"conversation": "slack:dm:U1", "generation": 7, "step": 3, "retry": 1}


class Telemetry(RecordingTelemetry):
    def begin(self, **keys: str | int) -> None:
        self.begun = keys

    def flush(self) -> None:
        self.flushed = True


@pytest.fixture
def world() -> World:
    return cast(World, SimpleNamespace(telemetry=Telemetry()))


def test_task_is_run_as_the_holder_that_the_event_names(world: World) -> None:
    holders: list[Holder] = []

    def task(holder: Holder) -> Directive:
        holders.append(holder)
        return DELIVER

    assert run(world, EVENT, task) == {"next": "deliver", "seconds": 0}
    assert holders == [Holder("slack:dm:U1", Fence(7, 3, 1))]


def test_execution_whose_generation_has_passed_ends_quietly(world: World) -> None:
    def task(_holder: Holder) -> Directive:
        raise Superseded("generation 8")

    assert run(world, EVENT, task) == {"next": DONE.next, "seconds": 0}
    assert attend(world, EVENT, task) is None


def test_what_else_goes_wrong_is_the_machines_to_retry(world: World) -> None:
    def task(_holder: Holder) -> Directive:
        raise StoreUnavailable("throttled")

    with pytest.raises(StoreUnavailable):
        run(world, EVENT, task)
    assert cast(Any, world.telemetry).flushed


def test_directive_for_another_task_is_handed_through() -> None:
    assert handed_through({**EVENT, "next": "ask", "seconds": 90}) == {"next": "ask", "seconds": 90}
