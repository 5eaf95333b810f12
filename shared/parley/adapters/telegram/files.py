"""Files that come with a message, by the ids that the client fetches them by."""

from parley.adapters.telegram.fields import Json, line, member, members, number, text
from parley.adapters.telegram.limits import FILES_TAKEN
from parley.core.message import Attachment

# What else can be in a message, and what it is called where it has no name of its own. An animation
# is a document too, for programs that do not know animations.
_KINDS = {
    "document": ("file", "application/octet-stream"),
    "video": ("video.mp4", "video/mp4"),
    "video_note": ("video.mp4", "video/mp4"),
    "audio": ("audio.mp3", "audio/mpeg"),
    "voice": ("voice.ogg", "audio/ogg"),
}


def attachments(*messages: Json) -> tuple[Attachment, ...]:
    found = [each for message in messages for each in _of(message)]
    return tuple(found[:FILES_TAKEN])


def _of(message: Json) -> list[Attachment]:
    others = [
        _attachment(member(message, kind), name, media_type)
        for kind, (name, media_type) in _KINDS.items()
    ]
    return [each for each in (_photo(message), *others) if each]


def _photo(message: Json) -> Attachment | None:
    """The largest of the sizes that Telegram made of it. All of them are JPEG."""
    sizes = members(message, "photo")
    if not sizes:
        return None
    largest = max(
        sizes, key=lambda size: (number(size, "width") or 0) * (number(size, "height") or 0)
    )
    return _attachment(largest, f"photo-{number(message, 'message_id') or 0}.jpg", "image/jpeg")


def _attachment(file: Json, name: str, media_type: str) -> Attachment | None:
    ref = text(file, "file_id")
    if not ref:
        return None
    return Attachment(
        name=line(file, "file_name") or name,
        media_type=line(file, "mime_type") or media_type,
        size=max(number(file, "file_size") or 0, 0),
        ref=ref,
    )
