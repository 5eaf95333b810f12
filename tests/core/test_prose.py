"""What is code stays as it is."""

from parley.core.prose import change_prose, images_as_links, lines_of_prose


def test_fences_and_spans_are_code_and_the_rest_is_prose() -> None:
    text = "a `a` ``a ` a`` a\n```a\na\n```\na | a\n--|--\na | `a`\n"
    assert change_prose(text, str.upper) == (
        "A `a` ``a ` a`` A\n```a\na\n```\nA | A\n--|--\nA | `a`\n"
    )


def test_a_span_ends_with_its_paragraph() -> None:
    assert change_prose("a ` b\n\nc ` d", str.upper) == "A ` B\n\nC ` D"
    assert change_prose("a ` b\nc ` d", str.upper) == "A ` b\nc ` D"


def test_images_become_links() -> None:
    assert images_as_links("![a](https://x/i.png 'title')!") == "[a](https://x/i.png)!"
    assert images_as_links("![](https://x/i.png)") == "https://x/i.png"


def test_a_fence_is_one_line_of_prose() -> None:
    assert lines_of_prose("a\n\n```\nb\nc\n```\nd") == 4
