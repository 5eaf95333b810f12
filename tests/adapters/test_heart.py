"""A runner's heart: the lease is renewed whatever else goes on."""

import threading
from dataclasses import dataclass, field, replace
from typing import Any, cast

from parley.adapters.heart import LEASE, LeaseHeart
from parley.core.tasks.task import Task
from parley.errors import Fenced, StoreUnavailable
from tests.core.tasks.builders import task
from tests.fakes.world import FakeClock, RecordingTelemetry

SECONDS = 10.0


@dataclass
class Renewing:
    """The one call that a heart makes of the task store. `answers` are given in turn, the last one
    for ever."""

    answers: list[Task | Exception]
    leases: list[int] = field(default_factory=list)
    beat: threading.Event = field(default_factory=threading.Event)

    def renew(self, task: Task, now: int, lease_until: int) -> Task:
        self.leases.append(lease_until)
        last = len(self.answers) == 1
        answer = self.answers[0] if last else self.answers.pop(0)
        if last:
            self.beat.set()
        if isinstance(answer, Exception):
            raise answer
        return answer


def heart(tasks: Renewing) -> LeaseHeart:
    return LeaseHeart(cast(Any, tasks), task(), FakeClock(), RecordingTelemetry(), period=0.01)


def test_a_beat_renews_the_lease() -> None:
    tasks = Renewing([task()])

    with heart(tasks) as beating:
        assert tasks.beat.wait(SECONDS)

    assert tasks.leases[0] == FakeClock().now() + LEASE
    assert not beating.cancelled


def test_a_cancel_is_heard_of() -> None:
    tasks = Renewing([replace(task(), cancel_at=1)])

    with heart(tasks) as beating:
        assert tasks.beat.wait(SECONDS)

    assert beating.cancelled
    assert not beating.lost


def test_another_runners_claim_is_heard_of() -> None:
    tasks = Renewing([Fenced("another")])

    with heart(tasks) as beating:
        assert tasks.beat.wait(SECONDS)

    assert beating.lost


def test_a_store_that_fails_once_is_no_end() -> None:
    tasks = Renewing([StoreUnavailable("hm"), replace(task(), cancel_at=1)])

    with heart(tasks) as beating:
        assert tasks.beat.wait(SECONDS)

    assert beating.cancelled


def test_a_task_that_was_cancelled_before_is_known_at_once() -> None:
    tasks = Renewing([task()])
    cancelled = replace(task(), cancel_at=1)

    beating = LeaseHeart(cast(Any, tasks), cancelled, FakeClock(), RecordingTelemetry())

    assert beating.cancelled


def test_no_answer_of_the_table_makes_the_heart_stand_still() -> None:
    tasks = Renewing([KeyError("state"), replace(task(), cancel_at=1)])

    with heart(tasks) as beating:
        assert tasks.beat.wait(SECONDS)

    assert beating.cancelled
