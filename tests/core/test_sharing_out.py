"""A long reply: a few messages, then a file with the rest."""

from parley.core.splitting import Piece, Room, parts, share_out, split


def test_what_fits_a_few_messages_needs_no_file() -> None:
    assert [piece.file for piece in share_out("one two three", Room(6, most=3))] == [""] * 3


def test_what_does_not_goes_on_in_a_file_and_the_last_message_says_so() -> None:
    text = "```py\n" + "one = 1\n" * 30 + "```\nDone."
    first, second, rest = share_out(text, Room(100, most=2, file="rest.md"))
    assert first.sent.endswith("one = 1\n```")
    assert second.sent.startswith("```py\none = 1\n")
    assert second.sent.endswith("\n```\n\n… the rest is in `rest.md`")
    assert len(second.sent) <= 100
    assert rest.file == "rest.md"
    assert rest.sent == f"```py\n{rest.body}"
    assert rest.body.endswith("one = 1\n```\nDone.")
    assert first.body + second.body + rest.body == text


def test_what_would_fit_if_it_were_cut_elsewhere_needs_no_file_either() -> None:
    text = f"{'a' * 58}\n\n{'b ' * 73}\n\n{'c' * 18}\n"
    found = share_out(text, Room(150, most=2))
    assert len(split(text, 150)) == 3
    assert [piece.file for piece in found] == ["", ""]
    assert "".join(piece.body for piece in found) == text


def test_white_space_is_no_message_of_its_own() -> None:
    text = "\n" * 50 + "one" + "\n" * 50 + "two" + "\n" * 50
    found = share_out(text, Room(20))
    assert [piece.sent.strip() for piece in found] == ["one", "two"]
    assert "".join(piece.body for piece in found) == text


def test_parts_are_shown_as_the_platform_has_it_but_files_are_not() -> None:
    text = "one\n\ntwo is longer than that\n\nthree"
    found = parts(share_out(text, Room(60, most=1, file="r.md")), str.upper)
    assert [part.text for part in parts([Piece("a", "\na\n")], str.upper)] == ["A"]
    assert [part.file for part in found] == [""]
    *_, file = parts(share_out(text * 3, Room(60, most=1, file="r.md")), str.upper)
    assert file.file == "r.md"
    assert not file.text.isupper()
