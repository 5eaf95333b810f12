"""The configuration document: where it is read, how long it holds, and what stands in for it."""

import json
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError, ReadTimeoutError

from parley.adapters.aws.configuration import MAX_AGE, ConfigurationSource
from parley.errors import SettingsError, StoreUnavailable
from tests.fakes.world import FakeClock, RecordingTelemetry

NAME = "ssm:/parley/configuration"
TIMED_OUT = ReadTimeoutError(endpoint_url="https://ssm.invalid")
ONE, TWO = json.dumps({"model": "one"}), json.dumps({"model": "two"})
WRONG = json.dumps({"modle": "one", "progress": 7})

Answer = str | Exception


def refused(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "GetParameter")


@dataclass
class ParameterStore:
    """Each reading gets the next answer, the last one for ever."""

    answers: deque[Answer]
    clock: FakeClock = field(default_factory=FakeClock)
    telemetry: RecordingTelemetry = field(default_factory=RecordingTelemetry)
    asked: list[dict[str, Any]] = field(default_factory=list)

    def get_parameter(self, **request: Any) -> dict[str, Any]:
        self.asked.append(request)
        answer = self.answers.popleft() if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return {"Parameter": {"Value": answer}}

    def source(self, name: str = NAME) -> ConfigurationSource:
        return ConfigurationSource(lambda _: self, name, self.clock, self.telemetry)

    def a_minute_later(self) -> None:
        self.clock.advance(round(MAX_AGE * 1000))


def store(*answers: Answer) -> ParameterStore:
    return ParameterStore(deque(answers))


def test_it_is_read_from_the_parameter_of_that_name() -> None:
    parameters = store(ONE)
    assert parameters.source().current().model_of("slack") == "one"
    assert parameters.asked == [{"Name": "/parley/configuration"}]


def test_it_is_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "configuration.json"
    path.write_text(ONE)
    assert store("").source(f"file:{path}").current().model_of("slack") == "one"


def test_it_holds_for_a_minute() -> None:
    parameters = store(ONE, TWO)
    source = parameters.source()
    source.current()
    parameters.clock.advance(round(MAX_AGE * 1000) - 1)
    assert source.current().model_of("slack") == "one"
    parameters.clock.advance(1)
    assert source.current().model_of("slack") == "two"
    assert not parameters.telemetry.failures


def test_what_did_not_change_is_not_parsed_again() -> None:
    parameters = store(ONE)
    source = parameters.source()
    first = source.current()
    parameters.a_minute_later()
    assert source.current() is first


@pytest.mark.parametrize(
    "then",
    [TIMED_OUT, refused("ThrottlingException"), refused("ParameterNotFound"), WRONG, "{"],
    ids=str,
)
def test_the_last_good_one_stands_in(then: Answer) -> None:
    parameters = store(ONE, then)
    source = parameters.source()
    source.current()
    parameters.a_minute_later()
    assert source.current().model_of("slack") == "one"


def test_what_cannot_be_renewed_is_told_once_for_each_reading() -> None:
    parameters = store(ONE, WRONG)
    source = parameters.source()
    source.current()
    for _ in range(2):
        parameters.a_minute_later()
        for _ in range(3):
            source.current()
    told = parameters.telemetry.told("configuration_not_renewed")
    assert told == [{"configuration": NAME}, {"configuration": NAME}]
    assert "modle is not known" in str(parameters.telemetry.failures[0][1])


def test_a_store_that_is_well_again_is_heard() -> None:
    parameters = store(ONE, TIMED_OUT, TWO)
    source = parameters.source()
    source.current()
    parameters.a_minute_later()
    source.current()
    parameters.a_minute_later()
    assert source.current().model_of("slack") == "two"


def test_a_first_document_that_makes_no_sense_refuses_to_serve() -> None:
    with pytest.raises(SettingsError) as refusal:
        store(WRONG).source().current()
    assert NAME in str(refusal.value)
    assert "modle is not known" in str(refusal.value)
    assert "progress is 7; it must be true or false" in str(refusal.value)


def test_without_a_document_it_refuses_to_serve() -> None:
    with pytest.raises(SettingsError, match=NAME):
        store(refused("ParameterNotFound")).source().current()


def test_without_a_file_it_refuses_to_serve(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"file:.*none\.json"):
        store("").source(f"file:{tmp_path / 'none.json'}").current()


def test_a_name_of_neither_kind_refuses_to_serve() -> None:
    with pytest.raises(SettingsError, match="must begin with ssm: or file:"):
        store("").source("/parley/configuration").current()


@pytest.mark.parametrize("fault", [TIMED_OUT, refused("ThrottlingException"), BotoCoreError()])
def test_a_fault_at_the_first_reading_may_pass(fault: Exception) -> None:
    parameters = store(fault, ONE)
    source = parameters.source()
    with pytest.raises(StoreUnavailable, match=NAME):
        source.current()
    assert source.current().model_of("slack") == "one"
