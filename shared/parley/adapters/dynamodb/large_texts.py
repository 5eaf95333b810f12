"""Texts inside an item while they are small, in the bucket when they are not.

An attribute that may be large holds the text itself or a map with its key in the bucket. The text
is put there before the item is written, under a name made of its content: a repeat changes
nothing, and a crash between the two leaves an orphan that nobody refers to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from parley.adapters.dynamodb import keys
from parley.adapters.dynamodb.codec import Plain
from parley.core.limits import INLINE_BYTES

if TYPE_CHECKING:
    from parley.ports import Texts


KEY = "text_key"


class Fetching(Protocol):
    def fetch(self, stored: str | Mapping[str, str] | None) -> str: ...


class NoTexts:
    """For who asks how an item stands, and not for what it says."""

    def fetch(self, _stored: str | Mapping[str, str] | None) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class LargeTexts:
    texts: Texts

    def place(self, conversation: str, text: str) -> Plain:
        """What the item holds for this text."""
        if len(text.encode()) <= INLINE_BYTES:
            return text
        key = keys.text(conversation, text)
        self.texts.put(key, text)
        return {KEY: key}

    def fetch(self, stored: str | Mapping[str, str] | None) -> str:
        if stored is None:
            return ""
        return stored if isinstance(stored, str) else self.texts.get(stored[KEY])
