"""Both halves at the local runtime's Slack, which refuses what Slack refuses."""

import json
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from local.ports import loopback_port
from local.slack.acting import ask_about, click, events_for, say, slash, stop_session
from local.slack.app import SlackStandIn, slack_stand_in
from local.slack.workspace import Post
from parley.adapters.slack.client import SlackChannel
from parley.adapters.slack.parse import parse
from parley.core.approval import Choice, Click, Prompt
from parley.core.asking import buttons
from parley.core.delivery import Chat, Delivery
from parley.core.limits import SECOND
from parley.core.message import Message
from parley.core.reading import Clicked, Reading, Received
from parley.core.reply import Part
from parley.core.tasks import reviewing
from parley.core.tasks.change import ChangeClick, Ruling
from parley.errors import Undeliverable
from tests.core.tasks.builders import HOSTILE_PATCH, change, task
from tests.slack.bodies import taken
from tests.slack.doubles import NAME, TOKEN, NamedValues
from tests.slack.signing import NOW, SECRET

ADA, GENERAL = "U0ADA00001", "C0GENERAL1"
PROMPT = Prompt("k3v9q2m8x1c7", "May I run `make`?", buttons("k3v9q2m8x1c7", 1, "bash"))


@pytest.fixture(name="served", scope="module")
def running_stand_in() -> Iterator[SlackStandIn]:
    with slack_stand_in(
        loopback_port(), token=TOKEN, signing_secret=SECRET, burst=10_000
    ) as served:
        yield served


@pytest.fixture(name="slack", scope="module")
def channel(served: SlackStandIn) -> Iterator[SlackChannel]:
    slack = SlackChannel(served.api_url, NAME, NamedValues({NAME: [TOKEN]}))
    yield slack
    slack.close()


def received(served: SlackStandIn, post: Post) -> Received:
    body = events_for(served.workspace, post, served.api.files)[0]
    return taken(parse(json.dumps(body).encode(), NOW * SECOND))


def mention(served: SlackStandIn) -> Received:
    return received(served, say(served.workspace, GENERAL, ADA, "@Parley hello"))


def submitted(fields: dict[str, str]) -> Reading:
    return parse(urlencode(fields).encode(), NOW * SECOND)


def newest(served: SlackStandIn) -> Post:
    return list(served.workspace.posts())[-1]


def as_message(reading: Received) -> Message:
    inbound = reading.inbound
    return Message(
        id=inbound.id,
        conversation="c",
        sender=inbound.sender,
        text=inbound.text,
        delivery=inbound.delivery,
        position=inbound.position,
        sent_at=inbound.sent_at,
        accepted_at=1,
        correlation_id="c",
    )


def test_an_answer_takes_the_place_of_its_progress(
    served: SlackStandIn, slack: SlackChannel
) -> None:
    delivery = mention(served).inbound.delivery
    shown = slack.show_progress(delivery, "⏳ Working · 0 s", None, 5.0)
    assert slack.show_progress(delivery, "⏳ Working · 5 s", shown, 5.0) == shown
    slack.send(delivery, Part("**Done.**"), "n", 5.0, replacing=shown)
    post = served.workspace.find(GENERAL, shown)
    assert post is not None
    assert post.blocks == ({"type": "markdown", "text": "**Done.**"},)
    assert post.thread_ts == delivery.meta["thread_ts"]


def test_an_answer_of_any_length_is_taken(served: SlackStandIn, slack: SlackChannel) -> None:
    delivery = mention(served).inbound.delivery
    parts = slack.split("Some words, and `code`.\n\n" * 5_000)
    for part in parts:
        slack.send(delivery, part, "n", 5.0)
    assert parts[-1].file
    (file,) = newest(served).files
    assert file.content.decode() == parts[-1].text


def test_an_answer_to_a_closed_channel_is_undeliverable(slack: SlackChannel) -> None:
    attic = Delivery("slack", ADA, Chat.of_group("C0ATTIC001"), "x", {"channel": "C0ATTIC001"})
    with pytest.raises(Undeliverable, match="is_archived"):
        slack.send(attic, Part("Done."), "n", 5.0)


