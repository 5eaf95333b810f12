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
STATUS_CHARACTERS = 3_000


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
        case "divider" | "actions" | "context" | "header" | "rich_text" | "image":
            return True
    return False
