"""The container image's entry point: in Lambda a runtime of our own, on Fargate a task's process.

    parley-python -s -m functions.worktree.runtime HANDLER | fargate

Before it reads or imports anything else the process is sealed: an agent that runs under the same
user, as on Lambda, must find nothing in its memory and environment. Until then it is closed by its
program, which that user may not read.

Lambda's own runtime serves event after event in one process. This one serves a single event and
ends, and Lambda starts it afresh for the next: the Runtime API asks nobody who he is, so that an
agent can read the event, give the answer and fetch the event that comes next. Therefore an event
holds ids only, nobody relies on the answer, and no process that met an agent meets another task's
event. Lambda counts the end of the process as `Runtime.ExitError`, after the answer was taken. An
agent that kills this process may outlive it: what is left of it is ended before an event is taken.

`-s`, and HOME outside of what an agent can write: else Python would import what one left there.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from parley.composition.sealing import seal

if TYPE_CHECKING:
    from functions.worktree.invocation import Handler


def main() -> int:
    seal()
    if sys.argv[1:] == ["fargate"]:
        from functions.worktree.fargate import work

        return work()
    from functions.worktree.invocation import RuntimeApi, serve_one
    from parley.composition.container import runtime_api, take_over

    def load() -> Handler:
        take_over()
        return handler_named(sys.argv[1])

    return serve_one(RuntimeApi(runtime_api()), load)


def handler_named(name: str) -> Handler:
    """Written out, so that what packages the functions sees what is imported."""
    match name:
        case "functions.worktree.handler.handler":
            from functions.worktree.handler import handler
        case "functions.worktree.publish.handler":
            from functions.worktree.publish import handler
        case _:
            raise ValueError(f"no handler {name}")
    return handler


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    os._exit(status)  # whatever thread may still be there
