"""What the functions do for coding tasks, their policies allow.

The emulators enforce no policies, so a missing permission would first be found in an account.
"""

import pytest

from tests.template.task_play import CHAT, INDEX, REPORT, played
from tests.template.test_policies import actions_on, each

INDEXED = {"Fn::Sub": "${ConversationsTable.Arn}/index/unsettled"}


@pytest.fixture(scope="module")
def done() -> dict[str, set[str]]:
    return played()


def allowed(function: str) -> set[str]:
    services = ("dynamodb", "s3", "states")
    return {f"{name}:{action}" for name in services for action in actions_on(function, name)}


FUNCTIONS = (
    CHAT,
    REPORT,
    "RouteTaskFunction",
    "RecordTaskFunction",
    "ReviewChangeFunction",
    "SettleChangeFunction",
)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_function_may_do_what_external_tasks_need_of_it(
    function: str, done: dict[str, set[str]]
) -> None:
    assert done[function] - {INDEX} - allowed(function) == set()


@pytest.mark.parametrize("function", FUNCTIONS)
def test_who_asks_the_index_may(function: str, done: dict[str, set[str]]) -> None:
    assert INDEX not in done[function] or INDEXED in list(each(function, "Resource"))


def test_the_play_makes_every_function_work(done: dict[str, set[str]]) -> None:
    assert [function for function in FUNCTIONS if not done[function]] == []
    assert "states:StartExecution" in done["SettleChangeFunction"]
