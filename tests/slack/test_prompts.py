"""Asking a person, and what becomes of the question."""

import pytest

from parley.adapters.slack import limits
from parley.adapters.slack.client import SlackChannel
from parley.core.approval import Choice, Prompt, parse_payload
from parley.core.asking import buttons
from parley.errors import ChannelError, ChannelMisconfigured, RateLimited, Undeliverable
from tests.slack.doubles import Scripted, WebApi, not_ok, ok
from tests.slack.places import DIRECT, THREAD

POST = "1790000008.000100"
PROMPT = Prompt(
    "k3v9q2m8x1c7", "**May I run this?**\n\n```sh\nrm -r build\n```", buttons("k3v9q2m8x1c7", 1)
)


def ask(slack: SlackChannel, prompt: Prompt = PROMPT) -> str:
    return slack.ask(THREAD, prompt, prompt.id, 5.0)


def shown(api: WebApi) -> list[dict[str, object]]:
    elements: list[dict[str, object]] = api.only.body["blocks"][1]["elements"]
    return elements


def test_a_prompt_has_its_text_and_two_buttons(slack: SlackChannel, api: WebApi) -> None:
    api.answers.append(ok(ts=POST))
    assert ask(slack) == POST
    assert api.only.path == "/api/chat.postMessage"
    body = api.only.body
    assert (body["channel"], body["thread_ts"]) == ("C1", "1790000000.000100")
    assert body["text"] == "May I run this? rm -r build"
    assert body["blocks"] == [
        {"type": "markdown", "text": PROMPT.text},
        {
            "type": "actions",
            "elements": [
                {
                    "type": "button",
                    "text": {"type": "plain_text", "text": "Allow"},
                    "action_id": "a:k3v9q2m8x1c7:allow",
                    "value": "a:k3v9q2m8x1c7:allow",
                    "style": "primary",
                },
                {
                    "type": "button",
                    "text": {"type": "plain_text", "text": "Deny"},
                    "action_id": "a:k3v9q2m8x1c7:deny",
                    "value": "a:k3v9q2m8x1c7:deny",
                    "style": "danger",
                },
            ],
        },
    ]


def test_where_one_tool_is_asked_for_it_can_be_allowed_for_good(
    slack: SlackChannel, api: WebApi
) -> None:
    ask(slack, Prompt("k3v9q2m8x1c7", "May I?", buttons("k3v9q2m8x1c7", 2, "bash")))
    last = shown(api)[-1]
    assert last["text"] == {"type": "plain_text", "text": "Always allow bash here"}
    assert parse_payload(str(last["value"])) == ("k3v9q2m8x1c7", Choice.ALWAYS)
    assert "style" not in last


def test_buttons_are_told_apart(slack: SlackChannel, api: WebApi) -> None:
    ask(slack, Prompt("k3v9q2m8x1c7", "May I?", buttons("k3v9q2m8x1c7", 1, "bash")))
    names = [str(button["action_id"]) for button in shown(api)]
    assert len(set(names)) == len(names) == 3


def test_a_prompt_calls_nobody(slack: SlackChannel, api: WebApi) -> None:
    ask(slack, Prompt("k3v9", "`echo <!channel> <@U1>`", buttons("k3v9", 1)))
    assert "<!channel>" not in str(api.only.body)
    assert "<@U1>" not in str(api.only.body)


def test_the_longest_prompt_fits_into_a_message(slack: SlackChannel, api: WebApi) -> None:
    ask(slack, Prompt("k" * 12, "\\" * slack.prompt_size, buttons("k" * 12, 9, "bash")))
    assert len(api.only.content.decode()) < limits.PAYLOAD


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (not_ok("channel_not_found"), Undeliverable),
        (not_ok("missing_scope"), ChannelMisconfigured),
        (Scripted(b"", 429), RateLimited),
    ],
)
def test_a_prompt_that_cannot_be_posted_is_told(
    slack: SlackChannel, api: WebApi, answer: Scripted, kind: type[ChannelError]
) -> None:
    api.answers.append(answer)
    with pytest.raises(kind):
        ask(slack)


def test_a_settled_prompt_has_its_outcome_and_no_buttons(slack: SlackChannel, api: WebApi) -> None:
    slack.settle(DIRECT, POST, "**Allowed** by ada <!here>", 5.0)
    assert api.only.path == "/api/chat.update"
    body = api.only.body
    assert (body["channel"], body["ts"]) == ("D1", POST)
    assert [block["type"] for block in body["blocks"]] == ["markdown"]
    assert "<!here>" not in str(body)


@pytest.mark.parametrize(
    "error", ["message_not_found", "cant_update_message", "edit_window_closed"]
)
def test_a_prompt_that_is_gone_is_none_to_settle(
    slack: SlackChannel, api: WebApi, error: str
) -> None:
    api.answers.append(not_ok(error))
    slack.settle(THREAD, POST, "Allowed", 5.0)


def test_a_prompt_that_cannot_be_settled_now_is_told(slack: SlackChannel, api: WebApi) -> None:
    api.answers.append(Scripted(b"", 429))
    with pytest.raises(RateLimited):
        slack.settle(THREAD, POST, "Allowed", 5.0)
