"""Counts of what was enumerated, printed at the end of the run."""

from collections import Counter
from collections.abc import Callable

import pytest

_counts = pytest.StashKey[Counter[str]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_counts] = Counter()


@pytest.fixture
def record_count(request: pytest.FixtureRequest) -> Callable[[str, int], None]:
    """Adds to a count that the end of the run shows."""
    counts = request.config.stash[_counts]

    def record(what: str, number: int) -> None:
        counts[what] += number

    return record


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    counts = terminalreporter.config.stash[_counts]
    if not counts:
        return
    terminalreporter.section("places and interleavings enumerated")
    for what in sorted(counts):
        terminalreporter.write_line(f"{counts[what]:7d}  {what}")
    terminalreporter.write_line(f"{counts.total():7d}  in all")
