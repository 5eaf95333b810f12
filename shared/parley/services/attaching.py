"""Fetching what came with the messages of a turn. Nothing that goes wrong here stops the turn."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from parley.core import attached
from parley.core.attached import File
from parley.core.message import Attachment, Message, MessageId
from parley.errors import ChannelError, Undeliverable
from parley.ports import Channels, Clock, Telemetry

FETCH_SECONDS = 6.0  # for one file
ALL_SECONDS = 12.0  # the task has 25 in all


@dataclass(slots=True)
class Fetched:
    """`texts` by message, `images` of them all as data URLs."""

    texts: dict[MessageId, list[str]] = field(default_factory=dict)
    images: list[str] = field(default_factory=list)
    text_room: int = attached.ALL_TEXT_BYTES
    image_room: int = attached.IMAGE_BYTES


@dataclass(frozen=True, slots=True)
class Attaching:
    channels: Channels
    clock: Clock
    telemetry: Telemetry

    def fetch(self, messages: Sequence[Message]) -> Fetched:
        """Every file as text, as an image, or as a note why it is missing, in their order."""
        fetched = Fetched()
        until = self.clock.monotonic() + ALL_SECONDS
        taken = 0
        for message in messages:
            parts: list[str] = []
            for attachment in message.attachments[: attached.FILES - taken]:
                part = self._fetch(message, attachment, fetched, until)
                parts += [part] if part else []
            left_out = message.attachments[attached.FILES - taken :]
            taken += len(message.attachments) - len(left_out)
            if left_out:
                parts.append(attached.too_many([each.name for each in left_out]))
            fetched.texts[message.id] = parts
        return fetched

    def _fetch(
        self, message: Message, attachment: Attachment, fetched: Fetched, until: float
    ) -> str:
        """What the prompt says of a file; nothing where it goes beside the prompt."""
        picture = attached.looks_like_image(attachment.media_type)
        room = fetched.image_room if picture else min(fetched.text_room, attached.TEXT_BYTES)
        left = min(FETCH_SECONDS, until - self.clock.monotonic())
        if attachment.size > room:
            return attached.missing(attachment.name, f"larger than {room // 1000} kB")
        if left <= 0:
            return attached.missing(attachment.name, "fetching the files took too long")
        channel = self.channels[message.delivery.channel]
        try:
            content = channel.download(attachment, room, left)
        except ChannelError as error:
            self.telemetry.failure("file_not_fetched", error, conversation=message.conversation)
            why = str(error) if isinstance(error, Undeliverable) else "it could not be fetched"
            return attached.missing(attachment.name, why)
        return _placed(File(attachment.name, attachment.media_type, content), fetched)


def _placed(file: File, fetched: Fetched) -> str:
    image = attached.image(file)
    if image is not None:
        if len(file.content) > fetched.image_room:
            return attached.missing(file.name, "the images are too large together")
        fetched.image_room -= len(file.content)
        fetched.images.append(image)
        return f"[Attached image {attached.named(file.name)}]"
    text = attached.text(file)
    if text is None:
        return attached.missing(file.name, "neither text nor an image that I can pass on")
    fetched.text_room -= len(file.content)
    return text
