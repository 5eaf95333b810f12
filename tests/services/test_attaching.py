"""Files that came with messages: fetched within limits, and missed with a reason."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from parley.core import attached
from parley.core.message import Attachment, Message
from parley.errors import ChannelError, ChannelUnavailable, RateLimited, Undeliverable
from parley.services.attaching import ALL_SECONDS, FETCH_SECONDS, Attaching, Fetched
from tests.core.messages import message
from tests.fakes.channel import ScriptedChannel
from tests.fakes.world import FakeClock, RecordingTelemetry
from tests.services.stage import Before

PNG = b"\x89PNG\r\n\x1a\n"


def file(name: str, media_type: str = "text/plain", size: int = 0) -> Attachment:
    return Attachment(name, media_type, size, f"ref of {name}")


def image(name: str, size: int = 0) -> Attachment:
    return file(name, "image/png", size)


def sending(text: str, *files: Attachment) -> Message:
    return replace(message(text), attachments=files)


@dataclass
class World:
    clock: FakeClock = field(default_factory=FakeClock)
    telemetry: RecordingTelemetry = field(default_factory=RecordingTelemetry)
    asked: list[tuple[str, int, float]] = field(default_factory=list)
    contents: dict[str, bytes] = field(default_factory=dict)
    seconds: float = 0.0  # that a download takes
    error: ChannelError | None = None

    def download(self, attachment: Attachment, most: int, timeout: float) -> bytes:
        self.asked.append((attachment.name, most, timeout))
        self.clock.sleep(min(self.seconds, timeout))
        if self.error:
            raise self.error
        return self.contents.get(attachment.name, b"content")

    def fetch(self, messages: Sequence[Message]) -> Fetched:
        channel: Any = Before(ScriptedChannel(self.clock), download=self.download)
        return Attaching({"slack": channel}, self.clock, self.telemetry).fetch(messages)

    def texts(self, *files: Attachment) -> list[str]:
        """What the prompt says of the files of one message."""
        [parts] = self.fetch([sending("see", *files)]).texts.values()
        return parts


def test_a_text_is_put_into_the_prompt() -> None:
    assert World().texts(file("a.txt")) == ["Attached file `a.txt`:\n```\ncontent\n```"]


def test_an_image_goes_beside_the_prompt_which_names_it() -> None:
    world = World(contents={"a.png": PNG})
    fetched = world.fetch([sending("see", image("a.png"))])
    assert list(fetched.texts.values()) == [["[Attached image `a.png`]"]]
    assert fetched.images == ["data:image/png;base64,iVBORw0KGgo="]


def test_an_image_that_is_said_to_be_something_else_is_one_by_its_bytes() -> None:
    world = World(contents={"a.bin": PNG})
    assert world.texts(file("a.bin", "application/octet-stream")) == ["[Attached image `a.bin`]"]


def test_what_is_neither_text_nor_image_is_named_as_missing() -> None:
    world = World(contents={"a.zip": b"PK\x03\x04\xff"})
    [told] = world.texts(file("a.zip", "application/zip"))
    assert told == (
        "[Attached file `a.zip` is not here: neither text nor an image that I can pass on]"
    )


def test_files_stand_with_their_own_message() -> None:
    first, second = sending("one", file("a.txt")), sending("two", file("b.txt"), file("c.txt"))
    fetched = World().fetch([first, sending("none"), second])
    assert [len(parts) for parts in fetched.texts.values()] == [1, 0, 2]


def test_more_files_than_a_turn_takes_are_left_out_by_name() -> None:
    files = [file(f"{at}.txt") for at in range(attached.FILES + 2)]
    first, second = sending("one", *files[:8]), sending("two", *files[8:])
    world = World()
    fetched = world.fetch([first, second])
    assert len(world.asked) == attached.FILES
    assert fetched.texts[second.id][-1] == "[2 more files are left out: `10.txt`, `11.txt`]"


def test_a_later_messages_files_are_left_out_where_the_first_has_taken_all() -> None:
    files = [file(f"{at}.txt") for at in range(attached.FILES)]
    last = sending("two", file("late.txt"))
    fetched = World().fetch([sending("one", *files), last])
    assert fetched.texts[last.id] == ["[1 more files are left out: `late.txt`]"]


def test_a_file_that_is_said_to_be_too_large_is_not_fetched() -> None:
    world = World()
    [told] = world.texts(file("a.txt", size=attached.TEXT_BYTES + 1))
    assert told == "[Attached file `a.txt` is not here: larger than 200 kB]"
    assert world.asked == []


def test_a_channel_is_told_how_much_may_come() -> None:
    world = World()
    world.texts(file("a.txt"), image("b.png"))
    assert [most for _, most, _ in world.asked] == [attached.TEXT_BYTES, attached.IMAGE_BYTES]


def test_texts_share_the_room_of_a_turn() -> None:
    content = b"x" * attached.TEXT_BYTES
    world = World(contents={f"{at}.txt": content for at in range(3)})
    told = world.texts(*[file(f"{at}.txt") for at in range(3)], file("last.txt", size=1))
    assert "last.txt` is not here: larger than 0 kB" in told[-1]


def test_images_share_the_room_of_a_turn() -> None:
    half = PNG + b"x" * (attached.IMAGE_BYTES // 2)
    world = World(contents={"a.png": half, "b.png": half})
    fetched = world.fetch([sending("see", image("a.png"), image("b.png", len(half)))])
    assert len(fetched.images) == 1
    assert "b.png` is not here: larger than 449 kB" in fetched.texts[message("see").id][1]


def test_an_image_that_was_not_said_to_be_one_is_left_out_where_there_is_no_room() -> None:
    big = PNG + b"x" * (attached.IMAGE_BYTES - 100)
    small = PNG + b"x" * 500
    world = World(contents={"a.png": big, "b.bin": small})
    told = world.texts(image("a.png"), file("b.bin"))
    assert told[1] == "[Attached file `b.bin` is not here: the images are too large together]"


def test_slow_files_are_given_up_in_time_for_the_turn() -> None:
    world = World(seconds=100)
    world.texts(*[file(f"{at}.txt") for at in range(5)])
    begun = [timeout for _, _, timeout in world.asked]
    assert begun == [FETCH_SECONDS, ALL_SECONDS - FETCH_SECONDS]


def test_files_for_which_no_time_is_left_are_named_as_missing() -> None:
    told = World(seconds=100).texts(*[file(f"{at}.txt") for at in range(3)])
    assert told[2] == "[Attached file `2.txt` is not here: fetching the files took too long]"


def test_a_channels_reason_is_told_to_the_agent() -> None:
    world = World(error=Undeliverable("the platform answered with a page instead of the file"))
    [told] = world.texts(file("a.txt"))
    assert "a page instead of the file" in told
    assert world.telemetry.told("file_not_fetched")


@pytest.mark.parametrize("error", [ChannelUnavailable("xoxb-1 at 10.0.0.1"), RateLimited(9)])
def test_a_fault_is_not_told_in_the_words_of_its_error(error: ChannelError) -> None:
    [told] = World(error=error).texts(file("a.txt"))
    assert told == "[Attached file `a.txt` is not here: it could not be fetched]"
