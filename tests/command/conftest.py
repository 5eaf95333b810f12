"""The API on a socket, with a terminal at it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command.counter import Counter
from tests.command.servers import Reply, Sent, platform
from tests.gateway.office import Office
from tests.gateway.work import register


@pytest.fixture(name="counter")
def api_counter(tmp_path: Path) -> Iterator[Counter]:
    office = Office(tmp_path)

    def answer(sent: Sent) -> Reply | None:
        if counter.failing:
            return None
        found = office.call(
            sent.method, sent.path, sent.body, "", Authorization=sent.headers["Authorization"]
        )
        headers = {name: found.headers[name] for name in ("location",) if name in found.headers}
        return Reply(found.content, found.status_code, headers)

    with platform(answer) as server:
        counter = Counter(office, server)
        register(office)
        yield counter
