"""Splitting: nothing lost, nothing too long, and no piece that reads otherwise than its source."""

import json
import random
import time
from collections.abc import Callable
from itertools import pairwise

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from parley.core.splitting import Piece, pieces, split

PROSE = (
    "The build fails because the cache is stale. Clear it, then run the tests again! Does it help? "
)
CODE = "".join(f"    value_{number} = compute({number})  # why\n" for number in range(40))


def parsed(markdown: str) -> list[Token]:
    return MarkdownIt("commonmark").enable("table").parse(markdown)


def code_of(markdown: str) -> list[tuple[str, str]]:
    return [(token.info, token.content) for token in parsed(markdown) if token.type == "fence"]


def joined(parts: tuple[Piece, ...]) -> str:
    return "".join(piece.body for piece in parts)


def test_short_text_is_one_piece() -> None:
    assert split("Done.", 100) == ("Done.",)


def test_nothing_is_one_empty_piece() -> None:
    assert split("", 100) == ("",)


def test_cuts_between_paragraphs() -> None:
    assert split("first one\n\nsecond one\n\nthird", 24) == ("first one\n\nsecond one\n\n", "third")


def test_cuts_between_lines_when_a_paragraph_is_too_long() -> None:
    text = "- one is here\n- two is here\n- three is here\n"
    assert split(text, 30) == ("- one is here\n- two is here\n", "- three is here\n")


def test_cuts_between_sentences_when_a_line_is_too_long() -> None:
    assert split("It is red. It was green. Who knows?", 26) == (
        "It is red. It was green. ",
        "Who knows?",
    )


def test_cuts_between_words_when_a_sentence_is_too_long() -> None:
    assert split("one two three four", 10) == ("one two ", "three four")


def test_cuts_anywhere_when_a_word_is_too_long() -> None:
    assert split("x" * 25, 10) == ("x" * 10, "x" * 10, "x" * 5)


def test_a_heading_stays_with_its_paragraph() -> None:
    text = f"{'x' * 30}\n\n# Title\n\nbody of it\n\nmore"
    assert split(text, 40) == (f"{'x' * 30}\n\n", "# Title\n\nbody of it\n\nmore")


def test_a_fence_that_fits_is_kept_whole() -> None:
    fence = "```py\nprint(1)\nprint(2)\n```\n"
    assert split(f"Look at this, please:\n\n{fence}", 40) == ("Look at this, please:\n\n", fence)


def test_a_long_fence_is_closed_and_reopened_with_its_language() -> None:
    parts = split("```py\none = 1\ntwo = 2\nthree = 3\n```\nAnd so on.", 32)
    assert parts == (
        "```py\none = 1\ntwo = 2\n```",
        "```py\nthree = 3\n```\nAnd so on.",
    )


def test_a_fence_keeps_its_kind_and_length() -> None:
    first, second = split("~~~~ md\n```\ninner line\n```\nmore of it here\n~~~~\n", 38)
    assert first.startswith("~~~~ md\n")
    assert first.endswith("~~~~")
    assert second.startswith("~~~~md\n")


def test_a_line_of_code_that_is_too_long_is_cut_within_the_fence() -> None:
    text = f"```\n{'y' * 50}\n```"
    assert [code_of(part) for part in split(text, 30)] == [
        [("", "y" * 22 + "\n")],
        [("", "y" * 22 + "\n")],
        [("", "y" * 6 + "\n")],
    ]


def test_a_fence_in_a_list_is_reopened_without_its_indentation() -> None:
    text = "1. Run:\n\n    ```sh\n    make all\n    make test\n    ```\n\n2. Done."
    parts = split(text, 40)
    assert parts == (
        "1. Run:\n\n    ```sh\n    make all\n    ```",
        "```sh\nmake test\n```\n\n2. Done.",
    )
    assert joined(pieces(text, 40)) == text


def test_a_quoted_fence_is_reopened_in_the_quote() -> None:
    parts = split("> ```sh\n> make all\n> make test\n> ```\n> done", 30)
    assert parts == ("> ```sh\n> make all\n> ```", "> ```sh\n> make test\n> ```\n", "> done")


def test_a_fence_ends_with_the_quote_that_it_is_in() -> None:
    parts = split("> ```\n> make all\n\nThat is what I ran, and it worked.", 40)
    assert parts == ("> ```\n> make all\n\n", "That is what I ran, and it worked.")


def test_an_unclosed_fence_stays_code_to_the_end() -> None:
    parts = split("```\n" + "line of code\n" * 4, 36)
    assert all(code_of(part) for part in parts)
    assert len(parts) == 2


def test_a_word_of_backticks_never_opens_a_fence() -> None:
    text = "word " * 5 + "```js and then some more words follow here"
    for part in split(text, 30):
        assert not code_of(part)


def test_a_table_that_fits_is_kept_whole() -> None:
    table = "| a | b |\n|---|---|\n| 1 | 2 |\n"
    assert split(f"The numbers are as follows\n{table}", 40) == (
        "The numbers are as follows\n",
        table,
    )


def test_a_long_table_is_cut_between_rows_under_the_same_head() -> None:
    head, rows = "| a | b |\n|---|---|\n", [f"| row {number} | x |\n" for number in range(9)]
    parts = split(head + "".join(rows), 80)
    assert [row for part in parts for row in part.splitlines(True)[2:]] == rows
    for part in parts:
        assert part.startswith(head)
        assert parsed(part)[0].type == "table_open"


