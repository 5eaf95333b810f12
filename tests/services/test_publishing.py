"""Publishing an approved change: whatever breaks and wherever, there is one branch, one pull
request, and one word on how it went."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import pytest

from parley.core.tasks.change import ChangeState
from parley.errors import (
    ForgeError,
    ForgeUnavailable,
    ParleyError,
    SecretUnavailable,
    StoreUnavailable,
    WorkbenchError,
)
from parley.ports.work import Merged
from tests.core.tasks.builders import PROJECT
from tests.machine.interpreter import ProcessDied
from tests.protocol.points import Points
from tests.services.publishing_stage import ADDRESS, BUNDLE, CREDENTIAL, Stage


def test_a_change_becomes_a_branch_and_a_pull_request() -> None:
    stage = Stage()
    stage.publish()
    source, bundle, commit, base, patch, message = stage.publisher.pushed["parley/t1"]
    snapshot = stage.change.snapshot
    assert (source.repository, source.branch, source.credential) == (
        PROJECT.repository,
        snapshot.base_ref,
        CREDENTIAL,
    )
    assert (bundle, commit, base, patch) == (
        BUNDLE,
        snapshot.commit,
        snapshot.base,
        snapshot.patch_sha256,
    )
    repository, credential, into, title, body = stage.forge.opened["parley/t1"]
    assert (repository, credential, into) == (PROJECT.repository, CREDENTIAL, snapshot.base_ref)
    assert title in message
    assert "Done as asked." in body
    done = stage.change
    assert (done.state, done.branch, done.commit, done.url) == (
        ChangeState.APPLIED,
        "parley/t1",
        "c" * 40,
        ADDRESS,
    )


@pytest.mark.parametrize(
    "state", [None, ChangeState.REJECTED, ChangeState.SUPERSEDED], ids=lambda state: str(state)
)
def test_nothing_leaves_that_is_not_approved(state: ChangeState | None) -> None:
    stage = Stage(approved=False)
    if state is not None:
        stage.decide(state)
    stage.publish()
    assert not stage.publisher.pushed
    assert not stage.forge.opened
    assert stage.change.state is (state or ChangeState.PENDING)


def test_what_was_published_is_not_published_again() -> None:
    stage = Stage()
    stage.publish()
    stage.points = Points()
    stage.publish()
    assert [place for place in stage.points.reached if "publisher" in place] == []


def test_an_unknown_change_is_nothing_to_publish() -> None:
    Stage().publishing.publish("none")


def test_files_that_do_not_merge_are_told_and_nothing_is_opened() -> None:
    stage = Stage()
    stage.publisher.merged = Merged(conflicts=("a.py", "b.py"))
    stage.publish()
    assert stage.change.state is ChangeState.CONFLICTED
    assert stage.change.conflicts == ("a.py", "b.py")
    assert not stage.forge.opened


def test_wherever_the_process_dies_a_repeat_makes_it_one() -> None:
    undisturbed = Stage()
    undisturbed.publish()
    places = undisturbed.points.reached
    assert {"after publisher.publish", "after forge.open_pull_request"} <= set(places)
    for index, place in enumerate(places):
        stage = Stage()
        stage.points = Points({index: died})
        with pytest.raises(ProcessDied):
            stage.publish()
        stage.publish()
        assert (stage.publisher.pushes, stage.forge.requests) == (1, 1), place
        assert stage.change.state is ChangeState.APPLIED, place
        assert stage.change.url == ADDRESS


def died() -> None:
    raise ProcessDied


@pytest.mark.parametrize(
    ("place", "error"),
    [
        ("before depot.get", StoreUnavailable("the bucket did not answer")),
        ("before secrets.get", SecretUnavailable("throttled")),
        ("before forge.open_pull_request", ForgeUnavailable("GitHub answered 502")),
        ("before changes.published", StoreUnavailable("throttled")),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_what_may_be_over_soon_is_raised_and_leaves_the_change_approved(
    place: str, error: ParleyError
) -> None:
    stage = Stage()
    stage.raise_at(place, error)
    with pytest.raises(type(error)):
        stage.publish()
    left = stage.change
    stage.points = Points()
    stage.publish()
    assert (stage.publisher.pushes, stage.forge.requests) == (1, 1)
    assert (left.state, stage.change.state) == (ChangeState.APPROVED, ChangeState.APPLIED)


class Forgetful:
    """The table has expired the task, and its change not yet."""

    def get(self, id: str) -> None:
        return None


def no_task(stage: Stage) -> None:
    stage.store = replace(stage.store, tasks=cast(Any, Forgetful()))


def no_project(stage: Stage) -> None:
    stage.store.registry.remove_project("demo")


def no_repository(stage: Stage) -> None:
    stage.store.registry.put_project(replace(PROJECT, repository=""))


def no_credential(stage: Stage) -> None:
    stage.store.registry.put_project(PROJECT)


def no_secret(stage: Stage) -> None:
    stage.secrets.values = {}


def no_files(stage: Stage) -> None:
    stage.depot.files.clear()


def no_push(stage: Stage) -> None:
    stage.raise_at("before publisher.publish", WorkbenchError("The patch is another one"))


def no_right(stage: Stage) -> None:
    stage.raise_at("before forge.open_pull_request", ForgeError("It may not"))


@pytest.mark.parametrize(
    ("disturb", "trouble"),
    [
        (no_task, "The task that made it is no longer there"),
        (no_project, "Project `demo` is no longer there"),
        (no_repository, "Project `demo` has no repository any more"),
        (no_credential, "names no credential"),
        (no_secret, "the secret forge has no value"),
        (no_files, "The files of the change are gone"),
        (no_push, "The patch is another one"),
        (no_right, "It may not. Its branch `parley/t1` is pushed"),
    ],
)
def test_what_stays_wrong_makes_the_change_pending_again_with_the_reason(
    disturb: Callable[[Stage], None], trouble: str
) -> None:
    stage = Stage()
    disturb(stage)
    stage.publish()
    assert stage.change.state is ChangeState.PENDING
    assert trouble in stage.change.trouble
    assert CREDENTIAL not in stage.change.trouble


def test_a_change_that_was_withdrawn_can_be_approved_and_published() -> None:
    stage = Stage()
    no_right(stage)
    stage.publish()
    stage.points = Points()
    stage.decide(ChangeState.APPROVED)
    stage.publish()
    assert stage.change.state is ChangeState.APPLIED
    assert stage.publisher.pushes == 1
