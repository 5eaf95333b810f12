"""Files that come with an interaction, and messages that somebody points at."""

from collections.abc import Iterable

from parley.adapters.discord.fields import (
    Json,
    id_in,
    number_in,
    object_in,
    objects_in,
    one_line,
    text_in,
)
from parley.adapters.discord.limits import EMBEDS_QUOTED, FILES
from parley.core.message import Attachment

UNKNOWN_TYPE = "application/octet-stream"


def attachments(sources: Iterable[Json]) -> tuple[Attachment, ...]:
    found = [_attachment(source) for source in sources if text_in(source, "url")]
    return tuple(found[:FILES])


def names(files: Iterable[Attachment]) -> str:
    return ", ".join(file.name for file in files)


def quoted(message: Json) -> str:
    """The message under its author's name; empty where it has no text."""
    parts = [*_texts(message), *_forwarded(message)]
    text = "\n\n".join(part for part in parts if part.strip())
    if not text:
        return ""
    lines = "\n".join(f"> {line}".rstrip() for line in text.split("\n"))
    return f"[Message from {_author(message)} in Discord:]\n{lines}"


def files_of(message: Json) -> tuple[Attachment, ...]:
    forwarded = [file for each in _snapshots(message) for file in objects_in(each, "attachments")]
    return attachments([*objects_in(message, "attachments"), *forwarded])


def _attachment(source: Json) -> Attachment:
    media_type = text_in(source, "content_type").partition(";")[0].strip().lower()
    return Attachment(
        name=one_line(text_in(source, "filename")) or id_in(source, "id") or "unnamed",
        media_type=media_type or UNKNOWN_TYPE,
        size=number_in(source, "size"),
        ref=text_in(source, "url"),
    )


def _texts(message: Json) -> list[str]:
    """What people read of a message: a build's report, say, is nothing but an embed."""
    embeds = objects_in(message, "embeds")[:EMBEDS_QUOTED]
    return [text_in(message, "content"), *map(_embed, embeds)]


def _embed(embed: Json) -> str:
    lines = [text_in(embed, "title"), text_in(embed, "description")]
    for field in objects_in(embed, "fields"):
        lines.append(f"{text_in(field, 'name')}: {text_in(field, 'value')}")
    return "\n".join(line for line in lines if line)


def _forwarded(message: Json) -> list[str]:
    return [text for snapshot in _snapshots(message) for text in _texts(snapshot)]


def _snapshots(message: Json) -> list[Json]:
    return [object_in(each, "message") for each in objects_in(message, "message_snapshots")]


def _author(message: Json) -> str:
    author = object_in(message, "author")
    name = text_in(author, "global_name") or text_in(author, "username") or id_in(author, "id")
    return one_line(name) or "somebody"
