"""Which files a runner is given addresses for."""

import pytest

from parley.services.tasks.depot_keeping import DepotKeeping
from tests.fakes.world import RecordingTelemetry
from tests.tasks.simulation import TaskSimulation


class Named:
    def address(self, verb: str, key: str) -> str:
        return f"https://bucket.test/{verb}/{key}"


def keeping(simulation: TaskSimulation) -> DepotKeeping:
    store = simulation.store
    return DepotKeeping(store.tasks, store.changes, Named(), RecordingTelemetry())


def running() -> tuple[TaskSimulation, DepotKeeping]:
    simulation = TaskSimulation()
    simulation.ask("demo @stub fix it")
    now = simulation.clock.now()
    assert simulation.store.tasks.claim("t1", now, now + 45_000) is not None
    return simulation, keeping(simulation)


def test_a_holder_may_put_its_own_files() -> None:
    _, depot = running()

    assert depot.address("t1", 1, "put", "tasks/t1/1/change.patch") == {
        "url": "https://bucket.test/put/tasks/t1/1/change.patch"
    }


@pytest.mark.parametrize(
    ("task", "fence", "verb", "key"),
    [
        ("t1", 2, "put", "tasks/t1/2/change.patch"),
        ("t1", 1, "put", "tasks/t1/2/change.patch"),
        ("t1", 1, "put", "tasks/t2/1/change.patch"),
        ("t1", 1, "put", "tasks/t1/1/a/b"),
        ("t1", 1, "put", "tasks/t1/1/../../t2/1/change.patch"),
        ("t1", 1, "put", "texts/x"),
        ("t1", 1, "get", "tasks/t1/1/change.patch"),
        ("t1", 1, "get", "texts/x"),
        ("t1", 1, "get", ""),
        ("t1", 1, "delete", "tasks/t1/1/change.patch"),
        ("t2", 1, "put", "tasks/t2/1/change.patch"),
    ],
)
def test_nothing_else_is_handed_out(task: str, fence: int, verb: str, key: str) -> None:
    _, depot = running()

    assert set(depot.address(task, fence, verb, key)) == {"refused"}


def test_what_a_task_goes_on_from_can_be_read() -> None:
    simulation = TaskSimulation()
    simulation.ask("demo @stub begin")
    simulation.settle()
    follow_up = simulation.parts.submitting.submit_follow_up(
        simulation.change(), "more", "t2", simulation.task().requester, None
    )
    now = simulation.clock.now()
    assert simulation.store.tasks.claim(follow_up.id, now, now + 45_000) is not None

    bundle = simulation.change().snapshot.bundle_key

    assert "url" in keeping(simulation).address("t2", 1, "get", bundle)
    assert "refused" in keeping(simulation).address(
        "t2", 1, "get", simulation.change().snapshot.patch_key
    )


def test_what_is_over_gets_no_more_files() -> None:
    simulation = TaskSimulation()
    simulation.ask("demo @stub fix it")
    simulation.settle()

    answer = keeping(simulation).address("t1", 1, "put", "tasks/t1/1/change.patch")

    assert answer == {"refused": "not the task's holder"}
