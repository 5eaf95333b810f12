"""Files that came with a message, as the agent gets them."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.core import attached
from parley.core.attached import File
from tests.properties import PROPERTY

PNG = b"\x89PNG\r\n\x1a\n" + b"rest"
JPEG = b"\xff\xd8\xff\xe0rest"
GIF = b"GIF89a rest"
WEBP = b"RIFF\x00\x00\x00\x00WEBPrest"


@pytest.mark.parametrize(
    ("content", "kind"),
    [(PNG, "image/png"), (JPEG, "image/jpeg"), (GIF, "image/gif"), (WEBP, "image/webp")],
)
def test_an_image_is_known_by_its_first_bytes(content: bytes, kind: str) -> None:
    found = attached.image(File("a.txt", "text/plain", content))
    assert found == f"data:{kind};base64,{base64.b64encode(content).decode()}"


@pytest.mark.parametrize(
    "content",
    [b"", b"plain", b"<svg/>", b"RIFF\x00\x00\x00\x00WAVE", b"%PDF-1.7", b"\x00\x00\x00 ftypavif"],
)
def test_what_only_claims_to_be_an_image_is_none(content: bytes) -> None:
    assert attached.image(File("a.png", "image/png", content)) is None


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"hello\n", "Attached file `a.txt`:\n```\nhello\n```"),
        ("grüße".encode(), "Attached file `a.txt`:\n```\ngrüße\n```"),
        (b"", "Attached file `a.txt`:\n```\n\n```"),
        (b"a\n```\nb\n```\n", "Attached file `a.txt`:\n````\na\n```\nb\n```\n````"),
        (b"`````", "Attached file `a.txt`:\n``````\n`````\n``````"),
        (b"``", "Attached file `a.txt`:\n```\n``\n```"),
    ],
)
def test_text_stands_in_a_fence_that_it_cannot_close(content: bytes, text: str) -> None:
    assert attached.text(File("a.txt", "text/plain", content)) == text


@pytest.mark.parametrize("content", [b"\xff\xfe", b"a\0b", b"\x80", PNG])
def test_what_is_no_text_is_none(content: bytes) -> None:
    assert attached.text(File("a.bin", "text/plain", content)) is None


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a.txt", "`a.txt`"),
        ("a`b.txt", "`a'b.txt`"),
        ("a\nb", "`a b`"),
        ("x" * 200, f"`{'x' * 100}`"),
        ("", "``"),
    ],
)
def test_a_name_stays_on_its_line_and_in_its_quotes(name: str, shown: str) -> None:
    assert attached.named(name) == shown


def test_what_is_missing_says_why() -> None:
    assert (
        attached.missing("a.zip", "it is gone") == "[Attached file `a.zip` is not here: it is gone]"
    )


def test_what_is_left_out_is_counted_and_the_first_are_named() -> None:
    told = attached.too_many([f"{at}.txt" for at in range(12)])
    assert told.startswith("[12 more files are left out: `0.txt`, ")
    assert "`9.txt`" in told
    assert "`10.txt`" not in told


@pytest.mark.parametrize(
    ("media_type", "looks"),
    [
        ("image/png", True),
        ("IMAGE/PNG; charset=binary", True),
        ("image/svg+xml", False),
        ("image/heic", False),
        ("text/plain", False),
        ("", False),
    ],
)
def test_which_media_types_look_like_images(media_type: str, looks: bool) -> None:
    assert attached.looks_like_image(media_type) is looks


@PROPERTY
@given(content=st.text(max_size=200).map(lambda text: text.replace("\0", "")))
def test_no_text_closes_its_own_fence(content: str) -> None:
    told = attached.text(File("a.txt", "text/plain", content.encode(errors="ignore")))
    assert told is not None
    rest = told.partition("\n")[2]
    fence, _, inside = rest.partition("\n")
    assert inside.endswith(f"\n{fence}")
    assert fence not in inside.removesuffix(fence)
