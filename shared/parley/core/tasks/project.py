"""What tasks are worked on: a repository with its rules, registered by an operator."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

MINUTES_ON_LAMBDA = 13  # a function has fifteen; the rest is for git and the difference
LIMIT = 4  # tasks of a project, and of a stage, that run side by side


class Fallback(StrEnum):
    """What becomes of a task whose agent is not there, or not allowed."""

    NEVER = "never"  # it fails, and says which agents there are
    NATIVE = "native"  # the agent server works on it instead, and the task says so


class Compute(StrEnum):
    """Where an external agent runs."""

    LAMBDA = "lambda"
    FARGATE = "fargate"


@dataclass(frozen=True, slots=True)
class Project:
    """`repository` is an https address, or empty: then only native tasks can run. `path` is the
    folder on the agent server that a native session works in. `credential` names the secret that
    git and the pull request need. An external agent runs only if `agents` names it; an empty
    `default_agent` means native. `setup` is a shell command that runs in the worktree before the
    agent, as the agent. `brings_configuration` leaves the repository's own agent configuration in
    the agent's tree, where it can run code.
    """

    id: str
    name: str
    repository: str = ""
    default_branch: str = "main"
    path: str = ""
    credential: str = ""
    default_agent: str = ""
    agents: tuple[str, ...] = ()
    default_model: str = ""
    fallback: Fallback = Fallback.NEVER
    limit: int = LIMIT
    minutes: int = 13
    setup: str = ""
    compute: Compute = Compute.LAMBDA
    brings_configuration: bool = False

    def allows(self, agent: str) -> bool:
        return agent in self.agents


def known(projects: Iterable[Project]) -> str:
    """Their ids, for people."""
    return ", ".join(f"`{each.id}`" for each in projects) or "none"
