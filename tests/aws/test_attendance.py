"""A machine that waits for a token hears that its work goes on, and when it is done."""

import json
import threading
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from parley.adapters.aws.attendance import Attendance


@dataclass
class Machine:
    """Fails as often as it is told to; `beaten` is set at the second heartbeat."""

    failures: int = 0
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    beaten: threading.Event = field(default_factory=threading.Event)

    def send_task_heartbeat(self, **request: Any) -> None:
        self._note("heartbeat", request)
        if len(self.calls) > 1:
            self.beaten.set()

    def send_task_success(self, **request: Any) -> None:
        self._note("success", request)

    def _note(self, name: str, request: dict[str, Any]) -> None:
        self.calls.append((name, request))
        if self.failures:
            self.failures -= 1
            raise ClientError({"Error": {"Code": "TaskTimedOut", "Message": "no"}}, name)


def attending(machine: Machine, failed: list[str]) -> Attendance:
    return Attendance(machine, "token", lambda name, error: failed.append(name), every=0.01)


def test_heartbeats_are_sent_until_it_is_done() -> None:
    machine = Machine()
    with attending(machine, []) as attendance:
        assert machine.beaten.wait(10)
        attendance.done({"task": "t1"})
    assert machine.calls[0] == ("heartbeat", {"taskToken": "token"})
    name, request = machine.calls[-1]
    assert (name, request["taskToken"]) == ("success", "token")
    assert json.loads(request["output"]) == {"task": "t1"}


def test_heart_goes_on_beating_where_one_beat_is_refused() -> None:
    machine, failed = Machine(failures=1), list[str]()
    with attending(machine, failed):
        assert machine.beaten.wait(10)
    assert failed == ["machine_not_told"]


def test_work_that_fails_is_not_told_as_done() -> None:
    machine = Machine()
    try:
        with attending(machine, []):
            raise RuntimeError("broken")
    except RuntimeError:
        pass
    assert {name for name, _ in machine.calls} <= {"heartbeat"}
