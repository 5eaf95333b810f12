"""What tests tell at the end of the run, whether they ran in this process or in one of xdist's."""

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest


@dataclass
class Told:
    counts: Counter[str] = field(default_factory=Counter)
    lines: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def add(self, counts: dict[str, int], lines: dict[str, list[str]]) -> None:
        self.counts.update(counts)
        for section, more in lines.items():
            self.lines[section] += more


_told = pytest.StashKey[Told]()
HANDED_OVER = "parley_told"


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_told] = Told()


@pytest.fixture
def record_count(request: pytest.FixtureRequest) -> Callable[[str, int], None]:
    """Adds to a count that the end of the run shows."""
    counts = request.config.stash[_told].counts

    def record(what: str, number: int) -> None:
        counts[what] += number

    return record


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Adds a line to a section that the end of the run shows."""
    lines = request.config.stash[_told].lines
    return lambda section, line: lines[section].append(line)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker hands over what its tests told."""
    output: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
    if output is not None:
        told = session.config.stash[_told]
        output[HANDED_OVER] = {"counts": dict(told.counts), "lines": dict(told.lines)}


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """A worker has ended; one that crashed tells nothing, and fails the run by itself."""
    told: dict[str, Any] = getattr(node, "workeroutput", {}).get(HANDED_OVER, {})
    if told:
        node.config.stash[_told].add(**told)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    told = terminalreporter.config.stash[_told]
    if told.counts:
        terminalreporter.section("places and interleavings enumerated")
        for what in sorted(told.counts):
            terminalreporter.write_line(f"{told.counts[what]:7d}  {what}")
        terminalreporter.write_line(f"{told.counts.total():7d}  in all")
    for section in sorted(told.lines):
        terminalreporter.section(section)
        for line in sorted(told.lines[section]):
            terminalreporter.write_line(line)
