"""The interpreter says what Step Functions would do, where the protocol's tests rely on it."""

import pytest

from tests.machine.expressions import Data
from tests.machine.interpreter import (
    Execution,
    Machine,
    ProcessDied,
    Status,
    Task,
    run,
    service_error,
    timed_out,
)

INPUT: Data = {"conversation": "slack:dm:U1", "generation": 7}


class Stopwatch:
    def __init__(self) -> None:
        self.slept: list[float] = []

    def now(self) -> int:
        return round(sum(self.slept) * 1000)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


class Recorder:
    """A task that answers, or fails, as told; the last thing for ever."""

    def __init__(self, *answers: object) -> None:
        self.answers = answers
        self.received: list[Data] = []

    def __call__(self, sent: Data) -> Data:
        answer = self.answers[min(len(self.received), len(self.answers) - 1)]
        self.received.append(sent)
        if isinstance(answer, BaseException):
            raise answer
        return {"next": answer, "seconds": 5 if answer in ("wait", "ask") else 0}


def tasks(**changed: Task) -> dict[str, Task]:
    plain: dict[str, Task] = {
        "StartTurn": Recorder("follow"),
        "FollowRun": Recorder("deliver"),
        "DeliverReply": Recorder("done"),
        "AskApproval": Recorder(None),
        "FailTurn": Recorder("deliver"),
    }
    return {**plain, **changed}


def test_plain_message_enters_five_states() -> None:
    execution = run(Machine.load(), INPUT, tasks(), Stopwatch())
    assert execution.status is Status.SUCCEEDED
    assert execution.entered == ["StartTurn", "FollowRun", "DeliverReply", "Route", "Done"]


def test_step_counts_the_tasks_entered_and_the_directive_is_handed_on() -> None:
    start, follow, deliver = Recorder("follow"), Recorder("deliver"), Recorder("again", "done")
    run(
        Machine.load(),
        INPUT,
        tasks(StartTurn=start, FollowRun=follow, DeliverReply=deliver),
        Stopwatch(),
    )
    assert start.received == [{**INPUT, "step": 0, "retry": 0}, {**INPUT, "step": 3, "retry": 0}]
    assert follow.received[0] == {**INPUT, "step": 1, "retry": 0, "next": "follow", "seconds": 0}
    assert deliver.received[1] == {**INPUT, "step": 5, "retry": 0, "next": "deliver", "seconds": 0}


@pytest.mark.parametrize(
    ("directive", "then"),
    [
        ("again", ["StartTurn"]),
        ("follow", ["FollowRun"]),
        ("deliver", ["DeliverReply"]),
        ("ask", ["AskApproval"]),
        ("wait", ["Pause", "StartTurn"]),
        ("done", ["Done"]),
        ("nonsense", ["Done"]),
    ],
)
def test_route_goes_where_the_directive_says(directive: str, then: list[str]) -> None:
    execution = run(
        Machine.load(), INPUT, tasks(DeliverReply=Recorder(directive, "done")), Stopwatch()
    )
    at = execution.entered.index("Route") + 1
    assert execution.entered[at : at + len(then)] == then


def test_wait_sleeps_before_the_next_state_is_entered() -> None:
    clock = Stopwatch()
    busy = tasks(DeliverReply=Recorder("wait"))
    execution = Execution(Machine.load(), INPUT, busy, clock)
    while "Pause" not in execution.entered:
        assert execution.step()
    assert clock.slept == []
    assert execution.pause == 5
    execution.step()
    assert clock.slept == [5]
    assert execution.entered[-1] == "StartTurn"


def test_retry_repeats_the_task_with_a_growing_counter() -> None:
    start, clock = Recorder(ValueError("no"), service_error(), "follow"), Stopwatch()
    execution = run(Machine.load(), INPUT, tasks(StartTurn=start), clock)
    assert [sent["retry"] for sent in start.received] == [0, 1, 2]
    assert [sent["step"] for sent in start.received] == [0, 0, 0]
    assert clock.slept == [2, 1]
    assert execution.entered.count("StartTurn") == 1


def test_each_retrier_has_a_counter_of_its_own_and_the_catch_follows() -> None:
    follow, fail = Recorder(timed_out()), Recorder("deliver")
    execution = run(Machine.load(), INPUT, tasks(FollowRun=follow, FailTurn=fail), Stopwatch())
    assert len(follow.received) == 4
    assert fail.received == [
        {
            **INPUT,
            "step": 2,
            "retry": 0,
            "next": "fail",
            "error": {"Error": "States.Timeout", "Cause": "simulated"},
        }
    ]
    assert execution.entered[1:4] == ["FollowRun", "FailTurn", "DeliverReply"]


def test_dead_process_is_retried_as_an_unknown_answer() -> None:
    follow, clock = Recorder(ProcessDied(), "deliver"), Stopwatch()
    assert run(Machine.load(), INPUT, tasks(FollowRun=follow), clock).status is Status.SUCCEEDED
    assert clock.slept == [1]


def test_throttled_task_waits_for_capacity_and_starts_over() -> None:
    throttled = service_error("Lambda.TooManyRequestsException")
    follow = Recorder(*[throttled] * 6, "deliver")
    execution = run(Machine.load(), INPUT, tasks(FollowRun=follow), Stopwatch())
    assert execution.entered[:5] == ["StartTurn", "FollowRun", "Pause", "StartTurn", "FollowRun"]
    assert execution.status is Status.SUCCEEDED


def test_failure_of_fail_turn_fails_the_execution() -> None:
    broken = Recorder(RuntimeError("store is gone"))
    execution = run(
        Machine.load(), INPUT, tasks(StartTurn=broken, FailTurn=Recorder(timed_out())), Stopwatch()
    )
    assert execution.status is Status.FAILED
    assert execution.error == "States.Timeout"


def test_answer_without_a_directive_is_a_failure_of_the_task() -> None:
    def silent(sent: Data) -> Data:
        return {"next": "follow"}

    fail = Recorder("deliver")
    run(Machine.load(), INPUT, tasks(StartTurn=silent, FailTurn=fail), Stopwatch())
    assert fail.received[0]["error"]["Error"] == "States.QueryEvaluationError"


def test_text_too_long_for_the_machine_ends_the_execution() -> None:
    def talkative(sent: Data) -> Data:
        return {"next": "x" * 300_000, "seconds": 0}

    execution = run(Machine.load(), INPUT, tasks(StartTurn=talkative), Stopwatch())
    assert (execution.status, execution.error) == (Status.FAILED, "States.DataLimitExceeded")


def test_executions_interleave_and_one_may_die() -> None:
    first = Execution(Machine.load(), INPUT, tasks(), Stopwatch())
    second = Execution(Machine.load(), {**INPUT, "generation": 8}, tasks(), Stopwatch())
    first.step()
    second.finish()
    first.abort()
    assert not first.step()
    assert (first.entered, first.status) == (["StartTurn"], Status.ABORTED)


def test_definition_outside_the_subset_is_refused() -> None:
    odd = {"Type": "Task", "Credentials": {}}
    with pytest.raises(ValueError, match="S: not interpreted: Credentials"):
        Machine({"QueryLanguage": "JSONata", "StartAt": "S", "States": {"S": odd}})
