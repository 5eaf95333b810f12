"""Replies as Telegram gets them."""

import pytest

from parley.adapters.telegram import render
from parley.adapters.telegram.limits import MESSAGES, RICH_CHUNK, RICH_TEXT, TEXT
from parley.core.reply import Part
from tests.rendering import TelegramHtml, in_utf16

JOINER = "\N{WORD JOINER}"


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        pytest.param("**a _b_** ~~c~~", "<b>a <i>b</i></b> <s>c</s>", id="marks"),
        pytest.param("# A `b`", "<b>A <code>b</code></b>", id="heading"),
        pytest.param("a < b & c", "a &lt; b &amp; c", id="escapes"),
        pytest.param("<b>a</b>", "&lt;b&gt;a&lt;/b&gt;", id="raw html"),
        pytest.param(
            "```py\nx < 1\n```", '<pre><code class="language-py">x &lt; 1</code></pre>', id="code"
        ),
        pytest.param("```\nx\n```", "<pre>x</pre>", id="code without a language"),
        pytest.param('```"><b>\nx\n```', "<pre>x</pre>", id="a language that is none"),
        pytest.param('[a](https://x?b&c=")', '<a href="https://x?b&amp;c=%22">a</a>', id="link"),
        pytest.param("[](https://x)", '<a href="https://x">https://x</a>', id="link without text"),
        pytest.param("![a](https://x/i.png)", '<a href="https://x/i.png">a</a>', id="image"),
        pytest.param("[a](tg://user?id=1)", "a (tg://user?id=1)", id="a person's link"),
        pytest.param("[a](docs/a.md)", "a (docs/a.md)", id="a link to nowhere"),
        pytest.param("[](docs/a.md)", "docs/a.md", id="a link of nothing to nowhere"),
        pytest.param("> a\n>\n> > b", "<blockquote>a\n\n&gt; b</blockquote>", id="quotes"),
        pytest.param(">", "&gt;", id="a quote of nothing"),
        pytest.param("|a|b|\n|-|-|\n|<|2|", "<pre>a | b\n--+--\n&lt; | 2</pre>", id="table"),
        pytest.param("```\n```", "```\n```", id="code of nothing"),
    ],
)
def test_markdown_as_html(markdown: str, html: str) -> None:
    assert render.html(markdown) == html
    assert not TelegramHtml(html).faults


def test_plain_text_has_no_marks() -> None:
    assert render.plain("# A\n\n- **b** [c](https://x)") == "A\n\n• b c (https://x)"
    assert render.plain("```\n```") == "```\n```"


def test_an_agents_text_calls_nobody() -> None:
    for text in ("Ask @alice", "@**alice**", "&#64;alice", r"\@alice"):
        assert "@alice" not in TelegramHtml(render.html(text)).prose
        assert "@alice" not in render.plain(text)
    (part,) = render.split("Ask @alice, [her](tg://user?id=1) or &commat;bob", rich=True)
    assert part.text == f"Ask @{JOINER}alice, [her](tg{JOINER}://user?id=1) or @{JOINER}bob"


def test_addresses_and_code_are_left_alone() -> None:
    text = "Mail ann@example.com, `@ann` or\n\n```py\n@property\n```"
    assert render.quiet(text) == text
    assert "@ann</code>" in render.html(text)
    assert "\n@property" in render.html(text).replace(">@", ">\n@")


def test_a_rich_message_takes_markdown_as_it_is_but_for_images() -> None:
    text = "# Done\n\n| a |\n|---|\n| 1 |\n\n- [x] `![a](b)`\n\n![a](https://x/i.png)"
    (part,) = render.split(text, rich=True)
    assert part == Part(text.replace("\n![a]", "\n[a]"))


def test_a_rich_message_has_no_more_blocks_than_telegram_allows() -> None:
    listed = render.split("- item\n" * 800, rich=True)
    assert max(part.text.count("\n") for part in listed) < 500
    assert len(render.split("```\n" + "code\n" * 800 + "```", rich=True)) == 1


@pytest.mark.parametrize("text", ["plain words " * 5000, "😀" * 30_000, "@ann " * 9000])
def test_every_rich_part_is_within_the_limit(text: str) -> None:
    parts = render.split(text, rich=True)
    assert max(in_utf16(part.text) for part in parts) <= RICH_TEXT
    assert max(in_utf16(piece.sent) for piece in render.pieces(text, rich=True)) <= RICH_CHUNK


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("plain words " * 1000, id="prose"),
        pytest.param("😀" * 5000, id="emoji"),
        pytest.param("[a](https://example.com/what) " * 500, id="links"),
        pytest.param("#\n" * 5000, id="headings"),
        pytest.param("| a |\n|---|\n" + "| b |\n" * 1500 + f"| {'c' * 90} |\n", id="table"),
        pytest.param("- - - a\n" * 1000, id="bullets"),
    ],
)
def test_every_ordinary_part_is_within_the_limit(text: str) -> None:
    parts = render.split(text, rich=False)
    assert len(parts) > 1
    for part in parts:
        assert in_utf16(TelegramHtml(render.html(part.text)).text) <= TEXT
        assert in_utf16(render.plain(part.text)) <= TEXT


def test_what_is_longer_than_a_few_messages_goes_on_in_a_file() -> None:
    *messages, file = render.split("plain words " * 2000, rich=False)
    assert len(messages) == MESSAGES
    assert file.file == "answer.md"


def test_nothing_is_one_empty_part() -> None:
    assert render.split("", rich=False) == (Part(""),)
    assert render.split("", rich=True) == (Part(""),)
