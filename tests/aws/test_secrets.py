"""Secrets by name: which fault means that there is none, and what bridges the others."""

from collections import deque
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError, ReadTimeoutError

from parley.adapters.aws.secrets import SPARED, NamedSecrets
from parley.errors import SecretMissing, SecretUnavailable

NAMES = ["/parley/token", "ssm:/parley/token", "secretsmanager:/parley/token"]
TIMED_OUT = ReadTimeoutError(endpoint_url="https://ssm.invalid")

Answer = str | bytes | Exception


def refused(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "GetParameter")


@dataclass
class Stores:
    """Both stores of AWS: each request gets the next answer, the last one for ever."""

    answers: deque[Answer] = field(default_factory=deque)
    asked: list[dict[str, Any]] = field(default_factory=list)
    now: float = 0.0

    def get_parameter(self, **request: Any) -> dict[str, Any]:
        return {"Parameter": {"Value": self._answer(request)}}

    def get_secret_value(self, **request: Any) -> dict[str, Any]:
        return {"SecretString": self._answer(request)}

    def secrets(self, *answers: Answer) -> NamedSecrets:
        """Which ask each time, as if they had grown old in the meantime."""
        self.answers.extend(answers)
        return NamedSecrets(lambda _: self, monotonic=lambda: self.now, max_age=0)

    def _answer(self, request: dict[str, Any]) -> str | bytes:
        self.asked.append(request)
        answer = self.answers.popleft() if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.mark.parametrize("name", NAMES)
def test_a_secret_comes_without_the_white_space_around_it(name: str) -> None:
    stores = Stores()
    assert stores.secrets("xoxb-1\n").get(name) == "xoxb-1"
    assert stores.asked[0].get("Name", stores.asked[0].get("SecretId")) == "/parley/token"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "answer",
    [refused("ParameterNotFound"), refused("ResourceNotFoundException"), "", " \n", b"\x00"],
    ids=str,
)
def test_what_is_not_there_is_missing(name: str, answer: Answer) -> None:
    with pytest.raises(SecretMissing, match="/parley/token"):
        Stores().secrets(answer).get(name)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "answer",
    [
        refused("ThrottlingException"),
        refused("InternalServerError"),
        refused("DecryptionFailure"),
        refused("AccessDeniedException"),
        TIMED_OUT,
        BotoCoreError(),
    ],
    ids=str,
)
def test_what_may_pass_is_unavailable(name: str, answer: Answer) -> None:
    with pytest.raises(SecretUnavailable, match="/parley/token") as caught:
        Stores().secrets(answer).get(name)
    assert caught.value.retryable


def test_a_client_that_cannot_be_made_is_unavailable() -> None:
    def client(service: str) -> Any:
        raise BotoCoreError

    with pytest.raises(SecretUnavailable):
        NamedSecrets(client).get("/parley/token")


def test_the_last_value_bridges_a_fault_of_its_store() -> None:
    secrets = Stores().secrets("one", TIMED_OUT)
    assert [secrets.get("/parley/token") for _ in range(3)] == ["one", "one", "one"]


def test_a_store_with_a_fault_is_spared_for_a_while() -> None:
    stores = Stores()
    secrets = stores.secrets("one", TIMED_OUT, "two")
    for _ in range(4):
        assert secrets.get("/parley/token") == "one"
    assert len(stores.asked) == 2
    stores.now += SPARED
    assert secrets.get("/parley/token") == "two"


def test_a_fresh_value_is_never_an_old_one() -> None:
    secrets = Stores().secrets("one", TIMED_OUT)
    secrets.get("/parley/token")
    with pytest.raises(SecretUnavailable):
        secrets.get("/parley/token", fresh=True)


def test_a_fresh_value_is_fetched_while_the_store_is_spared() -> None:
    secrets = Stores().secrets("one", TIMED_OUT, "two")
    assert [secrets.get("/parley/token") for _ in range(2)] == ["one", "one"]
    assert secrets.get("/parley/token", fresh=True) == "two"
    assert secrets.get("/parley/token") == "two"


def test_a_deleted_secret_is_not_bridged() -> None:
    secrets = Stores().secrets("one", refused("ParameterNotFound"), TIMED_OUT)
    secrets.get("/parley/token")
    with pytest.raises(SecretMissing):
        secrets.get("/parley/token")
    with pytest.raises(SecretUnavailable):
        secrets.get("/parley/token")


def test_one_name_does_not_stand_in_for_another() -> None:
    secrets = Stores().secrets("one", TIMED_OUT)
    secrets.get("/parley/token")
    with pytest.raises(SecretUnavailable):
        secrets.get("secretsmanager:/parley/token")
