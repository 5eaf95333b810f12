"""A stand-in for GitHub, served once, and the adapter that talks to it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from local.github.app import GitHubStandIn, github_stand_in
from local.github.pulls import Pulls
from local.ports import loopback_port
from parley.adapters.github.forge import GitHub
from tests.fakes.world import FakeClock

TOKEN, READER = "the-forge-token", "the-reading-token"


@dataclass
class Branches:
    """What the repository has, by name; the commit of each."""

    heads: dict[str, str] = field(default_factory=dict)

    def __call__(self, repository: str, branch: str) -> str | None:
        return self.heads.get(branch)


@dataclass(frozen=True, slots=True)
class Running:
    stand_in: GitHubStandIn
    forge: GitHub
    clock: FakeClock
    branches: Branches

    @property
    def repository(self) -> str:
        """A new one, so that tests do not meet in one."""
        name = f"acme/app-{len(self.stand_in.pulls.repositories)}"
        self.stand_in.pulls.repositories.add(name)
        return f"{self.stand_in.url}/git/{name}.git"


@pytest.fixture(name="served", scope="module")
def served_github() -> Iterator[Running]:
    branches, clock = Branches(), FakeClock()
    pulls = Pulls(head_of=branches)
    with github_stand_in(loopback_port(), pulls, token=TOKEN, reader=READER) as stand_in:
        forge = GitHub(stand_in.api_url, clock)
        yield Running(stand_in, forge, clock, branches)
        forge.close()


@pytest.fixture
def github(served: Running) -> Running:
    served.stand_in.faults.clear()
    served.branches.heads = {"main": "a" * 40, "parley/one": "b" * 40}
    return served
