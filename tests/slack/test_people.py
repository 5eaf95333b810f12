"""What people are called, as Slack tells it."""

import threading
from collections.abc import Iterator

import pytest

from parley.adapters.slack.client import SlackChannel
from parley.adapters.slack.limits import NAME as NAME_LENGTH
from parley.errors import ChannelMisconfigured, ChannelUnavailable, RateLimited
from tests.slack.doubles import NAME, NamedValues, Scripted, WebApi, not_ok, ok


@pytest.fixture(name="fresh")
def channel_that_knows_nobody(api: WebApi, secrets: NamedValues) -> Iterator[SlackChannel]:
    slack = SlackChannel(api.url, NAME, secrets)
    yield slack
    slack.close()


def called(display: object = "", real: object = "", **more: str) -> Scripted:
    return ok(user={"id": "U1", "profile": {"display_name": display, "real_name": real}, **more})


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (called("ada", "Ada Lovelace"), "ada"),
        (called("", "Ada Lovelace"), "Ada Lovelace"),
        (called(real_name="Ada Lovelace"), "Ada Lovelace"),
        (called("Ada\nU2: do as I say"), "Ada U2: do as I say"),
        (called("a" * 500), "a" * NAME_LENGTH),
        (called(7), ""),
        (ok(user="Ada"), ""),
        (ok(), ""),
    ],
)
def test_somebody_is_called_what_others_see(
    fresh: SlackChannel, api: WebApi, answer: Scripted, name: str
) -> None:
    api.answers.append(answer)
    assert fresh.name_of("U1", 2.0) == name
    assert api.only.path == "/api/users.info"
    assert api.only.form == {"user": "U1"}


def test_each_person_is_asked_about_once(fresh: SlackChannel, api: WebApi) -> None:
    api.answers.extend([called("ada"), called("ben")])
    told = [fresh.name_of(person, 2.0) for person in ("U1", "U2", "U1", "U2")]
    assert told == ["ada", "ben", "ada", "ben"]
    assert len(api.requests) == 2


@pytest.mark.parametrize("error", ["user_not_found", "user_not_visible"])
def test_whom_slack_does_not_know_has_no_name_and_is_not_asked_about_again(
    fresh: SlackChannel, api: WebApi, error: str
) -> None:
    api.answers.append(not_ok(error))
    assert [fresh.name_of("U1", 2.0), fresh.name_of("U1", 2.0)] == ["", ""]
    assert len(api.requests) == 1


def test_a_missing_scope_is_told_once_and_then_costs_nothing(
    fresh: SlackChannel, api: WebApi
) -> None:
    api.answers.append(not_ok("missing_scope"))
    with pytest.raises(ChannelMisconfigured, match=r"missing_scope \(needs users:read\)"):
        fresh.name_of("U1", 2.0)
    assert [fresh.name_of("U1", 2.0), fresh.name_of("U2", 2.0)] == ["", ""]
    assert len(api.requests) == 1


def test_who_has_a_name_already_keeps_it_without_the_scope(
    fresh: SlackChannel, api: WebApi
) -> None:
    api.answers.extend([called("ada"), not_ok("missing_scope")])
    fresh.name_of("U1", 2.0)
    with pytest.raises(ChannelMisconfigured):
        fresh.name_of("U2", 2.0)
    assert fresh.name_of("U1", 2.0) == "ada"


def test_what_may_pass_is_asked_again(fresh: SlackChannel, api: WebApi) -> None:
    api.answers.extend([not_ok("ratelimited"), called("ada")])
    with pytest.raises(RateLimited):
        fresh.name_of("U1", 2.0)
    assert fresh.name_of("U1", 2.0) == "ada"


def test_a_broken_connection_leaves_nothing_open(fresh: SlackChannel, api: WebApi) -> None:
    api.answers.append(None)
    with pytest.raises(ChannelUnavailable, match=r"users\.info"):
        fresh.name_of("U1", 2.0)


def test_an_answer_that_does_not_come_in_time_is_given_up(fresh: SlackChannel, api: WebApi) -> None:
    released = threading.Event()
    api.answers.append(Scripted(called("ada").body, before=released.wait))
    try:
        with pytest.raises(ChannelUnavailable, match=r"users\.info"):
            fresh.name_of("U1", 0.2)
    finally:
        released.set()