def test_a_piece_that_begins_in_a_list_is_not_indented_like_code() -> None:
    text = "- one\n- two\n    - three is here\n    - four is here\n- five\n"
    assert split(text, 30) == (
        "- one\n- two\n",
        "- three is here\n",
        "- four is here\n- five\n",
    )


def test_code_that_is_only_indented_stays_code() -> None:
    text = "So it is:\n\n    one = 1\n    two = 2\n    three = 3\n"
    assert split(text, 26)[1].startswith("    two")
    assert split("    one = 1\n    two = 2\n", 14)[1].startswith("    two")


def test_backticks_further_on_keep_a_line_from_being_a_fence() -> None:
    """Cut before them, it would be one."""
    text = "```one two``` and more words that follow it"
    assert split(text, 12) == ("```one two``", "` and more ", "words that ", "follow it")


def test_a_fence_that_its_quote_ends_is_closed_where_that_is_cut() -> None:
    text = "> ```\n> make all\n\nThat is what I ran, and it worked."
    assert split(text, 45)[0] == "> ```\n> make all\n\n"
    assert split(text[:17], 45) == ("> ```\n> make all\n> ```",)


def test_an_unclosed_fence_is_closed_at_the_end() -> None:
    assert split("```py\nx = 1", 100) == ("```py\nx = 1\n```",)


def test_length_is_measured_as_asked() -> None:
    def in_utf16(text: str) -> int:
        return len(text.encode("utf-16-le")) // 2

    assert split("😀" * 10, 8, in_utf16) == ("😀" * 4, "😀" * 4, "😀" * 2)


def test_a_character_longer_than_the_limit_still_goes_out() -> None:
    assert split("😀😀", 1, lambda text: 2 * len(text)) == ("😀", "😀")


def random_code(chance: random.Random) -> str:
    mark = chance.choice(["```", "````", "~~~"])
    body = "".join(CODE.splitlines(True)[: chance.randint(1, 40)])
    return f"{mark}{chance.choice(['', 'py', 'c++ title=x'])}\n{body}{mark}\n"


def random_table(chance: random.Random) -> str:
    rows = "".join(f"| {row} | {PROSE[: chance.randint(1, 40)]}|\n" for row in range(20))
    return f"| n | text |\n|:--|-----|\n{rows}\n"


def random_steps(chance: random.Random) -> str:
    commands = "   make test\n" * chance.randint(1, 30)
    return f"1. Step\n\n   ```sh\n{commands}   ```\n\n"


def random_noise(chance: random.Random) -> str:
    return "".join(chance.choices("ab ä😀`*_~\n\\|<>-", k=chance.randint(1, 300))) + "\n\n"


SANE: tuple[Callable[[random.Random], str], ...] = (
    random_code,
    random_table,
    random_steps,
    lambda chance: f"{'#' * chance.randint(1, 4)} Heading {chance.randint(1, 99)}\n\n",
    lambda chance: "".join(f"- {PROSE[: chance.randint(3, 80)]}\n" for _ in range(9)) + "\n",
    lambda chance: f"> {PROSE}\n> {PROSE}\n\n",
    lambda chance: "x" * chance.randint(1, 400) + "\n\n",
    lambda chance: PROSE * chance.randint(1, 6) + "\n\n",
)


def escaped(text: str) -> int:
    return len(json.dumps(text, ensure_ascii=False)) - 2


@pytest.mark.parametrize("seed", range(300))
def test_random_texts_lose_nothing_and_keep_the_limit(seed: int) -> None:
    chance = random.Random(seed)
    blocks = chance.choices((*SANE, random_noise), k=chance.randint(1, 12))
    text = "".join(block(chance) for block in blocks)
    limit = chance.choice([60, 120, 400, 1500])
    length = chance.choice([len, escaped])
    parts = pieces(text, limit, length)
    assert joined(parts) == text
    for piece in parts:
        assert piece.body
        assert length(piece.sent) <= limit


@pytest.mark.parametrize("seed", range(200))
def test_random_code_and_tables_read_as_before(seed: int) -> None:
    """The code of all pieces is the code of the text, and so are its rows."""
    chance = random.Random(seed)
    text = "".join(block(chance) for block in chance.choices(SANE, k=20))
    parts = split(text, chance.choice([300, 900]))
    code = [content for part in parts for _, content in code_of(part)]
    assert "".join(code) == "".join(content for _, content in code_of(text))
    assert all(content.strip() for content in code)
    cells = [token.content for token in parsed(text) if token.type == "inline"]
    rows = {cell for cell in cells if cell.startswith("The build") and len(cell) < 40}
    split_cells = {t.content for part in parts for t in parsed(part) if t.type == "inline"}
    assert rows <= split_cells


def test_pieces_of_code_join_without_blank_fences() -> None:
    for first, second in pairwise(split(f"```py\n{CODE}```\n", 300)):
        assert code_of(first)[0][1].strip()
        assert code_of(second)[0][1].strip()


@pytest.mark.parametrize("text", ["`" * 30_000, "~~~" * 9_000, "\n" * 30_000, "| " * 15_000])
def test_hostile_texts_take_no_long_time(text: str) -> None:
    began = time.process_time()
    assert joined(pieces(text, 1000)) == text
    assert time.process_time() - began < 2
