"""The content of a message as the Bot API takes it: text with entities, rich text, buttons."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markdown_it import MarkdownIt

from local.telegram import limits
from local.telegram.errors import bad
from local.telegram.html import CannotParse, parse_html
from local.telegram.limits import units

Arguments = Mapping[str, Any]
_BLOCKS = frozenset(
    {
        "paragraph_open",
        "heading_open",
        "fence",
        "code_block",
        "hr",
        "blockquote_open",
        "bullet_list_open",
        "ordered_list_open",
        "list_item_open",
        "table_open",
    }
)


@dataclass(frozen=True, slots=True)
class Text:
    text: str
    entities: tuple[Mapping[str, Any], ...] = ()


def read_text(arguments: Arguments, field: str = "text", most: int = limits.TEXT_UNITS) -> Text:
    """The parsed text, or the refusal that Telegram would answer."""
    source = str(arguments.get(field) or "")
    mode = str(arguments.get("parse_mode") or "").lower()
    entities = list(arguments.get(_entities_field(field)) or ())
    if mode == "html":
        try:
            source, entities = parse_html(source)
        except CannotParse as error:
            raise bad(f"can't parse entities: {error}") from error
    elif mode:
        raise bad("unsupported parse_mode")  # the stand-in reads HTML only
    if field == "text" and not source.strip():
        raise bad("message text is empty")
    if units(source) > most:
        raise bad("message is too long" if field == "text" else "message caption is too long")
    return Text(source, tuple(each for each in entities if _inside(each, source)))


def read_rich(arguments: Arguments) -> Mapping[str, Any]:
    rich = arguments.get("rich_message")
    if not isinstance(rich, Mapping):
        raise bad("rich message must be non-empty")
    given = [each for each in ("markdown", "html", "blocks") if rich.get(each)]
    if len(given) != 1:
        raise bad("rich message must have exactly one of markdown, html and blocks")
    if given == ["markdown"]:
        _check_markdown(str(rich["markdown"]))
    elif given == ["html"] and units(str(rich["html"])) > limits.RICH_UNITS:
        raise bad("message is too long")
    elif given == ["blocks"] and len(rich["blocks"]) > limits.RICH_BLOCKS:
        raise bad("rich message has too many blocks")
    return rich


def read_keyboard(arguments: Arguments) -> Mapping[str, Any] | None:
    markup = arguments.get("reply_markup")
    if not markup:
        return None
    if not isinstance(markup, Mapping):
        raise bad("can't parse reply keyboard markup JSON object")
    rows = markup.get("inline_keyboard", [])
    buttons = [button for row in rows for button in row]
    if len(buttons) > limits.BUTTONS:
        raise bad("reply markup is too long")
    for button in buttons:
        _check_button(button)
    return markup if buttons else None


def _entities_field(field: str) -> str:
    return "entities" if field == "text" else f"{field}_entities"


def _inside(entity: Mapping[str, Any], text: str) -> bool:
    """Telegram drops an entity that reaches beyond the text."""
    offset, length = int(entity.get("offset", -1)), int(entity.get("length", 0))
    return offset >= 0 and length > 0 and offset + length <= units(text)


def _check_markdown(source: str) -> None:
    if units(source) > limits.RICH_UNITS:
        raise bad("message is too long")
    tokens = MarkdownIt("commonmark").enable("table").parse(source)
    if not tokens:
        raise bad("message text is empty")
    if sum(each.type in _BLOCKS and not each.hidden for each in tokens) > limits.RICH_BLOCKS:
        raise bad("rich message has too many blocks")
    if max(_depth(each.type, each.level) for each in tokens) > limits.RICH_NESTING:
        raise bad("rich message is nested too deeply")
    columns = 0
    for each in tokens:
        columns = 0 if each.type == "tr_open" else columns + (each.type in ("th_open", "td_open"))
        if columns > limits.TABLE_COLUMNS:
            raise bad("rich message has a table with too many columns")


def _depth(kind: str, level: int) -> int:
    """The token tree has two levels, a list and its item, where Telegram counts one."""
    return level // 2 if kind in _BLOCKS else 0


def _check_button(button: Mapping[str, Any]) -> None:
    if not str(button.get("text") or "").strip():
        raise bad("can't parse inline keyboard button: Text buttons are unallowed in the inline "
                  "keyboard")  # fmt: skip
    if "callback_data" in button:
        size = len(str(button["callback_data"]).encode())
        if not 1 <= size <= limits.CALLBACK_DATA_BYTES:
            raise bad("BUTTON_DATA_INVALID")
    elif not button.get("url") and "copy_text" not in button:
        raise bad("can't parse inline keyboard button: Text buttons are unallowed in the inline "
                  "keyboard")  # fmt: skip
    if button.get("style") not in (None, "danger", "success", "primary"):
        raise bad("can't parse inline keyboard button: unsupported style")
