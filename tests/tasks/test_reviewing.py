"""A change is shown, waits, and is told to an end, whatever the platform and the machine do."""

import pytest

from parley.core.limits import MINUTE
from parley.core.tasks.change import ChangeState, Ruling
from parley.core.tasks.task import TaskState
from parley.errors import (
    ChannelError,
    ChannelUnavailable,
    RateLimited,
    SendUncertain,
    StoreUnavailable,
    Undeliverable,
)
from tests.fakes.channel import Asked, Posted
from tests.tasks.simulation import TaskSimulation

ASKED = "demo @stub fix the test"
PATCH = '{"a.txt": "new"}'


def asked(simulation: TaskSimulation | None = None) -> TaskSimulation:
    simulation = simulation or TaskSimulation()
    simulation.ask(ASKED)
    simulation.settle()
    return simulation


def review(simulation: TaskSimulation) -> Asked:
    [review] = simulation.channel.asked
    return review


def files(simulation: TaskSimulation) -> list[Posted]:
    return [post for post in simulation.channel.posts if post.file]


def test_a_change_is_shown_with_its_whole_patch_beside_it() -> None:
    simulation = asked()
    prompt = review(simulation).prompt
    assert "**Review: 1 file, +1 -0**" in prompt.text
    assert f"```diff\n{PATCH}\n```" in prompt.text
    assert [(post.file, post.chunk) for post in files(simulation)] == [("t1.patch", PATCH)]
    assert "`t1.patch`" in prompt.text


def test_without_a_chat_a_change_waits_for_the_api() -> None:
    simulation = TaskSimulation()
    simulation.ask(ASKED, delivery=None)
    simulation.settle()
    assert simulation.change_state() is ChangeState.PENDING
    assert (simulation.channel.asked, simulation.channel.posts) == ([], [])
    simulation.rule("t1", Ruling.APPLY)
    simulation.settle()
    assert simulation.change_state() is ChangeState.APPLIED
    assert simulation.change().told


@pytest.mark.parametrize(
    ("way", "words"),
    [
        (Ruling.APPLY, "✅ Applied by Ada as https://forge.test/1"),
        (Ruling.REJECT, "❌ Rejected by Ada: because"),
    ],
)
def test_an_outcome_takes_the_reviews_place_and_is_told(way: Ruling, words: str) -> None:
    simulation = asked()
    simulation.rule("t1", way, "because")
    simulation.settle()
    assert review(simulation).settled[-1].startswith(words)
    assert simulation.said[-1] == f"Change `t1` of `demo`: {words}"


def test_conflicts_are_told_by_file() -> None:
    simulation = asked()

    def conflict(change: str) -> None:
        simulation.store.changes.conflicted(change, ["a.txt"])

    simulation.published = conflict
    simulation.rule("t1", Ruling.APPLY)
    simulation.settle()
    assert simulation.change_state() is ChangeState.CONFLICTED
    assert "\n- `a.txt`\n" in simulation.said[-1]


def test_an_expired_change_is_told() -> None:
    simulation = asked()
    simulation.machine.run(horizon=8 * 24 * 60 * MINUTE)
    assert "⏱️ Expired" in review(simulation).settled[-1]
    assert "⏱️ Expired" in simulation.said[-1]


def test_a_change_that_was_ruled_on_before_it_could_wait_goes_on_at_once() -> None:
    simulation = TaskSimulation()

    def rule(call: str) -> None:
        if call == "before changes.park":
            simulation.hook = lambda _call: None
            simulation.rule("t1", Ruling.REJECT)

    simulation.hook = rule
    asked(simulation)
    assert simulation.change_state() is ChangeState.REJECTED
    assert simulation.channel.asked == []
    assert simulation.change().told


def test_a_change_that_is_ruled_on_while_it_is_posted_does_not_keep_its_buttons() -> None:
    simulation = TaskSimulation()

    def rule(call: str) -> None:
        if call == "after channel.ask":
            simulation.hook = lambda _call: None
            simulation.rule("t1", Ruling.REJECT)

    simulation.hook = rule
    asked(simulation)
    assert "❌ Rejected by Ada" in review(simulation).settled[0]


@pytest.mark.parametrize(
    "error", [RateLimited(7), ChannelUnavailable("503"), SendUncertain("no answer")]
)
def test_a_review_that_the_platform_does_not_take_now_is_posted_later(
    error: ChannelError,
) -> None:
    simulation = TaskSimulation()
    simulation.channel.refuse_prompts = [error] * 5
    asked(simulation)
    assert len(simulation.channel.asked) == 1
    assert simulation.change().prompt is not None
    simulation.rule("t1", Ruling.REJECT)
    simulation.settle()
    assert simulation.change().told


def test_after_an_hour_the_platform_is_given_up_and_the_change_still_waits() -> None:
    simulation = TaskSimulation()
    simulation.channel.refuse_prompts = [ChannelUnavailable("503")] * 1_000
    asked(simulation)
    assert 0 < len(simulation.channel.refuse_prompts) < 1_000
    assert simulation.change_state() is ChangeState.PENDING
    simulation.rule("t1", Ruling.APPLY)
    simulation.settle()
    assert simulation.change_state() is ChangeState.APPLIED


