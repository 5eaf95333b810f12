"""The API's office."""

from pathlib import Path

import pytest

from tests.gateway.office import Office


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)
