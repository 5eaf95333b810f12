"""What Slack refuses in a message, by docs.slack.dev (chat.postMessage, blocks) unless said."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

BLOCKS = 50
MARKDOWN_CHARACTERS = 12_000  # of all markdown blocks of a message together, or of markdown_text
PAYLOAD_CHARACTERS = (
    13_200  # undocumented: msg_blocks_too_long begins about here (bolt-js issue 2509)
)
SECTION_CHARACTERS = 3_000
TEXT_CHARACTERS = 40_000  # beyond it Slack cuts the text off without an error
ELEMENTS = 25
BUTTON_CHARACTERS = 75
ACTION_ID_CHARACTERS = 255
VALUE_CHARACTERS = 2_000
CONTEXT_ELEMENTS = 10
HEADER_CHARACTERS = 150
RESPONSE_URL_POSTS = 5
RESPONSE_URL_SECONDS = 30 * 60.0
CHANNEL_SECONDS = 1.0  # a message, after a short burst
SESSION_STATUSES = frozenset({"processing", "active", "suspended", "closed"})


def refusal(arguments: Mapping[str, Any]) -> str | None:
    """The error that Slack would answer to this message's content, or None."""
    blocks = arguments.get("blocks") or []
    markdown = arguments.get("markdown_text")
    text = arguments.get("text")
    if not blocks and not markdown and not text:
        return "no_text"
    if markdown and (blocks or text):
        return "markdown_text_conflict"
    if markdown and len(markdown) > MARKDOWN_CHARACTERS:
        return "msg_too_long"
    return _blocks_refusal(blocks) if blocks else None


def cut(text: str) -> str:
    return text[:TEXT_CHARACTERS]


def _blocks_refusal(blocks: Any) -> str | None:
    if not isinstance(blocks, list) or not all(isinstance(each, dict) for each in blocks):
        return "invalid_blocks_format"
    if len(blocks) > BLOCKS or not all(map(_is_valid, blocks)):
        return "invalid_blocks"
    if _markdown_length(blocks) > MARKDOWN_CHARACTERS:
        return "msg_blocks_too_long"
    if len(json.dumps(blocks, ensure_ascii=False)) > PAYLOAD_CHARACTERS:
        return "msg_blocks_too_long"
    return None


def _markdown_length(blocks: Sequence[Mapping[str, Any]]) -> int:
    return sum(len(each["text"]) for each in blocks if each["type"] == "markdown")


def _is_valid(block: Mapping[str, Any]) -> bool:
    match block.get("type"):
        case "markdown":
            return isinstance(block.get("text"), str) and bool(block["text"])
        case "section":
            text = block.get("text")
            return isinstance(text, dict) and 0 < len(text.get("text", "")) <= SECTION_CHARACTERS
        case "header":
            text = block.get("text")
            return isinstance(text, dict) and 0 < len(text.get("text", "")) <= HEADER_CHARACTERS
        case "context":
            return 0 < len(block.get("elements", ())) <= CONTEXT_ELEMENTS
        case "actions":
            return _are_buttons(block.get("elements"))
        case "divider" | "rich_text" | "image":
            return True
    return False


def _are_buttons(elements: Any) -> bool:
    if not isinstance(elements, list) or not 0 < len(elements) <= ELEMENTS:
        return False
    named = [each.get("action_id") for each in elements if each.get("action_id")]
    return len(set(named)) == len(named) and all(map(_is_button, elements))


def _is_button(element: Mapping[str, Any]) -> bool:
    """Of the elements that could stand there, bots like ours use buttons only."""
    text = element.get("text")
    return (
        element.get("type") == "button"
        and isinstance(text, dict)
        and text.get("type") == "plain_text"
        and 0 < len(str(text.get("text") or "")) <= BUTTON_CHARACTERS
        and len(str(element.get("action_id") or "")) <= ACTION_ID_CHARACTERS
        and len(str(element.get("value") or "")) <= VALUE_CHARACTERS
        and element.get("style") in (None, "primary", "danger")
    )
