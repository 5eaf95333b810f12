"""A state that waits for a callback, as Step Functions has it."""

import pytest

from tests.fakes.world import FakeClock
from tests.machine.callbacks import send_task_success
from tests.machine.errors import StatesError
from tests.machine.expressions import Data
from tests.machine.interpreter import (
    Execution,
    Machine,
    ProcessDied,
    Status,
    Task,
    service_error,
)
from tests.machine.test_interpreter import INPUT, Recorder, tasks

FOLLOW: Data = {"next": "follow", "seconds": 0}
SECONDS = 5  # what Recorder says with `ask`


def asked(clock: FakeClock, ask: Task, **changed: Task) -> Execution:
    """An execution whose follower wants people to be asked, up to the call of that task."""
    follow = Recorder("ask", "deliver")
    playing = tasks(FollowRun=follow, AskApproval=ask, DeliverReply=Recorder("ask", "done"))
    execution = Execution(Machine.load(), INPUT, {**playing, **changed}, clock)
    while "AskApproval" not in execution.entered:
        assert execution.step()
    return execution


def test_the_function_gets_the_payload_with_a_token_and_what_it_returns_is_dropped() -> None:
    ask = Recorder("nonsense")
    execution = asked(FakeClock(), ask)
    assert ask.received == [
        {
            **INPUT,
            "step": 3,
            "retry": 0,
            "token": execution.waiting_token,
            "next": "ask",
            "seconds": SECONDS,
        }
    ]
    assert execution.state == "AskApproval"


def test_callback_is_handed_on_as_a_directive() -> None:
    clock, follow = FakeClock(), Recorder("ask", "deliver")
    execution = asked(clock, Recorder(None), FollowRun=follow)
    token, end = execution.waiting_token or "", clock.now() + SECONDS * 1000
    assert (execution.deadline, execution.wake_at) == (end, end)

    assert execution.succeed(token, FOLLOW)

    assert execution.waiting_token is None
    assert execution.wake_at == clock.now()
    execution.finish()
    assert execution.entered[-6:] == [
        *("AskApproval", "Route"),
        *("FollowRun", "DeliverReply", "Route", "Done"),
    ]
    assert follow.received[-1] == {**INPUT, "step": 4, "retry": 0, **FOLLOW}


def test_callback_may_come_before_the_function_has_returned() -> None:
    clock = FakeClock()

    def decided_already(sent: Data) -> None:
        assert executions[0].succeed(sent["token"], FOLLOW)

    executions: list[Execution] = []
    follow = Recorder("ask", "deliver")
    playing = tasks(
        FollowRun=follow, AskApproval=decided_already, DeliverReply=Recorder("ask", "done")
    )
    executions.append(Execution(Machine.load(), INPUT, playing, clock))
    before = clock.now()
    assert executions[0].finish().status is Status.SUCCEEDED
    assert clock.now() == before


def test_what_a_callback_brought_outlives_the_end_of_its_function() -> None:
    clock, executions = FakeClock(), list[Execution]()

    def decided_then_dead(sent: Data) -> None:
        executions[0].succeed(sent["token"], FOLLOW)
        raise ProcessDied

    playing = tasks(
        FollowRun=Recorder("ask", "deliver"),
        AskApproval=decided_then_dead,
        DeliverReply=Recorder("ask", "done"),
    )
    executions.append(Execution(Machine.load(), INPUT, playing, clock))
    assert executions[0].finish().entered.count("AskApproval") == 1


def test_without_a_callback_the_wait_ends_at_its_deadline_and_the_run_is_followed() -> None:
    clock, follow = FakeClock(), Recorder("ask", "deliver")
    execution = asked(clock, Recorder(None), FollowRun=follow)
    deadline = execution.deadline
    execution.step()
    assert clock.now() == deadline
    execution.finish()
    assert execution.status is Status.SUCCEEDED
    assert execution.entered.count("AskApproval") == 1
    assert follow.received[-1] == {**INPUT, "step": 4, "retry": 0, **FOLLOW}


def test_callback_that_comes_while_the_clock_moves_to_the_deadline_is_in_time() -> None:
    clock = FakeClock()
    execution = asked(clock, Recorder(None))
    token = execution.waiting_token or ""
    clock.after(1, lambda: execution.succeed(token, {"next": "wait", "seconds": 5}))
    execution.step()
    execution.step()
    assert execution.state == "Pause"


@pytest.mark.parametrize("failing", [service_error(), ProcessDied(), ValueError("no")])
def test_function_that_fails_is_called_again_with_another_token(failing: BaseException) -> None:
    ask = Recorder(failing, None)
    execution = asked(FakeClock(), ask)
    assert execution.waiting_token is None
    execution.step()
    assert [sent["retry"] for sent in ask.received] == [0, 1]
    assert ask.received[1]["token"] == execution.waiting_token != ask.received[0]["token"]
    assert not execution.succeed(ask.received[0]["token"], FOLLOW)
    assert execution.tokens == [sent["token"] for sent in ask.received]


def test_function_that_keeps_failing_fails_the_turn() -> None:
    fail = Recorder("deliver")
    execution = asked(FakeClock(), Recorder(ValueError("no")), FailTurn=fail)
    execution.finish()
    assert fail.received[0]["error"] == {"Error": "ValueError", "Cause": "no"}
    assert fail.received[0]["step"] == 4


def test_only_the_first_callback_counts() -> None:
    execution = asked(FakeClock(), Recorder(None))
    token = execution.waiting_token or ""
    assert execution.succeed(token, FOLLOW)
    assert not execution.succeed(token, {"next": "done", "seconds": 0})
    execution.step()
    assert execution.data["next"] == "follow"


@pytest.mark.parametrize("ending", ["timeout", "abort", "answered"])
def test_late_callback_is_told_that_the_task_has_ended(ending: str) -> None:
    execution = asked(FakeClock(), Recorder(None))
    token = execution.waiting_token or ""
    match ending:
        case "timeout":
            execution.step()
        case "abort":
            execution.abort()
        case "answered":
            send_task_success([execution], token, FOLLOW)
    with pytest.raises(StatesError) as refused:
        send_task_success([execution], token, FOLLOW)
    assert refused.value.error == "TaskTimedOut"


def test_callback_with_a_token_that_nobody_gave_is_refused() -> None:
    with pytest.raises(StatesError) as refused:
        send_task_success([asked(FakeClock(), Recorder(None))], "made up", FOLLOW)
    assert refused.value.error == "TaskDoesNotExist"


def test_callback_without_a_directive_is_asked_for_again() -> None:
    ask = Recorder(None)
    execution = asked(FakeClock(), ask)
    execution.succeed(execution.waiting_token or "", {"next": "follow"})
    execution.step()
    execution.step()
    assert [sent["retry"] for sent in ask.received] == [0, 1]


@pytest.mark.parametrize("seconds", [0, -1, 1.5, "5", 100_000_000])
def test_wait_of_no_whole_seconds_fails_the_turn(seconds: object) -> None:
    ask, fail = Recorder(None), Recorder("deliver")

    def deliver(sent: Data) -> Data:
        asking = not ask.received and not fail.received
        return {"next": "ask", "seconds": seconds} if asking else {"next": "done", "seconds": 0}

    execution = Execution(
        Machine.load(),
        INPUT,
        tasks(AskApproval=ask, DeliverReply=deliver, FailTurn=fail),
        FakeClock(),
    )
    execution.finish()
    assert (len(ask.received), len(fail.received)) == (0, 1)
