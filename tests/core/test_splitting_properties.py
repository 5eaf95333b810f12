"""Splitting, for any text: nothing lost, nothing too long, no fence left open."""

from hypothesis import given
from hypothesis import strategies as st

from parley.core.splitting import Length, Room, pieces, share_out
from tests.core.markdowns import markdowns, sound
from tests.properties import PROPERTY
from tests.rendering import code_of, in_json, in_utf16, open_fences

limits = st.sampled_from([120, 300, 1000])
lengths = st.sampled_from([len, in_utf16, in_json])


@PROPERTY
@given(markdowns, limits, lengths)
def test_nothing_is_lost_or_too_long(text: str, limit: int, length: Length) -> None:
    found = pieces(text, limit, length)
    assert "".join(piece.body for piece in found) == text
    assert max(length(piece.sent) for piece in found) <= limit


@PROPERTY
@given(markdowns, limits)
def test_every_fence_is_closed_in_its_piece(text: str, limit: int) -> None:
    assert [piece.sent for piece in pieces(text, limit) if open_fences(piece.sent)] == []


@PROPERTY
@given(sound, limits)
def test_code_is_cut_between_lines_and_stays_code(text: str, limit: int) -> None:
    found = "".join(code for piece in pieces(text, limit) for code in code_of(piece.sent))
    assert found == "".join(code_of(text))


@PROPERTY
@given(markdowns, limits, st.integers(1, 4))
def test_what_is_too_long_goes_on_in_one_file(text: str, limit: int, most: int) -> None:
    room = Room(limit, most=most, file="rest.md")
    found = share_out(text, room)
    messages = [piece for piece in found if not piece.file]
    assert "".join(piece.body for piece in found) == text
    assert len(messages) <= most
    assert max(len(piece.sent) for piece in messages) <= limit
    assert [piece.file for piece in found[len(messages) :]] in ([], ["rest.md"])
    assert [piece.sent for piece in found if open_fences(piece.sent)] == []
    if found[-1].file:
        assert found[-1].body.strip()
        assert messages[-1].sent.endswith(room.notice)
    elif len(found) > 1:
        assert all(piece.sent.strip() for piece in found)


@PROPERTY
@given(markdowns, limits)
def test_what_grows_when_it_is_shown_is_cut_smaller(text: str, limit: int) -> None:
    room = Room(limit, fits=lambda sent: 2 * len(sent) <= limit)
    for piece in share_out(text, room):
        assert piece.file or 2 * len(piece.sent) <= limit
