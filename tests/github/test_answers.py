"""Answers that the stand-in does not give."""

import pytest

from parley.adapters.github.answers import Answer, NoAnswer, address_of, read, refused
from parley.errors import ForgeError, ForgeUnavailable


def refusal(status: int, body: object = None, **headers: str) -> ForgeError:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return refused(Answer(status, named, body), "acme/app", "parley/one", "main")


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_repository_that_has_moved_is_not_followed(status: int) -> None:
    assert str(refusal(status)) == "`acme/app` has moved: the project needs its new address"


def test_a_used_up_limit_is_told_from_a_refusal() -> None:
    used_up = refusal(403, {"message": "API rate limit exceeded"}, x_ratelimit_remaining="0")
    assert isinstance(used_up, NoAnswer)
    assert used_up.pause == 3_600
    assert not isinstance(refusal(403, {"message": "Forbidden"}), ForgeUnavailable)


def test_too_many_requests_are_a_limit_whatever_is_said() -> None:
    found = refusal(429, None, retry_after="7")
    assert isinstance(found, NoAnswer)
    assert found.pause == 7


def test_a_secondary_limit_may_be_said_in_words_alone() -> None:
    said = refusal(403, {"message": "You have exceeded a secondary rate limit."})
    assert isinstance(said, ForgeUnavailable)


@pytest.mark.parametrize("said", ["soon", "nan", "-1", "inf"])
def test_a_pause_that_is_none_is_our_own(said: str) -> None:
    found = refusal(503, None, retry_after=said)
    assert isinstance(found, NoAnswer)
    assert found.pause is None


def test_what_is_not_understood_is_quoted() -> None:
    body = {"message": "Validation Failed", "errors": ["`x`\nis odd", {"code": "custom"}, 7]}
    assert str(refusal(422, body)) == (
        "GitHub refused the pull request: Validation Failed; 'x' is odd; custom"
    )


def test_a_long_answer_is_not_quoted_whole() -> None:
    assert len(str(refusal(418, {"message": "x" * 9_000}))) < 400


@pytest.mark.parametrize("body", [None, [], "text", {"errors": "text"}, {"errors": {"a": 1}}])
def test_any_body_is_survived(body: object) -> None:
    assert str(refusal(422, body)).startswith("GitHub refused the pull request")


@pytest.mark.parametrize("body", [None, {}, {"html_url": 7}, {"html_url": "javascript:alert(1)"}])
def test_an_answer_without_an_address_is_none(body: object) -> None:
    with pytest.raises(NoAnswer):
        address_of(body)


@pytest.mark.parametrize("content", [b"", b"<html>", b"[" * 100_000])
def test_what_is_no_json_is_nothing(content: bytes) -> None:
    assert read(content) is None
