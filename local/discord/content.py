"""The content of a message as Discord takes it: text, buttons, who may be pinged."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from local.discord import limits
from local.discord.errors import DiscordError, invalid, too_long
from local.multipart import Upload

Fields = Mapping[str, Any]
ROW, BUTTON, LINK = 1, 2, 5
PINGS = {"users": re.compile(r"<@!?\d+>"), "roles": re.compile(r"<@&\d+>")}
EVERYONE = re.compile(r"@(everyone|here)")


@dataclass(frozen=True, slots=True)
class Content:
    text: str
    components: tuple[Mapping[str, Any], ...] = ()
    files: tuple[Upload, ...] = ()
    pings: tuple[str, ...] = ()
    given: frozenset[str] = field(default_factory=frozenset)  # what an edit changes


def read_content(
    fields: Fields, files: Mapping[str, Upload], *, by_default: Sequence[str], edit: bool = False
) -> Content:
    """`by_default`: who is pinged when `allowed_mentions` says nothing."""
    text = str(fields.get("content") or "")
    if len(text) > limits.CONTENT:
        raise too_long("content", limits.CONTENT)
    components = tuple(fields.get("components") or ())
    _check_rows(components)
    uploads = _uploads(fields, files)
    if not edit and not text.strip() and not uploads and not components:
        raise DiscordError(400, 50006, "Cannot send an empty message")
    allowed = _allowed(fields.get("allowed_mentions"), by_default)
    given = frozenset({"content", "components"} & set(fields)) | ({"files"} if uploads else set())
    return Content(text, components, uploads, _pings(text, allowed), given)


def _uploads(fields: Fields, files: Mapping[str, Upload]) -> tuple[Upload, ...]:
    for each in files.values():
        if len(each.content) > limits.FILE_BYTES:
            raise DiscordError(413, 40005, "Request entity too large")
    for attachment in fields.get("attachments") or ():
        if "filename" in attachment and f"files[{attachment.get('id')}]" not in files:
            raise invalid("attachments", "ATTACHMENT_NOT_FOUND", "Attachment data not found.")
    return tuple(files.values())


def _allowed(given: Any, by_default: Sequence[str]) -> Sequence[str]:
    if not isinstance(given, Mapping):
        return by_default
    kinds = list(given.get("parse", ()))
    if set(kinds) - {"users", "roles", "everyone"}:
        raise invalid("allowed_mentions.parse", "BASE_TYPE_CHOICES", "Not a valid choice.")
    return kinds


def _pings(text: str, allowed: Sequence[str]) -> tuple[str, ...]:
    """The mentions in the text that make somebody's device ring."""
    found = [each[0] for kind in PINGS if kind in allowed for each in PINGS[kind].finditer(text)]
    if "everyone" in allowed:
        found += [each[0] for each in EVERYONE.finditer(text)]
    return tuple(found)


def _check_rows(rows: Sequence[Mapping[str, Any]]) -> None:
    if len(rows) > limits.ROWS:
        raise too_long("components", limits.ROWS)
    seen: set[str] = set()
    for index, row in enumerate(rows):
        place, inside = f"components.{index}", row.get("components") or ()
        if row.get("type") != ROW:
            raise invalid(f"{place}.type", "UNION_TYPE_CHOICES", "Value of field type is no row.")
        if not 1 <= len(inside) <= limits.BUTTONS_A_ROW:
            wanted = f"Must be between 1 and {limits.BUTTONS_A_ROW} in length."
            raise invalid(f"{place}.components", "BASE_TYPE_BAD_LENGTH", wanted)
        for number, button in enumerate(inside):
            _check_button(button, f"{place}.components.{number}", seen)


def _check_button(button: Mapping[str, Any], place: str, seen: set[str]) -> None:
    if button.get("type") != BUTTON or button.get("style") not in range(1, LINK + 1):
        raise invalid(f"{place}.style", "BASE_TYPE_CHOICES", "Not a valid choice.")
    label = str(button.get("label") or "")
    if len(label) > limits.LABEL:
        raise too_long(f"{place}.label", limits.LABEL)
    if not label and not button.get("emoji"):
        raise invalid(place, "BUTTON_COMPONENT_EMPTY", "A button must have a label or an emoji.")
    if button["style"] == LINK:
        if not button.get("url"):
            raise invalid(f"{place}.url", "BASE_TYPE_REQUIRED", "This field is required")
        return
    custom_id = str(button.get("custom_id") or "")
    if not 1 <= len(custom_id) <= limits.CUSTOM_ID:
        wanted = f"Must be between 1 and {limits.CUSTOM_ID} in length."
        raise invalid(f"{place}.custom_id", "BASE_TYPE_BAD_LENGTH", wanted)
    if custom_id in seen:
        said = "Component custom id cannot be duplicated"
        raise invalid(f"{place}.custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED", said)
    seen.add(custom_id)
