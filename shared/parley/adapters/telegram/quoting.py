"""Other people's words in a message: what it answers, and what it passes on.

Both are quoted, so that nobody takes them for the sender's own, or for a command.
"""

from parley.adapters.telegram.fields import Json, line, member, text

_ORIGINS = ("sender_user", "sender_chat", "chat")


def words(message: Json) -> str:
    return text(message, "text") or text(message, "caption")


def answered(message: Json, *, ours: bool) -> str:
    """The words that the message answers. Those of the bot are in the agent's history, unless
    somebody picked some of them."""
    original = member(message, "reply_to_message")
    picked = text(member(message, "quote"), "text")
    said = picked or ("" if ours else words(original))
    return _quoted("In reply to", _author(original), said) if said.strip() else ""


def passed_on(message: Json, said: str) -> str:
    """The text of a message that was forwarded."""
    origin = member(message, "forward_origin")
    named = next((_name(member(origin, key)) for key in _ORIGINS if key in origin), "")
    return _quoted("Forwarded from", named or line(origin, "sender_user_name"), said)


def _author(original: Json) -> str:
    return _name(member(original, "sender_chat")) or _name(member(original, "from"))


def _name(source: Json) -> str:
    """Of a person or a chat."""
    named = line(source, "title") or line(source, "first_name", "last_name")
    return named or line(source, "username")


def _quoted(how: str, author: str, said: str) -> str:
    lines = "\n".join(f"> {each}".rstrip() for each in said.split("\n"))
    return f"[{how} {author or 'somebody'}:]\n{lines}"