def test_the_longest_review_is_posted_and_its_buttons_rule(
    served: SlackStandIn, slack: SlackChannel
) -> None:
    asked = mention(served).inbound
    made = change(id="k3v9q2m8x1c7")
    review = reviewing.review(made, task(), HOSTILE_PATCH, slack.prompt_size, NOW, filed=True)
    post = served.workspace.find(GENERAL, slack.ask(asked.delivery, review, "n", 5.0))
    assert post is not None
    for button, ruling in zip(review.buttons, Ruling, strict=True):
        form = click(served.workspace, served.responses, post, ADA, button.payload)
        reading = submitted(form.fields)
        assert isinstance(reading, Clicked)
        assert isinstance(reading.click, ChangeClick)
        assert (reading.click.change, reading.click.ruling) == (made.id, ruling)


def test_a_prompt_is_clicked_answered_and_settled(
    served: SlackStandIn, slack: SlackChannel
) -> None:
    asked = mention(served).inbound
    prompt = slack.ask(asked.delivery, PROMPT, "n", 5.0)
    post = served.workspace.find(GENERAL, prompt)
    assert post is not None
    for action, choice in (
        (PROMPT.buttons[0].payload, Choice.ALLOW),
        (PROMPT.buttons[2].payload, Choice.ALWAYS),
    ):
        form = click(served.workspace, served.responses, post, ADA, action)
        reading = submitted(form.fields)
        assert isinstance(reading, Clicked)
        assert isinstance(reading.click, Click)
        assert reading.click.choice is choice
        assert reading.click.delivery.target == asked.delivery.target
        assert reading.click.installation == asked.id.installation
        slack.notify(reading.place, "Recorded. <!here>", 5.0)
        told = newest(served)
        assert (told.only_for, told.text) == (ADA, "Recorded. &lt;!here&gt;")
    slack.settle(asked.delivery, prompt, "Allowed by Ada.", 5.0)
    settled = served.workspace.find(GENERAL, prompt)
    assert settled is not None
    assert not settled.buttons


def test_words_to_one_person_are_read_by_nobody_else(
    served: SlackStandIn, slack: SlackChannel
) -> None:
    slack.tell(as_message(mention(served)), "Queued.", 5.0)
    assert newest(served).only_for == ADA


def test_people_have_their_names(slack: SlackChannel) -> None:
    assert [slack.name_of(person, 5.0) for person in (ADA, "U0NOBODY01")] == ["Ada", ""]


def test_a_session_can_be_stopped_until_the_answer_is_there(
    served: SlackStandIn, slack: SlackChannel
) -> None:
    delivery = mention(served).inbound.delivery
    session = (GENERAL, delivery.meta["thread_ts"])
    slack.indicate(delivery, 5.0)
    assert served.workspace.sessions[session] == "processing"
    body = stop_session(served.workspace, *session, ADA)
    reading = taken(parse(json.dumps(body).encode(), NOW * SECOND))
    assert reading.inbound.text == "/stop"
    assert reading.inbound.delivery.target == delivery.target
    slack.send(delivery, Part("Stopped."), "n", 5.0)
    assert served.workspace.sessions[session] == "active"


def test_files_go_in(served: SlackStandIn, slack: SlackChannel) -> None:
    space = served.workspace
    file = space.keep_file("red.png", "image/png", b"\x89PNG")
    reading = received(served, say(space, space.direct(ADA).id, ADA, "see", None, file))
    (attachment,) = reading.inbound.attachments
    assert slack.download(attachment, 100, 5.0) == b"\x89PNG"
    stranger = SlackChannel(served.api_url, NAME, NamedValues({NAME: ["xoxb-wrong"]}))
    with pytest.raises(Undeliverable, match="files:read"):
        stranger.download(attachment, 10_000, 5.0)
    stranger.close()


def test_commands_and_shortcuts_are_read(served: SlackStandIn) -> None:
    space = served.workspace
    command = taken(submitted(slash(space, served.responses, GENERAL, ADA, "stop").fields))
    assert command.inbound.text == "/stop"
    post = say(space, GENERAL, ADA, "it broke")
    about = taken(submitted(ask_about(space, served.responses, post, ADA).fields))
    assert about.inbound.text.endswith("> it broke")
    assert about.inbound.delivery.meta["thread_ts"] == post.ts
