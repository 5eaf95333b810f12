"""What a message says: its text, what is quoted with it, and the files that can be fetched."""

from collections.abc import Sequence

from parley.adapters.slack.fields import Json, id_of, line_of, list_of, size_of, text_of
from parley.adapters.slack.limits import FILES_NAMED, MESSAGES_QUOTED
from parley.adapters.slack.mrkdwn import quoted, readable
from parley.core.message import Attachment

_NOT_AT_SLACK = ("external", "tombstone", "hidden_by_limit")


def said(text: str, event: Json) -> str:
    """`text` as people read it, and below it what came with it and is text."""
    shared = [_shared(each) for each in _attached(event) if _is_message(each)]
    return _joined([readable(text), *shared, _unseen(event)])


def asked_about(message: Json, author: str) -> str:
    """A message that somebody hands over, quoted whole: the alert of a bot is an attachment."""
    parts = [readable(text_of(message, "text")), *map(_words, _attached(message)), _unseen(message)]
    text = _joined(parts)
    head = f"[Message from {author}, in Slack:]" if author else "[Message in Slack:]"
    return f"{head}\n{quoted(text)}" if text else ""


def attachments(event: Json) -> tuple[Attachment, ...]:
    return tuple(
        Attachment(_file_name(file), line_of(file, "mimetype"), size_of(file, "size"), _ref(file))
        for file in _files(event)
        if _ref(file)
    )


def author_of(message: Json) -> str:
    user = id_of(message, "user")
    return f"@{user}" if user else line_of(message, "username")


def _joined(parts: Sequence[str]) -> str:
    return "\n\n".join(part for part in parts if part.strip())


def _unseen(event: Json) -> str:
    names = [_file_name(file) for file in _files(event) if not _ref(file)]
    return f"[Files attached in Slack, which you cannot see: {', '.join(names)}]" if names else ""


def _attached(event: Json) -> list[Json]:
    return list_of(event, "attachments")[:MESSAGES_QUOTED]


def _is_message(attachment: Json) -> bool:
    """Forwarded or linked; a preview of anything else is left out."""
    return bool(attachment.get("is_share") or attachment.get("is_msg_unfurl"))


def _shared(attachment: Json) -> str:
    text = _words(attachment)
    author = line_of(attachment, "author_name")
    head = f"[Message from {author}, shared in Slack:]" if author else "[Message shared in Slack:]"
    return f"{head}\n{quoted(text)}" if text.strip() else ""


def _words(attachment: Json) -> str:
    return readable(text_of(attachment, "text") or text_of(attachment, "fallback"))


def _files(event: Json) -> list[Json]:
    return list_of(event, "files")[:FILES_NAMED]


def _ref(file: Json) -> str:
    """Where the file lies; none for files of other services, deleted ones, and the stubs that Slack
    Connect sends of files in somebody else's workspace."""
    elsewhere = file.get("is_external") is True or file.get("mode") in _NOT_AT_SLACK
    if elsewhere or file.get("file_access") == "check_file_info":
        return ""
    return text_of(file, "url_private_download") or text_of(file, "url_private")


def _file_name(file: Json) -> str:
    names = (line_of(file, "name"), line_of(file, "title"), line_of(file, "id"))
    return next(filter(None, names), "unnamed")