def test_where_nobody_can_be_asked_the_change_waits_for_the_api() -> None:
    simulation = TaskSimulation()
    simulation.channel.refuse_prompts = [Undeliverable("kicked")]
    asked(simulation)
    assert simulation.change_state() is ChangeState.PENDING
    assert simulation.channel.asked == []
    assert "review_not_posted" in [name for name, _, _ in simulation.telemetry.failures]


def patch_fails(simulation: TaskSimulation, error: ChannelError) -> None:
    """The first posts are the task's own."""

    def fail(call: str) -> None:
        if call == "before changes.park":
            simulation.channel.fail(simulation.channel.sends + 1, error)
            simulation.hook = lambda _call: None

    simulation.hook = fail


def test_a_file_that_cannot_be_posted_is_not_spoken_of() -> None:
    simulation = TaskSimulation()
    patch_fails(simulation, Undeliverable("no files here"))
    asked(simulation)
    assert "t1.patch" not in review(simulation).prompt.text


def test_a_file_under_a_rate_limit_is_posted_later() -> None:
    simulation = TaskSimulation()
    patch_fails(simulation, RateLimited(3))
    asked(simulation)
    assert "`t1.patch`" in review(simulation).prompt.text
    assert len(files(simulation)) == 1


def test_a_patch_that_is_gone_does_not_keep_the_change_from_being_ruled_on() -> None:
    simulation = TaskSimulation()

    def lose(call: str) -> None:
        if call == "before changes.park":
            simulation.depot.files.clear()

    simulation.hook = lose
    asked(simulation)
    assert "```" not in review(simulation).prompt.text
    simulation.rule("t1", Ruling.REJECT)
    simulation.settle()
    assert simulation.change().told


def test_a_patch_that_is_another_one_by_now_is_not_shown() -> None:
    simulation = TaskSimulation()

    def exchange(call: str) -> None:
        if call == "before changes.park":
            simulation.depot.files = dict.fromkeys(simulation.depot.files, b"harmless")

    simulation.hook = exchange
    asked(simulation)
    assert "harmless" not in review(simulation).prompt.text
    assert files(simulation) == []
    assert "patch_not_shown" in [name for name, _, _ in simulation.telemetry.failures]


def test_what_could_not_be_published_is_told_and_waits_again() -> None:
    simulation = asked()
    publish = simulation.published

    def withdraw(change: str) -> None:
        simulation.store.changes.withdrawn(change, "no rights")

    simulation.published = withdraw
    simulation.rule("t1", Ruling.APPLY)
    simulation.settle()
    assert simulation.change_state() is ChangeState.PENDING
    assert "could not be published: no rights" in simulation.said[-1]
    assert len(simulation.channel.asked) == 1
    simulation.published = publish
    simulation.rule("t1", Ruling.APPLY)
    simulation.settle()
    assert simulation.change_state() is ChangeState.APPLIED


def test_a_publisher_that_keeps_failing_leaves_the_change_to_people() -> None:
    simulation = asked()

    def fail(change: str) -> None:
        raise StoreUnavailable("down")

    simulation.published = fail
    simulation.rule("t1", Ruling.APPLY)
    simulation.settle()
    assert simulation.change_state() is ChangeState.PENDING
    assert "could not be published: it kept failing" in simulation.said[-1]


@pytest.mark.parametrize("error", [RateLimited(5), ChannelUnavailable("503")])
def test_an_outcome_that_the_platform_does_not_take_now_is_told_later(
    error: ChannelError,
) -> None:
    simulation = asked()
    simulation.channel.fail(simulation.channel.sends + 1, error)
    simulation.rule("t1", Ruling.REJECT)
    simulation.settle()
    assert "❌ Rejected by Ada" in simulation.said[-1]
    assert simulation.change().told


def test_a_chat_that_is_gone_does_not_keep_a_change_open() -> None:
    simulation = asked()
    simulation.channel.fail(simulation.channel.sends + 1, Undeliverable("kicked"))
    simulation.rule("t1", Ruling.REJECT)
    simulation.settle()
    assert simulation.change().told
    assert list(simulation.store.tasks.live()) == []


def test_a_revision_is_told_where_the_change_was_reviewed() -> None:
    simulation = asked()
    ruled = simulation.rule("t1", Ruling.REVISE, "also that")
    simulation.settle()
    assert ruled.task is not None
    assert f"task `{ruled.task.id}` goes on from it" in simulation.channel.asked[0].settled[-1]
    assert simulation.task(ruled.task.id).state is TaskState.COMPLETED
    assert simulation.change().told


def test_the_patch_is_posted_once_however_often_the_review_is_refused() -> None:
    simulation = TaskSimulation()
    simulation.channel.refuse_prompts = [RateLimited(3)] * 6

    asked(simulation)

    assert len(files(simulation)) == 1
    assert "`t1.patch`" in review(simulation).prompt.text
