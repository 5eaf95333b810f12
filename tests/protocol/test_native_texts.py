"""What a native task's agent wrote is kept as an external one's is."""

from typing import Any, cast

from parley.core.tasks.task import TaskState
from parley.core.tasks.transcript import Transcript
from parley.services.tasks.ending import Ending
from parley.services.tasks.recording import Advancing
from parley.services.tasks.reporting import Reporting
from tests.fakes.agent_runs import Answer, Fail, Step
from tests.fakes.world import RecordingTelemetry
from tests.protocol.native_simulation import NativeSimulation
from tests.tasks.work import MemoryDepot

WORDS = "word " * 200


class NobodyWaits:
    """In the place of the dispatcher."""

    def dispatch(self) -> int:
        return 0


def recorded(depot: MemoryDepot, *steps: Step) -> NativeSimulation:
    """RecordTask's part is played by the real one, beside the simulation's own machine."""
    simulation = NativeSimulation()
    simulation.agent.script(*steps)
    simulation.ask_for()
    while simulation.task().outcome is None:
        assert simulation.turn_the_world()
    store, clock, telemetry = simulation.task_store, simulation.clock, RecordingTelemetry()
    nobody = cast(Any, NobodyWaits())
    ending = Ending(store.tasks, nobody, clock, telemetry, cast(Any, None))
    reporting = Reporting(store.tasks, depot, {}, clock, telemetry)
    native = simulation.native.ending
    Advancing(
        store.tasks, store.changes, ending, native, reporting, depot, clock, telemetry
    ).record("t1")
    return simulation


def test_the_whole_text_is_kept_and_not_the_summary_alone() -> None:
    depot = MemoryDepot()
    task = recorded(depot, Answer(WORDS)).task()
    transcript = Transcript.read(depot.files[task.transcript])
    assert (transcript.text, transcript.text_cut) == (WORDS.strip(), False)
    assert (transcript.prompt, transcript.cost) == ("fix it", task.cost)
    assert task.summary == WORDS[:500]


def test_it_has_an_end_as_an_external_ones_has() -> None:
    depot = MemoryDepot()
    task = recorded(depot, Answer("x" * 60_000)).task()
    transcript = Transcript.read(depot.files[task.transcript])
    assert (len(transcript.text), transcript.text_cut) == (50_000, True)


def test_where_nothing_was_written_nothing_is_kept() -> None:
    depot = MemoryDepot()
    task = recorded(depot, Fail("no model")).task()
    assert (task.state, task.transcript, depot.files) == (TaskState.FAILED, "", {})


def test_a_bucket_that_fails_does_not_keep_a_native_task_from_its_end() -> None:
    task = recorded(MemoryDepot(refuses="transcript"), Answer(WORDS)).task()
    assert (task.state, task.transcript) == (TaskState.COMPLETED, "")
