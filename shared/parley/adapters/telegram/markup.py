"""Telegram's HTML: what `parse_mode` HTML takes, and how long the text is without the marks."""

import re
from html import escape, unescape

from parley.core.rendering import quoted

# Whom a text names is told, and a person who is linked is, too: an agent's text calls nobody.
_MENTION = re.compile(r"(?<!\w)@(?!\u2060)")
_CALLED = "@\u2060"  # a word joiner: invisible, and Telegram no longer takes the rest for a name

_LINKED = re.compile(r"(?:https?|mailto|ftp):", re.IGNORECASE)
_LANGUAGE = re.compile(r"[\w+#.-]+")
_TAG = re.compile(r"<[^<>]*>")


class Html:
    """Marks, as `rendered` takes them. Telegram puts none into code, and no quote into another."""

    def text(self, text: str) -> str:
        return escaped(calling_nobody(text))

    def strong(self, text: str) -> str:
        return f"<b>{text}</b>"

    def emphasis(self, text: str) -> str:
        return f"<i>{text}</i>"

    def struck(self, text: str) -> str:
        return f"<s>{text}</s>"

    def code(self, code: str) -> str:
        return f"<code>{escaped(code)}</code>"

    def block(self, code: str, language: str) -> str:
        if _LANGUAGE.fullmatch(language):
            return f'<pre><code class="language-{language}">{escaped(code)}</code></pre>'
        return f"<pre>{escaped(code)}</pre>"

    def link(self, text: str, address: str) -> str:
        shown = text or self.text(address)
        if _LINKED.match(address):
            return f'<a href="{escape(address)}">{shown}</a>'
        return f"{shown} ({self.text(address)})" if text and address else shown

    def quote(self, text: str) -> str:
        return f"<blockquote>{text}</blockquote>" if text else escaped(quoted(text, ">"))


def escaped(text: str) -> str:
    return escape(text, quote=False)


def visible(html: str) -> str:
    """What is left of it when Telegram has parsed its marks."""
    return unescape(_TAG.sub("", html))


def calling_nobody(text: str) -> str:
    """The same text to the eye. Repeating it changes nothing that is seen."""
    return _MENTION.sub(_CALLED, text)
