"""What each function does in a simulation is what its policy allows, and nothing more.

The emulators enforce no policies, so a missing permission would first be found in an account.
"""

from collections import defaultdict
from collections.abc import Iterator

import pytest

from tests.template.conversation_play import SCENARIOS
from tests.template.observing import Observed
from tests.template.task_play import CHAT, INDEX, played
from tests.template.test_policies import actions_on


@pytest.fixture(scope="module")
def done() -> dict[str, set[str]]:
    """What each function asked for, over all scenarios."""
    together: defaultdict[str, set[str]] = defaultdict(set)
    for scenario in SCENARIOS:
        simulation = Observed()
        scenario(simulation)
        simulation.settle()
        for actor, actions in simulation.done.items():
            together[actor] |= actions
    together[CHAT] |= played()[CHAT] - {INDEX}  # commands about coding tasks
    return together


def allowed(function: str) -> Iterator[str]:
    for service in ("dynamodb", "s3", "states"):
        yield from (f"{service}:{action}" for action in actions_on(function, service))


@pytest.mark.parametrize(
    "function",
    [
        "WebhooksFunction",
        "StartTurnFunction",
        "FollowRunFunction",
        "DeliverReplyFunction",
        "AskApprovalFunction",
        "FailTurnFunction",
        "SweeperFunction",
    ],
)
def test_function_may_do_what_it_does_and_nothing_more(
    function: str, done: dict[str, set[str]]
) -> None:
    assert set(allowed(function)) == done[function]


@pytest.mark.parametrize(
    "function", ["GatewayFunction", "RouteTaskFunction", "RunNativeTaskFunction"]
)
def test_function_may_do_what_native_tasks_need_of_it(
    function: str, done: dict[str, set[str]]
) -> None:
    """They do more, which is played elsewhere."""
    assert done[function] - set(allowed(function)) == set()
    assert "states:SendTaskSuccess" in done[function] or function == "RunNativeTaskFunction"
