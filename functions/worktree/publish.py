"""PublishChange: an approved change becomes a branch and a pull request. No agent ever ran here.
What it returns is dropped: RouteTask reads off the table what came of it."""

from collections.abc import Mapping
from typing import Any

from functions.worktree.invocation import Context
from parley.composition.publishing import publish_change
from parley.composition.sealing import seal


def handler(event: Mapping[str, Any], context: Context) -> dict[str, str]:
    seal()  # git's helpers have no business with the function's credentials either
    task = str(event["task"])
    publish_change(task)
    return {"task": task}
