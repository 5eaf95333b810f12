"""The store on each of its tables: in memory, on the emulator, on DynamoDB Local."""

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from parley.ports import Store
from tests.fakes.dynamodb import InMemoryDynamoDB
from tests.store.bench import Bench
from tests.store.desk import Desk
from tests.store.endpoints import client_of, dynamodb_local, ministack

DYNAMODB_LOCAL = pytest.param("dynamodb_local", marks=pytest.mark.dynamodb)
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def ministack_url() -> Iterator[str]:
    with ministack() as url:
        yield url


@pytest.fixture(scope="session")
def clients() -> Iterator[dict[str, Any]]:
    made: dict[str, Any] = {}
    yield made
    for client in made.values():
        client.close()


@pytest.fixture
def client(request: pytest.FixtureRequest, clients: dict[str, Any]) -> Any:
    """The client of the endpoint that the test, or the fixture that asks for it, is run on."""
    where: str = request.param
    if where == "memory":
        return InMemoryDynamoDB()
    if where not in clients:
        url = request.getfixturevalue("ministack_url") if where == "ministack" else dynamodb_local()
        clients[where] = client_of("dynamodb", url)
    return clients[where]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every test of the store on every table; those marked `real` on those that have a socket."""
    if "client" not in metafunc.fixturenames:
        return
    where = ["ministack", DYNAMODB_LOCAL]
    if not metafunc.definition.get_closest_marker("real"):
        where = ["memory", *where]
    metafunc.parametrize("client", where, indirect=True)


@pytest.fixture
def bench(client: Any) -> Bench:
    return Bench.on(client, f"conversations-{next(_numbers)}")


@pytest.fixture
def store(bench: Bench) -> Store:
    return bench.store


@pytest.fixture
def desk(client: Any) -> Desk:
    return Desk.on(client, f"tasks-{next(_numbers)}")


@pytest.fixture
def report(
    request: pytest.FixtureRequest, tell: Callable[[str, str], None]
) -> Callable[[str], None]:
    """A line that the end of the run shows."""
    where = request.node.callspec.params["client"]
    return lambda line: tell("races against real endpoints", f"{where}: {line}")
