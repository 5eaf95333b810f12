"""From an interaction to its reply, at the local stand-in, which refuses what Discord would."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from local.discord import acting
from local.discord.acting import Deed
from local.discord.app import DiscordStandIn, discord_stand_in
from local.discord.interactions import COMPONENT
from local.discord.limits import TOKEN_SECONDS
from local.discord.rooms import FIX_CI, GENERAL, PEOPLE, Message
from local.multipart import Upload
from local.ports import loopback_port
from parley.adapters.discord.client import DiscordChannel
from parley.adapters.discord.webhook import DiscordInteractions
from parley.core.approval import Prompt
from parley.core.asking import buttons
from parley.core.message import Inbound
from parley.core.reading import Clicked, Immediate, Reading, Received, Told
from parley.core.tasks import reviewing
from parley.core.tasks.change import ChangeClick, Ruling
from parley.errors import RateLimited, Undeliverable
from tests.core.tasks.builders import HOSTILE_PATCH, change, task
from tests.discord.bodies import read
from tests.discord.doubles import NAME, TOKEN, NamedValues
from tests.discord.places import as_message
from tests.discord.signing import PUBLIC_KEY
from tests.fakes.world import FakeClock

ADA = PEOPLE[0].id
TIMEOUT = 10.0
LONG = "\n\n".join(f"Paragraph {number}. " + "word " * 200 for number in range(30))


@dataclass(slots=True)
class Scene:
    """Discord, and us: the deferred answer is given as the webhook gives it."""

    played: DiscordStandIn
    channel: DiscordChannel
    clock: FakeClock
    reader: DiscordInteractions = field(init=False)

    def __post_init__(self) -> None:
        self.reader = DiscordInteractions(PUBLIC_KEY, self.clock)

    def ask(self, prompt: str = "hello", room: str = GENERAL) -> Inbound:
        deed = acting.command(self.played.discord, room, ADA, "ask", {"prompt": prompt})
        return self.received(deed)

    def received(self, deed: Deed) -> Inbound:
        reading = self.take(deed, Told(reply_follows=True))
        assert isinstance(reading, Received)
        return reading.inbound

    def take(self, deed: Deed, told: Told) -> Reading:
        reading = read(deed.body)
        if isinstance(reading, Immediate):
            answer = reading.answer
        else:
            assert isinstance(reading, Received | Clicked)
            answer, _ = self.reader.answer(reading, told)
        self.played.interactions.answer(deed.interaction, json.loads(answer.body))
        return reading

    def reply(self, inbound: Inbound, text: str, replacing: str | None = None) -> None:
        for number, part in enumerate(self.channel.split(text)):
            self.clock.advance(1500)
            first = replacing if number == 0 else None
            self.channel.send(inbound.delivery, part, f"turn-{number}", TIMEOUT, first)

    def said(self, room: str = GENERAL) -> list[Message]:
        return self.played.rooms.messages(room)

    def texts(self, room: str = GENERAL) -> list[str]:
        return [message.text for message in self.said(room)]


@pytest.fixture(name="scene", scope="module")
def running_scene() -> Iterator[Scene]:
    clock = FakeClock()
    with discord_stand_in(loopback_port(), token=TOKEN, now=lambda: clock.now() / 1000) as played:
        channel = DiscordChannel(played.api_url, NAME, NamedValues({NAME: [TOKEN]}), clock)
        yield Scene(played, channel, clock)
        channel.close()


@pytest.fixture(autouse=True)
def empty_rooms(scene: Scene) -> None:
    scene.clock.advance(60_000)
    for message in scene.said(GENERAL) + scene.said(FIX_CI):
        scene.played.rooms.delete(message)
    scene.played.rooms.update_room(GENERAL, bot_may_write=True)
    scene.played.interactions.unknown_after_deferring = 0


def test_thinking_becomes_progress_and_progress_the_reply(scene: Scene) -> None:
    inbound = scene.ask()
    assert [message.thinking for message in scene.said()] == [True]
    post = scene.channel.show_progress(inbound.delivery, "bash · 5 s", None, TIMEOUT)
    assert scene.texts() == ["bash · 5 s"]
    scene.reply(inbound, "Done.", post)
    assert scene.texts() == ["Done."]


def test_a_reply_after_the_tokens_end_takes_the_place_of_progress(scene: Scene) -> None:
    inbound = scene.ask()
    post = scene.channel.show_progress(inbound.delivery, "bash · 5 s", None, TIMEOUT)
    scene.clock.advance(round(TOKEN_SECONDS * 1000))
    scene.reply(inbound, "Done.", post)
    assert scene.texts() == ["Done."]


def test_a_late_reply_stands_beside_what_was_never_answered(scene: Scene) -> None:
    inbound = scene.ask()
    scene.clock.advance(round(TOKEN_SECONDS * 1000))
    scene.reply(inbound, "Done.")
    assert scene.texts() == ["", "Done."]


def test_a_deferred_answer_that_is_unknown_at_first_is_waited_for(scene: Scene) -> None:
    scene.played.interactions.unknown_after_deferring = 3
    scene.reply(scene.ask(), "Done.")
    assert scene.texts() == ["Done."]


def test_a_part_that_is_sent_twice_stands_there_once(scene: Scene) -> None:
    inbound = scene.ask()
    first, second = scene.channel.split("one " * 700)
    for number, part in enumerate((first, first, second, second)):
        scene.channel.send(inbound.delivery, part, f"turn-{number // 2}", TIMEOUT)
    assert scene.texts() == [first.text, second.text]


def test_a_long_reply_ends_in_a_file(scene: Scene) -> None:
    inbound = scene.ask(room=FIX_CI)
    scene.reply(inbound, LONG)
    said = scene.said(FIX_CI)
    assert [bool(message.files) for message in said] == [False] * (len(said) - 1) + [True]
    (_, file), *_ = said[-1].files
    assert b"Paragraph 29." in file.content
    assert "Paragraph 0." in said[0].text


def test_without_a_bot_in_the_channel_the_interaction_is_followed_up(scene: Scene) -> None:
    scene.played.rooms.update_room(GENERAL, bot_may_write=False)
    inbound = scene.ask()
    parts = scene.channel.split("one " * 700)
    scene.reply(inbound, "one " * 700)
    assert scene.texts() == [part.text for part in parts]


def test_without_a_bot_and_a_token_nothing_can_be_said(scene: Scene) -> None:
    scene.played.rooms.update_room(GENERAL, bot_may_write=False)
    inbound = scene.ask()
    scene.clock.advance(round(TOKEN_SECONDS * 1000))
    with pytest.raises(Undeliverable):
        scene.reply(inbound, "Done.")


def test_the_longest_review_is_posted_and_its_buttons_rule(scene: Scene) -> None:
    inbound = scene.ask()
    made = change(id="k3v9q2m8x1c7")
    room = scene.channel.prompt_size
    review = reviewing.review(made, task(), HOSTILE_PATCH, room, 0, filed=True)
    scene.channel.ask(inbound.delivery, review, "k3v9q2m8x1c7-review", TIMEOUT)
    asked = scene.said()[-1]
    assert asked.text.endswith("revise k3v9q2m8x1c7 what to do differently`")
    assert asked.text.count("```") == 2
    for button, ruling in zip(asked.buttons, Ruling, strict=True):
        deed = acting.click(scene.played.discord, asked, ADA, str(button["custom_id"]))
        clicked = scene.take(deed, Told("Recorded."))
        assert isinstance(clicked, Clicked)
        assert isinstance(clicked.click, ChangeClick)
        assert (clicked.click.change, clicked.click.ruling) == (made.id, ruling)


@pytest.mark.parametrize("bot_may_write", [True, False])
def test_a_prompt_is_clicked_and_settled(scene: Scene, bot_may_write: bool) -> None:
    inbound = scene.ask()
    scene.channel.show_progress(inbound.delivery, "waiting", None, TIMEOUT)
    scene.played.rooms.update_room(GENERAL, bot_may_write=bot_may_write)
    prompt = Prompt("k3v9q2m8x1c7", "May I run `ls`?", buttons("k3v9q2m8x1c7", 1, "bash"))
    post = scene.channel.ask(inbound.delivery, prompt, "k3v9q2m8x1c7", TIMEOUT)
    asked = scene.said()[-1]
    assert len(asked.buttons) == 3
    payload = str(asked.buttons[0]["custom_id"])
    clicked = scene.take(
        acting.click(scene.played.discord, asked, ADA, payload), Told("Recorded. Allowed.")
    )
    assert isinstance(clicked, Clicked)
    assert scene.said()[-1].only_for == ADA
    scene.channel.settle(inbound.delivery, post, "Allowed by Ada.", TIMEOUT)
    settled = scene.played.rooms.find(GENERAL, asked.id)
    assert settled is not None
    assert (settled.text, settled.buttons) == ("Allowed by Ada.", [])


def test_a_prompt_without_a_bot_leaves_the_answer_its_place(scene: Scene) -> None:
    scene.played.rooms.update_room(GENERAL, bot_may_write=False)
    inbound = scene.ask()
    post = scene.channel.ask(
        inbound.delivery, Prompt("k3v9", "May I?", buttons("k3v9", 1)), "k3v9", TIMEOUT
    )
    scene.channel.settle(inbound.delivery, post, "Allowed by Ada.", TIMEOUT)
    scene.reply(inbound, "Done.")
    assert scene.texts() == ["Done.", "Allowed by Ada."]


def test_a_click_without_a_word_is_taken(scene: Scene) -> None:
    inbound = scene.ask()
    scene.channel.ask(
        inbound.delivery, Prompt("k3v9", "May I?", buttons("k3v9", 1)), "k3v9", TIMEOUT
    )
    asked = scene.said()[-1]
    deed = acting.click(scene.played.discord, asked, ADA, "a:k3v9:deny")
    assert deed.interaction.kind == COMPONENT
    scene.take(deed, Told())
    assert deed.interaction.answered


def test_a_form_opens_and_comes_back(scene: Scene) -> None:
    deed = acting.command(scene.played.discord, GENERAL, ADA, "ask")
    scene.take(deed, Told())
    assert deed.interaction.modal is not None
    submitted = acting.submit(scene.played.discord, deed.interaction, {"prompt": "why\nso?"})
    inbound = scene.received(submitted)
    assert inbound.text == "why\nso?"
    scene.reply(inbound, "Because.")
    assert scene.texts() == ["Because."]


def test_a_file_that_came_along_can_be_had(scene: Scene) -> None:
    upload = Upload("build.log", b"lint failed\n", "text/plain")
    deed = acting.command(scene.played.discord, GENERAL, ADA, "ask", {"prompt": "see"}, upload)
    (attachment,) = scene.received(deed).attachments
    assert attachment.name == "build.log"
    assert scene.channel.download(attachment, 1000, TIMEOUT) == b"lint failed\n"


def test_merged_messages_say_where_their_answer_is(scene: Scene) -> None:
    earlier, later = scene.ask("one"), scene.ask("two")
    scene.channel.merge(as_message(earlier))
    scene.reply(later, "Done.")
    assert scene.texts() == ["Answered together with the next message.", "Done."]


def test_edits_that_come_too_fast_are_refused_with_a_time(scene: Scene) -> None:
    delivery = scene.ask().delivery
    post = scene.channel.show_progress(delivery, "0 s", None, TIMEOUT)
    for number in range(1, 5):
        scene.channel.show_progress(delivery, f"{number} s", post, TIMEOUT)
    with pytest.raises(RateLimited):
        scene.channel.show_progress(delivery, "5 s", post, TIMEOUT)
    assert scene.texts() == ["4 s"]


def test_edits_at_our_own_pace_are_taken(scene: Scene) -> None:
    inbound = scene.ask()
    post = None
    for number in range(20):
        post = scene.channel.show_progress(inbound.delivery, f"{number} s", post, TIMEOUT)
        scene.clock.sleep(scene.channel.pace(inbound.delivery))
    assert scene.texts() == ["19 s"]


def test_typing_is_seen_once_the_token_is_spent(scene: Scene) -> None:
    inbound = scene.ask()
    scene.channel.indicate(inbound.delivery, TIMEOUT)
    assert scene.played.rooms.typing() == []
    scene.clock.advance(round(TOKEN_SECONDS * 1000))
    scene.channel.indicate(inbound.delivery, TIMEOUT)
    assert scene.played.rooms.typing() == [GENERAL]
