from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.core.tasks.terminal_text import (
    LONGEST_LINE,
    LONGEST_SEQUENCE,
    LONGEST_STRING,
    TerminalText,
)
from tests.properties import PROPERTY

SHOWN = {
    "plain lines": (b"one\ntwo\n", "one\ntwo\n"),
    "a last line without a break": (b"one\ntwo", "one\ntwo"),
    "the line breaks of terminals": (b"one\r\ntwo\r\n", "one\ntwo\n"),
    "tabs": (b"a\tb\n", "a\tb\n"),
    "colours": (b"\x1b[1;31mred\x1b[0m\x1b[K\n", "red\n"),
    "a colour as one character more": (b"\xc2\x9b31mred\n", "red\n"),
    "a title that ends with a bell": (b"\x1b]0;title\x07text\n", "text\n"),
    "a link": (b"\x1b]8;;u:v\x1b\\text\x1b]8;;\x1b\\\n", "text\n"),
    "a title that never ends costs its line": (b"\x1b]0;title\ntext\n", "\ntext\n"),
    "a string to the terminal": (b"\x1bPq one\ntwo\x1b\\text\n", "text\n"),
    "a cancelled string": (b"\x1bPq one\x18text\n", "text\n"),
    "a string that is too long": (
        b"\x1b_" + b"x" * LONGEST_STRING + b"text\n",
        "text\n",
    ),
    "character sets": (b"\x1b(B\x1b)0text\x1b=\x1b7\n", "text\n"),
    "an escape that is none": (b"\x1b\n\xe2\x82\xac\x1b\xe2\x82\xac\n", "\n€€\n"),
    "a sequence that breaks off": (b"\x1b[31\ntext\n", "\ntext\n"),
    "a sequence that is too long": (
        b"\x1b[" + b"1" * LONGEST_SEQUENCE + b"1text\n",
        "1text\n",
    ),
    "a private mode": (b"\x1b[?25ltext\x1b[?25h\n", "text\n"),
    "progress": (b" 10%\r 50%\r100%\r\n", "100%\n"),
    "progress that shrinks": (b"working on it\r\x1b[Kdone\n", "done\n"),
    "progress blanked out": (b"working\r       \rok\n", "ok\n"),
    "progress from the first column": (b"one\x1b[1Gtwo\x1b[2D.\n", "t.o\n"),
    "a spinner that is erased": (b"- wait\x1b[2K\x1b[Gdone\n", "done\n"),
    "a line erased up to the cursor": (b"abcd\x1b[2D\x1b[1Kx\n", "  xd\n"),
    "an empty line erased": (b"\x1b[2K\x1b[Ktext\n", "text\n"),
    "columns skipped": (b"a\x1b[3Cb\n", "a   b\n"),
    "backspaces": (b"abc\b\b\bxy\n", "xyc\n"),
    "a backspace too many": (b"\b\bab\n", "ab\n"),
    "bells and other noise": (b"a\x07\x00b\x7f\n", "ab\n"),
    "more than one byte": ("é € 🙂\n".encode(), "é € 🙂\n"),
    "what is no UTF-8": (b"a\xff\xe2\x82", "a\ufffd\ufffd"),
}


def read(data: bytes, cuts: list[int], longest: int = 65_536) -> str:
    text = TerminalText(longest)
    places = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    fed = [text.feed(data[a:b]) for a, b in pairwise(places)]
    return "".join(fed) + text.end()


@pytest.mark.parametrize(("written", "shown"), SHOWN.values(), ids=SHOWN.keys())
def test_what_was_written_reads_as_on_a_terminal(written: bytes, shown: str) -> None:
    assert read(written, []) == shown


@pytest.mark.parametrize(("written", "shown"), SHOWN.values(), ids=SHOWN.keys())
def test_it_reads_the_same_byte_by_byte(written: bytes, shown: str) -> None:
    assert read(written, list(range(len(written)))) == shown


PIECES = st.sampled_from(
    [
        *(
            b"\x1b \x1b[ \x1b] \x1bP \x1b\\ \x1b( [ ] 1 ; 2K K 3C 9G 2D m \x07 \x18 \x9b".split(
                b" "
            )
        ),
        *(b"\r \n \r\n \b \t \x00 a bc \xc2 \x9b \xe2\x82 \xac \xf0\x9f \x99\x82".split(b" ")),
        b" ",
    ]
)


@PROPERTY
@given(
    st.lists(PIECES | st.binary(max_size=4), max_size=40).map(b"".join),
    st.lists(st.integers(0, 10_000), max_size=12),
    st.sampled_from([1, 3, 65_536]),
)
def test_however_it_is_cut_it_reads_the_same(data: bytes, cuts: list[int], longest: int) -> None:
    assert read(data, cuts, longest) == read(data, [], longest)


@PROPERTY
@given(st.lists(PIECES | st.binary(max_size=4), max_size=40).map(b"".join))
def test_nothing_of_a_terminals_own_language_is_left(data: bytes) -> None:
    left = set(read(data, [])) & {*map(chr, range(0x20)), *map(chr, range(0x7F, 0xA0))}

    assert left <= {"\n", "\t"}


@PROPERTY
@given(st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=200))
def test_plain_text_is_taken_as_it_is(text: str) -> None:
    assert read(text.encode(), [1, 2, 3]) == text


def test_a_line_without_end_is_handed_on_in_pieces() -> None:
    text = TerminalText(longest_line=4)

    assert (text.feed(b"abcdef"), text.feed(b"gh\ni"), text.end()) == ("abcd", "efgh\n", "i")


def test_a_line_that_is_too_long_for_progress_is_not_written_over() -> None:
    long = "x" * (LONGEST_LINE + 1)
    text = TerminalText(longest_line=2 * LONGEST_LINE)

    assert text.feed(f"{long}\r\x1b[2Kover\r\n".encode()) == f"{long}over\n"


def test_a_line_under_way_is_there_for_those_who_wait() -> None:
    text = TerminalText()
    text.feed(b"Go on? ")

    assert text.settle() == "Go on? "
    assert text.feed(b"yes\n") == "yes\n"


def test_of_what_was_handed_on_nothing_comes_again() -> None:
    text = TerminalText()
    text.feed(b"one")
    text.settle()

    assert (text.settle(), text.end()) == ("", "")


def test_progress_is_not_there_for_those_who_wait() -> None:
    text = TerminalText()
    text.feed(b"10%\r20%")

    assert text.settle() == ""
    assert text.feed(b"\r30%\n") == "30%\n"


def test_a_line_that_is_written_over_after_all_comes_again() -> None:
    text = TerminalText()
    text.feed(b"10%")
    text.settle()

    assert text.feed(b"\r20%\n") == "\n20%\n"
