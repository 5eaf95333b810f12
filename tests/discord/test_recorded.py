"""Bodies of real interactions. They lie outside the project and are not always there."""

import json
from typing import Any

import pytest

from parley.adapters.discord.parse import parse_interaction
from parley.adapters.discord.scene import Scene, scene_of
from parley.adapters.discord.verify import verify
from parley.core.delivery import Chat
from parley.core.message import Sender
from parley.core.reading import Ignored, Reading
from tests.discord.signing import NOW, PUBLIC_KEY, RECORDED, signed

PERSON = "1033044521375764530"
BOT = "1457469483726668048"


def recorded() -> dict[str, Any]:
    path = RECORDED / "discord-interactions.json"
    if not path.exists():
        pytest.skip(f"no recordings at {RECORDED}")
    members: dict[str, Any] = json.loads(path.read_bytes())
    return {name: with_ids(body) for name, body in members.items() if name != "metadata"}


def with_ids(body: dict[str, Any]) -> dict[str, Any]:
    """Some ids were replaced by words when these were recorded; Discord's are numbers."""
    replaced = {
        name: str(number)
        for number, name in enumerate(("id", "channel_id"), start=1)
        if not str(body.get(name, "")).isdigit()
    }
    return {**body, **replaced}


def received(interaction: Any) -> Reading:
    body = json.dumps(interaction).encode()
    assert verify(PUBLIC_KEY, signed(body), body, NOW)
    return parse_interaction(body)


def scene(name: str) -> Scene:
    found = scene_of(recorded()[name])
    assert found is not None
    return found


def test_buttons_of_another_application_get_an_answer() -> None:
    buttons = [body for body in recorded().values() if body["type"] == 3]
    assert len(buttons) == 6
    for body in buttons:
        reading = received(body)
        assert isinstance(reading, Ignored)
        assert reading.reason == "button"
        assert json.loads(reading.answer.body)["type"] == 4


def test_what_came_over_a_gateway_is_no_interaction() -> None:
    relayed = [body for body in recorded().values() if body["type"] != 3]
    assert len(relayed) == 13
    for body in relayed:
        assert isinstance(received(body), Ignored)


def test_a_button_in_a_thread_tells_where_it_stands() -> None:
    clicked = scene("buttonClickHello")
    assert clicked.sender == Sender(PERSON, "Test User")
    assert clicked.installation == "1457468924290662599"
    assert clicked.delivery.chat == Chat.of_thread("1457510428359004343", "1457536551830421524")


def test_a_button_in_a_direct_message_tells_whose_it_is() -> None:
    clicked = scene("dmButtonClick")
    assert clicked.sender.id == PERSON
    assert clicked.installation == BOT
    assert clicked.delivery.chat == Chat.direct()


def test_two_people_in_one_thread_are_told_apart() -> None:
    assert scene("differentUser").sender.id != scene("buttonClickHello").sender.id
