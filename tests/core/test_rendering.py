"""Markdown as running text."""

import time

import pytest

from parley.core.rendering import DEEPEST, plain, plain_line


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        pytest.param("**a** _b_ ~~c~~ `d`", "a b c d", id="marks"),
        pytest.param("# Title\nText", "Title\n\nText", id="heading"),
        pytest.param("Title\n===", "Title", id="underlined heading"),
        pytest.param("a\nb  \nc", "a\nb\nc", id="line breaks"),
        pytest.param("[a](https://x.y)", "a (https://x.y)", id="link"),
        pytest.param("<https://x.y>", "https://x.y", id="address"),
        pytest.param("<ann@x.y>", "ann@x.y", id="mail address"),
        pytest.param("[](https://x.y)", "https://x.y", id="link without text"),
        pytest.param("See ![a](https://x.y/z.png)!", "See a (https://x.y/z.png)!", id="image"),
        pytest.param("Oh! [a](https://x.y)", "Oh! a (https://x.y)", id="no image"),
        pytest.param("[a][b]\n\n[b]: https://x.y", "[a][b]\n\n[b]: https://x.y", id="reference"),
        pytest.param("<b>a</b>\n\n<p>\na\n</p>", "<b>a</b>\n\n<p>\na\n</p>", id="html"),
        pytest.param("&lt;b&gt; &amp;", "<b> &", id="entities"),
        pytest.param("- a\n- b\n  - c\n  - d\n- e", "• a\n• b\n  • c\n  • d\n• e", id="list"),
        pytest.param("- a\n\n- b", "• a\n\n• b", id="loose list"),
        pytest.param("8. a\n9. b\n10. c", "8. a\n9. b\n10. c", id="numbers"),
        pytest.param("10. a\n    - b", "10. a\n    • b", id="bullets under a number"),
        pytest.param("- a\n\n  b", "• a\n\n  b", id="two paragraphs of an item"),
        pytest.param("- a\n\n      code", "• a\n\ncode", id="code of an item"),
        pytest.param("- ```\n  code\n  ```", "•\ncode", id="an item of code"),
        pytest.param("-\n- a", "•\n• a", id="an empty item"),
        pytest.param("> a\n> > b", "> a\n>\n> > b", id="quotes"),
        pytest.param("```py\nx\n\ny\n```", "x\n\ny", id="code"),
        pytest.param("a\n\n---\n\nb", "a\n\n———\n\nb", id="rule"),
        pytest.param("|a|b|\r\n|-|-|\r\n|1|2|", "a | b\n--+--\n1 | 2", id="table"),
        pytest.param("- x\n\n  |a|\n  |-|\n  |1|", "• x\n\na\n-\n1", id="table in a list"),
        pytest.param("", "", id="nothing"),
        pytest.param("#\n\n-", "\n\n•", id="nearly nothing"),
    ],
)
def test_it_reads_as_the_markdown_looks(markdown: str, shown: str) -> None:
    assert plain(markdown) == shown


def test_a_cell_is_a_line() -> None:
    assert plain_line("# 1. **a**") == "# 1. a"


def test_what_is_nested_too_deeply_is_shown_as_written() -> None:
    text = "> " * DEEPEST + "at the bottom"
    assert plain(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "> " * 3000 + "x",
        "- " * 3000 + "x",
        "*" * 9000,
        "*a " * 3000 + "a* " * 3000,
        "[" * 3000,
        "![" * 3000 + "](x)" * 3000,
        "`" * 9000,
        "<" * 9000,
        "|" * 3000 + "\n" + "|-" * 1500,
    ],
    ids=lambda text: text[:4],
)
def test_hostile_texts_take_no_long_time(text: str) -> None:
    began = time.process_time()
    plain(text)
    assert time.process_time() - began < 3
