"""A channel that nobody listens to: whatever is posted is posted, and nobody is waited for."""

import pytest

from parley.adapters.silent import SilentChannel
from parley.core.approval import Prompt
from parley.core.delivery import Chat, Delivery
from parley.core.message import Attachment
from parley.core.reply import Part
from parley.core.tasks import native
from parley.errors import Undeliverable
from parley.ports import Channel
from tests.core.tasks.builders import task

NOWHERE = Delivery("api", "script", Chat.direct(), "task:t1")
CHANNEL: Channel = SilentChannel()


@pytest.mark.parametrize("text", ["", "word", "x" * 100_000])
def test_a_reply_stays_whole(text: str) -> None:
    assert CHANNEL.split(text) == (Part(text),)


def test_everything_that_is_said_goes_through() -> None:
    message = native.message_of(task(delivery=None), 0)
    CHANNEL.send(NOWHERE, Part("text"), "t1-0", 1.0)
    CHANNEL.acknowledge(message)
    CHANNEL.merge(message)
    CHANNEL.tell(message, "text", 1.0)
    CHANNEL.indicate(NOWHERE, 1.0)
    CHANNEL.settle(NOWHERE, "post", "text", 1.0)
    CHANNEL.notify({}, "text", 1.0)
    assert CHANNEL.name_of("somebody", 1.0) == ""


def test_progress_is_one_post_that_is_hardly_ever_edited() -> None:
    first = CHANNEL.show_progress(NOWHERE, "text", None, 1.0)
    assert CHANNEL.show_progress(NOWHERE, "more", first, 1.0) == first
    assert min(CHANNEL.pace(NOWHERE), CHANNEL.indication) > 3_600


def test_nobody_can_be_asked() -> None:
    with pytest.raises(Undeliverable):
        CHANNEL.ask(NOWHERE, Prompt("id", "text", ()), "nonce", 1.0)


def test_nothing_can_be_fetched() -> None:
    with pytest.raises(Undeliverable):
        CHANNEL.download(Attachment("a", "text/plain", 1, "ref"), 10, 1.0)
