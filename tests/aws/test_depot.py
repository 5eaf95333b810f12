"""Tasks' files in a real bucket of the emulator: directly, and by addresses that are handed out."""

import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError

from parley.adapters.aws.depot import S3Depot
from parley.adapters.aws.handed_depot import PAUSES, HandedDepot
from parley.adapters.aws.invocation import Invocation
from parley.adapters.aws.news import LambdaNews
from parley.errors import StoreUnavailable
from tests.fakes.world import RecordingTelemetry
from tests.store.endpoints import client_of, ministack

BUCKET = "depot"
KEY = "tasks/t1/1/change.patch"
CONTENT = b"\x00\xff\r\n" * 1_000
NOBODY = "http://127.0.0.1:9"  # where nothing listens


@pytest.fixture(scope="module")
def s3() -> Iterator[Any]:
    with ministack() as url:
        client = client_of("s3", url)
        client.create_bucket(Bucket=BUCKET)
        yield client
        client.close()


@dataclass
class Keeper:
    """The function that hands out addresses, as Lambda calls it."""

    depot: S3Depot
    refuses: bool = False
    fails: bool = False
    breaks: bool = False
    asked: list[Mapping[str, Any]] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)

    def invoke(self, FunctionName: str, InvocationType: str, Payload: str) -> dict[str, Any]:
        if self.breaks:
            raise BotoCoreError
        asked = json.loads(Payload)
        self.asked.append(asked)
        if self.fails:
            return {"Payload": io.BytesIO(b'{"errorMessage": "no"}'), "FunctionError": "Unhandled"}
        answer = {"refused": "none of the task's files"}
        if not self.refuses:
            answer = {"url": self.depot.address(asked["verb"], asked["key"])}
        return {"Payload": io.BytesIO(json.dumps(answer).encode())}

    def handed(self) -> HandedDepot:
        return HandedDepot(Invocation(lambda _service: self, "depot"), "t1", 1, self.pauses.append)


def depot(s3: Any) -> S3Depot:
    return S3Depot(lambda: s3, BUCKET)


def test_a_file_comes_back_byte_for_byte(s3: Any) -> None:
    depot(s3).put(KEY, CONTENT)

    assert depot(s3).get(KEY, len(CONTENT)) == CONTENT


def test_a_file_that_is_longer_than_wanted_is_not_read(s3: Any) -> None:
    depot(s3).put(KEY, CONTENT)

    with pytest.raises(LookupError):
        depot(s3).get(KEY, len(CONTENT) - 1)


def test_a_file_that_is_not_there_is_told(s3: Any) -> None:
    with pytest.raises(LookupError):
        depot(s3).get("tasks/nobody", 1)


def test_a_runner_puts_and_gets_by_addresses(s3: Any) -> None:
    keeper = Keeper(depot(s3))

    keeper.handed().put("tasks/t1/1/handed", CONTENT)

    assert depot(s3).get("tasks/t1/1/handed", len(CONTENT)) == CONTENT
    assert keeper.handed().get("tasks/t1/1/handed", len(CONTENT)) == CONTENT
    assert keeper.asked[0] == {"task": "t1", "fence": 1, "verb": "put", "key": "tasks/t1/1/handed"}


def test_a_runner_reads_no_more_than_it_wants(s3: Any) -> None:
    keeper = Keeper(depot(s3))
    keeper.handed().put(KEY, CONTENT)

    with pytest.raises(LookupError):
        keeper.handed().get(KEY, len(CONTENT) - 1)


def test_a_file_that_is_not_there_is_told_to_a_runner(s3: Any) -> None:
    with pytest.raises(LookupError):
        Keeper(depot(s3)).handed().get("tasks/nobody", 1)


def test_what_is_refused_is_told(s3: Any) -> None:
    with pytest.raises(LookupError, match="none of the task's files"):
        Keeper(depot(s3), refuses=True).handed().put(KEY, CONTENT)


def test_a_keeper_that_fails_can_be_asked_again(s3: Any) -> None:
    keeper = Keeper(depot(s3), fails=True)

    with pytest.raises(StoreUnavailable):
        keeper.handed().put(KEY, CONTENT)

    assert keeper.pauses == [0.0, *PAUSES]
    assert len(keeper.asked) == len(keeper.pauses)


def test_a_bucket_that_does_not_answer_is_told_without_its_address(s3: Any) -> None:
    nowhere = client_of("s3", NOBODY)
    keeper = Keeper(S3Depot(lambda: nowhere, BUCKET))

    with pytest.raises(StoreUnavailable) as raised:
        keeper.handed().put(KEY, CONTENT)

    assert str(raised.value) == "the bucket did not answer: ConnectError"
    nowhere.close()


def test_news_that_get_lost_are_logged_and_raise_nothing() -> None:
    telemetry = RecordingTelemetry()
    keeper = Keeper(S3Depot(lambda: None, BUCKET), breaks=True)

    LambdaNews(Invocation(lambda _service: keeper, "news"), telemetry).spread("t1")

    assert telemetry.told("news_lost") == [{"task": "t1"}]
