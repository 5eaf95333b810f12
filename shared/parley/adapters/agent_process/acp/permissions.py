"""What an agent is answered that asks before it acts."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from parley.adapters.agent_process.acp.updates import paths
from parley.adapters.agent_process.acp.values import record, records, text
from parley.core.tasks.coding_agent import Permissions

# Agents name a tool's places in its input as well. What is no path there resolves to one inside.
_PATH_KEYS = ("path", "file", "dir", "cwd", "folder")
_CHANGING = ("edit", "delete", "move")
_YES = ("allow_once", "allow_always")
_NO = ("reject_once", "reject_always")


@dataclass(frozen=True, slots=True)
class Verdict:
    """`option` is None where the agent offered none that fits. `reason` is why not."""

    option: str | None
    reason: str = ""


def judge(
    request: Mapping[str, object],
    earlier: Sequence[str],
    policy: Permissions,
    worktree: PurePath,
) -> Verdict:
    """`earlier` are the places that the call named before it asked."""
    call = record(request.get("toolCall"))
    options = records(request.get("options"))
    if reason := _against(call, earlier, policy, worktree):
        return Verdict(_option(options, _NO), reason)
    option = _option(options, _YES)
    return Verdict(option, "" if option else "it offered no way to allow it")


def _option(options: list[Mapping[str, object]], kinds: tuple[str, ...]) -> str | None:
    """The first kind first: what is allowed once is asked again."""
    by_kind = {text(each.get("kind")): text(each.get("optionId")) for each in reversed(options)}
    return next((by_kind[kind] for kind in kinds if by_kind.get(kind)), None)


def _against(
    call: Mapping[str, object], earlier: Sequence[str], policy: Permissions, worktree: PurePath
) -> str:
    if policy is Permissions.NONE:
        return "this agent is registered to be allowed nothing that it asks for"
    places = [*(paths(call) or ()), *earlier, *_in_input(call.get("rawInput"))]
    if not places and text(call.get("kind")) in _CHANGING:
        return "it does not say which file it is about"
    outside = next((each for each in places if not inside(each, worktree)), None)
    return "" if outside is None else f"`{outside[:200]}` is outside of the worktree"


def inside(path: str, worktree: PurePath) -> bool:
    """With links followed, as they are at this moment."""
    try:
        real = os.path.realpath(os.path.join(worktree, path.removeprefix("file://")))
    except ValueError:  # no path at all
        return False
    root = os.path.realpath(worktree)
    return real == root or real.startswith(root + os.sep)


def _in_input(given: object) -> list[str]:
    return [
        text(value)
        for name, value in record(given).items()
        if isinstance(value, str) and name.lower().endswith(_PATH_KEYS) and value
    ]
