"""Tables as text: aligned where that helps, and never without a cell."""

from parley.core.rendering import plain_line
from parley.core.tables import table_text, width


def shown(*lines: str) -> list[str]:
    return table_text(lines, plain_line).split("\n")


def test_columns_are_aligned_as_the_delimiters_say() -> None:
    assert shown("| a | b | c |", "|:--|:-:|--:|", "| long | wide | 1 |", "| x | y | 100 |") == [
        "a    |  b   |   c",
        "-----+------+----",
        "long | wide |   1",
        "x    |  y   | 100",
    ]


def test_marks_and_line_breaks_of_a_cell_are_taken_off() -> None:
    assert shown("| **a** |", "|---|", "| `x` and<br/>[y](https://z) |") == [
        "a",
        "-------------------",
        "x and y (https://z)",
    ]


def test_cells_beyond_the_head_stay() -> None:
    assert shown("|a|b|", "|-|-|", "|1|2|3|")[2] == "1 | 2 | 3"


def test_a_bar_that_is_escaped_belongs_to_its_cell() -> None:
    assert shown("|a|b|", "|-|-|", r"|`x \| y`|2|")[2] == "x | y | 2"


def test_a_short_row_has_empty_cells() -> None:
    assert shown("a | b", "- | -", "1") == ["a | b", "--+--", "1 |"]


def test_quotes_and_list_markers_are_no_cells() -> None:
    assert shown("- > | a |", "  > |---|", "  > | 1 |") == ["a", "-", "1"]


def test_a_wide_table_is_not_padded() -> None:
    rows = shown("| a | b |", "|---|---|", f"| {'x' * 90} | {'y' * 40} |", "| 1 | 2 |")
    assert rows == ["a | b", f"{'x' * 90} | {'y' * 40}", "1 | 2"]


def test_one_long_cell_does_not_make_a_long_table_many_times_longer() -> None:
    rows = shown("| a |", "|---|", f"| {'x' * 100} |", *["| 1 |"] * 50)
    assert sum(map(len, rows)) < 200


def test_width_counts_columns_not_characters() -> None:
    assert width("日本") == 4
    assert width("e\N{COMBINING ACUTE ACCENT}") == 1
    assert width("a\N{ZERO WIDTH JOINER}") == 1
