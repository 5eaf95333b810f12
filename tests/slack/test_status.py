"""What Slack shows of a thread beside its messages: a session with a stop button, or a line."""

from collections.abc import Iterator

import pytest

from parley.adapters.slack.client import SlackChannel
from parley.core.approval import Prompt
from parley.core.delivery import Delivery
from parley.core.reply import Part
from parley.errors import ChannelError, ChannelMisconfigured, RateLimited, SendUncertain
from tests.slack.doubles import NAME, NamedValues, Scripted, WebApi, not_ok
from tests.slack.places import DIRECT, GROUP_MESSAGE, THREAD, TOP_LEVEL, post

NO_AGENT = not_ok("an_error_for_apps_that_are_no_agents")


@pytest.fixture(name="slack")
def one_that_remembers_nothing(api: WebApi, secrets: NamedValues) -> Iterator[SlackChannel]:
    slack = SlackChannel(api.url, NAME, secrets)
    yield slack
    slack.close()


def shown(api: WebApi) -> list[str]:
    """The statuses of sessions, one after the other."""
    return [sent.body["status"] for sent in api.sessions]


def test_a_session_shows_that_we_are_at_work(slack: SlackChannel, api: WebApi) -> None:
    slack.indicate(THREAD, 4.0)
    (session,) = api.sessions
    assert session.body == {
        "channel_id": "C1",
        "thread_ts": "1790000000.000100",
        "status": "processing",
    }
    assert api.requests == []
    assert slack.indication == 120.0


def test_without_sessions_a_line_shows_it(slack: SlackChannel, api: WebApi) -> None:
    api.session_answers.append(NO_AGENT)
    slack.indicate(THREAD, 4.0)
    assert api.only.path == "/api/assistant.threads.setStatus"
    assert api.only.body == {
        "channel_id": "C1",
        "thread_ts": "1790000000.000100",
        "status": "is working…",
    }


@pytest.mark.parametrize("delivery", [DIRECT, TOP_LEVEL])
def test_without_a_thread_there_is_neither(
    slack: SlackChannel, api: WebApi, delivery: Delivery
) -> None:
    slack.indicate(delivery, 4.0)
    post(slack, delivery)
    assert api.sessions == []
    assert api.paths == ["chat.postMessage"]


@pytest.mark.parametrize("error", ["missing_scope", "unknown_method", "not_allowed_token_type"])
def test_an_app_that_has_neither_is_asked_once(
    slack: SlackChannel, api: WebApi, error: str
) -> None:
    api.session_answers.append(not_ok(error))
    api.answers.append(not_ok(error))
    for delivery in (THREAD, THREAD, GROUP_MESSAGE):
        slack.indicate(delivery, 4.0)
    assert (len(api.sessions), len(api.requests)) == (1, 1)


@pytest.mark.parametrize("error", ["invalid_thread_ts", "channel_type_not_supported"])
def test_a_thread_that_has_neither_is_asked_once(
    slack: SlackChannel, api: WebApi, error: str
) -> None:
    api.session_answers.append(not_ok(error))
    api.answers.append(not_ok(error))
    for delivery in (THREAD, THREAD, GROUP_MESSAGE):
        slack.indicate(delivery, 4.0)
    assert [sent.body["channel_id"] for sent in api.sessions] == ["C1", "C2"]
    assert [sent.body["channel_id"] for sent in api.requests] == ["C1"]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Scripted(b"", 429), RateLimited),
        (Scripted(b"", 500), SendUncertain),
        (not_ok("invalid_auth"), ChannelMisconfigured),
    ],
)
def test_a_status_that_may_show_later_is_asked_again(
    slack: SlackChannel, api: WebApi, answer: Scripted, kind: type[ChannelError]
) -> None:
    api.session_answers.append(answer)
    with pytest.raises(kind):
        slack.indicate(THREAD, 4.0)
    slack.indicate(THREAD, 4.0)
    assert shown(api) == ["processing", "processing"]


def test_a_question_suspends_the_session_and_the_answer_ends_the_work(
    slack: SlackChannel, api: WebApi
) -> None:
    slack.indicate(THREAD, 4.0)
    slack.ask(THREAD, Prompt("k3v9", "May I?"), "k3v9", 5.0)
    slack.indicate(THREAD, 4.0)
    post(slack)
    assert shown(api) == ["processing", "suspended", "processing", "active"]


def test_a_stopped_session_ends_with_the_word_about_it(slack: SlackChannel, api: WebApi) -> None:
    place = {"channel": "C1", "user": "U1", "thread_ts": "1.2"}
    slack.notify({**place, "stopped": "yes"}, "Nothing is running here.", 5.0)
    assert shown(api) == ["active"]
    slack.notify(place, "Queued.", 5.0)
    assert shown(api) == ["active"]


@pytest.mark.parametrize(
    "answer",
    [NO_AGENT, None, Scripted(b"", 429), Scripted(b"", 500), not_ok("missing_scope")],
)
def test_no_session_keeps_an_answer_back(
    slack: SlackChannel, api: WebApi, answer: Scripted | None
) -> None:
    api.session_answers.append(answer)
    slack.send(THREAD, Part("Done."), "turn-0", 5.0)
    assert api.paths == ["chat.postMessage"]
