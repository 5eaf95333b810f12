"""The bucket behind large texts, on the emulator's S3."""

from collections.abc import Iterator
from typing import Any

import pytest

from parley.adapters.aws.texts import S3Texts
from parley.errors import StoreUnavailable
from tests.store.endpoints import client_of

BUCKET = "texts"


@pytest.fixture(scope="module")
def s3(ministack_url: str) -> Iterator[Any]:
    client = client_of("s3", ministack_url)
    client.create_bucket(Bucket=BUCKET)
    yield client
    client.close()


@pytest.fixture
def texts(s3: Any) -> S3Texts:
    return S3Texts(lambda: s3, BUCKET)


def test_a_text_comes_back_as_it_was_put(texts: S3Texts) -> None:
    text = "Größe: 🎉\r\n\tdone\n" * 50_000
    texts.put("texts/a/b", text)
    assert texts.get("texts/a/b") == text


def test_a_repeated_put_changes_nothing(texts: S3Texts) -> None:
    for _ in range(2):
        texts.put("texts/a/c", "once")
    assert texts.get("texts/a/c") == "once"


def test_a_missing_text_is_a_fault_of_the_store(texts: S3Texts) -> None:
    with pytest.raises(StoreUnavailable):
        texts.get("texts/a/none")


def test_a_missing_bucket_is_a_fault_of_the_store(s3: Any) -> None:
    with pytest.raises(StoreUnavailable):
        S3Texts(lambda: s3, "no-such-bucket").put("texts/a/b", "text")


def test_the_client_is_made_at_the_first_text_and_once(s3: Any) -> None:
    made: list[Any] = []

    def new_client() -> Any:
        made.append(s3)
        return s3

    texts = S3Texts(new_client, BUCKET)
    assert made == []
    texts.put("texts/a/d", "text")
    texts.get("texts/a/d")
    assert made == [s3]


def test_an_unreachable_bucket_is_unavailable() -> None:
    client = client_of("s3", "http://127.0.0.1:9")
    texts = S3Texts(lambda: client, BUCKET)
    try:
        with pytest.raises(StoreUnavailable):
            texts.put("texts/a/b", "text")
        with pytest.raises(StoreUnavailable):
            texts.get("texts/a/b")
    finally:
        client.close()
