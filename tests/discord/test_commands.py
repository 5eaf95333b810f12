"""Commands, forms and messages that somebody points at."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from parley.adapters.discord.limits import MESSAGE
from parley.adapters.discord.responses import private, public
from parley.command.discord import commands as registered
from parley.core import commands
from parley.core.message import Attachment
from parley.core.reading import Ignored, Immediate
from tests.discord.bodies import changed, ignored, pointing_at, read, received, with_data
from tests.discord.signing import sample

LOG = Attachment(
    "build.log",
    "text/plain",
    512,
    "https://cdn.discordapp.com/ephemeral-attachments/1/2/build.log?ex=1",
)


def option(name: str, value: Any) -> dict[str, Any]:
    return {"name": name, "type": 3, "value": value}


def row(name: str, value: str) -> dict[str, Any]:
    return {"type": 1, "components": [{"type": 4, "custom_id": name, "value": value}]}


def test_a_file_comes_with_the_prompt() -> None:
    inbound = received(sample("ask-with-file"))
    assert inbound.text == "Please read this log"
    assert inbound.attachments == (LOG,)


def test_a_file_alone_is_a_message_too() -> None:
    data = sample("ask-with-file")["data"]
    inbound = received(with_data("ask-with-file", options=data["options"][1:]))
    assert inbound.text == "[Sent without a text: build.log]"
    assert inbound.attachments == (LOG,)


def test_without_a_prompt_a_form_opens() -> None:
    reading = read(sample("ask-without-prompt"))
    assert isinstance(reading, Immediate)
    form = json.loads(reading.answer.body)
    assert (form["type"], form["data"]["custom_id"]) == (9, "ask")
    (label,) = form["data"]["components"]
    assert label["type"] == 18
    assert len(label["label"]) <= 45
    field = label["component"]
    assert (field["type"], field["style"], field["max_length"]) == (4, 2, 4000)


@pytest.mark.parametrize(
    "components",
    [
        sample("modal-submit")["data"]["components"],
        [row("prompt", "A long question,\nover several lines.")],
        [row("other", "x"), row("prompt", "A long question,\nover several lines.")],
    ],
)
def test_a_form_is_read_in_both_shapes(components: Any) -> None:
    inbound = received(with_data("modal-submit", components=components))
    assert inbound.text == "A long question,\nover several lines."


@pytest.mark.parametrize("components", [[], None, [{"type": 10}], [row("prompt", " \n")], 7])
def test_an_empty_form_gets_an_answer(components: Any) -> None:
    reading = ignored(with_data("modal-submit", components=components))
    assert (reading.reason, reading.answer) == ("empty", private("There is nothing in it."))


def test_a_strange_form_gets_an_answer() -> None:
    assert ignored(with_data("modal-submit", custom_id="survey")).reason == "form survey"


@pytest.mark.parametrize(
    ("name", "options", "text"),
    [
        ("stop", [], "/stop"),
        ("new", None, "/new"),
        ("queue", [option("mode", "steer")], "/queue steer"),
        ("queue", [], "/queue"),
        ("approve", [option("id", " k3v9q2m8x1c7 ")], "/approve k3v9q2m8x1c7"),
        ("deny", [option("reason", "not now"), option("id", "k3v9")], "/deny k3v9 not now"),
        ("deny", [option("id", "k3v9")], "/deny k3v9"),
        ("pair", [option("code", "ABCD2345")], "/pair ABCD2345"),
        ("pair", [option("code", 12345678)], "/pair 12345678"),
        ("status", [option("strange", "x"), 7], "/status"),
    ],
)
def test_commands_become_what_somebody_would_type(name: str, options: Any, text: str) -> None:
    assert received(with_data("stop", name=name, options=options)).text == text


def test_a_task_has_its_options_before_its_prompt() -> None:
    given = {"project": "shop", "prompt": "fix\nit: now", "agent": "stub", "think": "high"}
    options = [option(name, value) for name, value in given.items()]
    reading = received(with_data("stop", name="task", options=options))
    assert reading.text == "/task shop @stub think=high fix\nit: now"


@pytest.mark.parametrize("form", commands.FORMS, ids=lambda form: form.name)
def test_every_command_can_be_given(form: commands.Form) -> None:
    values = {"ID": "k3v9q2m8x1c7", "MODE": "steer", "CODE": "ABCD2345", "REASON": "no"}
    options = [option(each.name.lower(), values.get(each.name, "x")) for each in form.arguments]
    command = commands.parse(received(with_data("stop", name=form.name, options=options)).text)
    assert command is not None
    assert not isinstance(command, commands.Misused)


@pytest.mark.parametrize("registered", registered(), ids=lambda each: str(each["name"]))
def test_every_command_that_is_registered_is_known(registered: Mapping[str, Any]) -> None:
    data = {**sample("ask-about-message")["data"], **registered, "options": []}
    assert not isinstance(read(changed("ask-about-message", data=data)), Ignored)


@pytest.mark.parametrize(
    "data",
    [
        {"type": 1, "name": "dance"},
        {"type": 1, "name": "Ask agent"},
        {"type": 2, "name": "ask"},
        {"type": 3, "name": "ask"},
        {"type": 3, "name": "stop"},
        {"name": "ask"},
        {},
    ],
)
def test_a_strange_command_gets_an_answer(data: dict[str, Any]) -> None:
    reading = ignored(changed("stop", data=data))
    assert reading.reason.startswith("command ")
    assert reading.answer == private("I don't know this command.")


def test_a_message_is_quoted_with_its_author() -> None:
    inbound = received(sample("ask-about-message"))
    assert inbound.text == "[Message from Ben in Discord:]\n> Traceback: KeyError: 'name'"
    assert inbound.id.message == "1200000000000000006"


def test_every_line_of_a_message_is_quoted() -> None:
    text = received(pointing_at(content="one\n\n> two")).text
    assert text == "[Message from Ben in Discord:]\n> one\n>\n> > two"


def test_a_message_that_is_nothing_but_an_embed_is_read() -> None:
    embed = {
        "title": "Build 7",
        "description": "failed",
        "fields": [{"name": "Job", "value": "lint"}],
    }
    text = received(pointing_at(content="", embeds=[embed])).text
    assert text == "[Message from Ben in Discord:]\n> Build 7\n> failed\n> Job: lint"


def test_a_forwarded_message_is_read() -> None:
    file = {"id": "1", "filename": "a.txt", "size": 3, "url": "https://cdn.discordapp.com/a.txt"}
    forwarded = {"message": {"content": "from afar", "attachments": [file]}}
    inbound = received(pointing_at(content="", message_snapshots=[forwarded]))
    assert inbound.text == "[Message from Ben in Discord:]\n> from afar"
    assert [each.name for each in inbound.attachments] == ["a.txt"]


def test_the_files_of_a_message_come_along() -> None:
    files = [
        {"filename": "a.png", "content_type": "image/PNG", "size": 9, "url": "https://x/a.png"}
    ]
    inbound = received(pointing_at(content="", attachments=files))
    assert inbound.text == "[Message without a text in Discord: a.png]"
    assert inbound.attachments == (Attachment("a.png", "image/png", 9, "https://x/a.png"),)


def test_a_file_without_an_address_is_none() -> None:
    assert received(pointing_at(attachments=[{"filename": "a.png"}])).attachments == ()


def test_what_a_file_does_not_say_is_filled_in() -> None:
    inbound = received(pointing_at(attachments=[{"url": "https://x/1", "size": -1}]))
    assert inbound.attachments == (
        Attachment("unnamed", "application/octet-stream", 0, "https://x/1"),
    )


@pytest.mark.parametrize("message", [{"content": " ", "author": None}, {"content": None}])
def test_a_message_without_anything_gets_an_answer(message: dict[str, Any]) -> None:
    reading = ignored(pointing_at(**message))
    assert reading.answer == private("This message has no text that I can read.")


def test_a_message_that_did_not_come_gets_an_answer() -> None:
    assert ignored(with_data("ask-about-message", target_id="1")).reason == "empty"


@pytest.mark.parametrize("text", ["x" * 5000, "👍" * 1500, "x" + "👍" * 1500])
def test_what_is_told_fits_into_a_message(text: str) -> None:
    content = json.loads(public(text).body)["data"]["content"]
    assert len(content.encode("utf-16-le")) // 2 <= MESSAGE
    assert content.endswith("…")
    assert text.startswith(content[:-1])
