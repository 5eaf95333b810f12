"""How a task will be run: what it named beats its project's default, that beats the stage's."""

from collections.abc import Mapping
from dataclasses import dataclass

from parley.core.tasks.coding_agent import CodingAgent
from parley.core.tasks.project import Compute, Fallback, Project
from parley.core.tasks.task import NO_REPOSITORY, ExecutionPath, Session, Task

NATIVE = "native"  # as the name of an agent: none of the external ones
NO_OPTIONS = "The agent server knows no mode and no thinking option, so they were not used"


@dataclass(frozen=True, slots=True)
class Choice:
    """`note` is told to people where it is not what was asked for."""

    path: ExecutionPath
    agent: str = ""
    model: str = ""
    compute: Compute = Compute.LAMBDA
    note: str = ""


@dataclass(frozen=True, slots=True)
class Impossible:
    """The task fails before it has begun, with this reason."""

    reason: str


def choose(
    task: Task,
    project: Project,
    agents: Mapping[str, CodingAgent],
    session: Session | None,
    stage_model: str | None,
) -> Choice | Impossible:
    """`session` is the one that the task goes on with, None for a new one."""
    model = task.model or project.default_model or stage_model or ""
    named = task.agent or _agent_of(session) or project.default_agent
    if named in ("", NATIVE):
        return _native(task, session, model)
    agent = agents.get(named) if project.allows(named) else None
    if agent is None:
        return _without(task, named, project, session, model)
    if session is not None and session.path is ExecutionPath.NATIVE:
        return Impossible(
            f"Session `{session.id}` is the agent server's: `{named}` can't go on with it"
        )
    if not project.repository:
        return Impossible(NO_REPOSITORY)
    path = ExecutionPath.ACP if agent.supports_acp else ExecutionPath.PTY
    return Choice(path, named, task.model or project.default_model, project.compute)


def _agent_of(session: Session | None) -> str:
    if session is None:
        return ""
    return NATIVE if session.path is ExecutionPath.NATIVE else session.agent


def _native(task: Task, session: Session | None, model: str, note: str = "") -> Choice | Impossible:
    if session is not None and session.path is not None and session.path.external:
        return Impossible(f"Session `{session.id}` is `{session.agent}`'s: it goes on with that")
    if task.mode or task.thinking:
        note = "; ".join(each for each in (note, NO_OPTIONS) if each)
    return Choice(ExecutionPath.NATIVE, model=model, note=note)


def _without(
    task: Task, named: str, project: Project, session: Session | None, model: str
) -> Choice | Impossible:
    allowed = ", ".join(f"`{each}`" for each in project.agents) or "none"
    reason = f"`{named}` is no agent of project `{project.id}` (its agents: {allowed})"
    if project.fallback is Fallback.NATIVE:
        return _native(task, session, model, f"{reason}, so the agent server worked on it")
    return Impossible(reason)
