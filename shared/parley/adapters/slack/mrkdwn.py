"""Slack's notation in what people write, turned into text that an agent reads as they wrote it."""

import re
from collections.abc import Collection

_ESCAPES = {"&amp;": "&", "&lt;": "<", "&gt;": ">"}
_MENTION = re.compile(r"<@(\w+)(?:\|[^<>]*)?>")
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_NOTATION = re.compile(r"<([^<>\n]+)>|&(?:amp|lt|gt);")


def mentions(text: str, users: Collection[str]) -> bool:
    return not set(users).isdisjoint(mentioned(text))


def mentioned(text: str) -> list[str]:
    """The users that the text mentions, in its order."""
    return _MENTION.findall(text)


def without_mentions(text: str, users: Collection[str]) -> str:
    """The text without mentions of these users, each with one adjacent colon or comma and space.

    Every other space, line break and indentation stays: the text may be code.
    """
    if not users:
        return text
    names = "|".join(re.escape(user) for user in users)
    mention = rf"<@(?:{names})(?:\|[^<>]*)?>"
    at_line_end = rf" {mention}[:,]?(?=\n|$)"
    return re.sub(rf"{at_line_end}|{mention}[:,]? ?", "", text)


def first_word_mentions(text: str, user: str) -> bool:
    found = _MENTION.match(text.lstrip())
    return found is not None and found[1] == user


def readable(text: str) -> str:
    """`<@U1>`, `<#C1|dev>`, `<https://x|label>` and the three escapes, each decoded once."""
    return _NOTATION.sub(lambda found: _decoded(found[0], found[1]), text)


def quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def escaped(text: str) -> str:
    """The other way: a text that Slack shows as it is, without links or mentions."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _decoded(whole: str, inner: str | None) -> str:
    if inner is None:
        return _ESCAPES[whole]
    target, _, label = inner.partition("|")
    target, label = _unescaped(target), _unescaped(label)
    if target.startswith("@"):
        return f"@{label or target[1:]}"
    if target.startswith("#"):
        return f"#{label or target[1:]}"
    if target.startswith("!"):
        return _command(target[1:], label)
    # In a slash command's text nothing is escaped, so that `<` may be a plain one.
    return _link(target, label) if _ADDRESS.match(target) else whole


def _command(command: str, label: str) -> str:
    """`<!here>`, `<!subteam^S1|@ops>`, `<!date^1700000000^{date}|today>`."""
    name, _, rest = command.partition("^")
    if name == "date":
        return label or rest
    if label:
        return label if label.startswith("@") else f"@{label}"
    return f"@{rest or name}"


def _link(url: str, label: str) -> str:
    """A link that Slack made of a bare address goes back to what was typed."""
    if not label or label == url:
        return url
    if url.removeprefix("mailto:").removeprefix("http://").removeprefix("https://") == label:
        return label
    return f"[{label}]({url})"


def _unescaped(text: str) -> str:
    return re.sub(r"&(?:amp|lt|gt);", lambda found: _ESCAPES[found[0]], text)
