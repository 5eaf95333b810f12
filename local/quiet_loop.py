"""An event loop that says nothing about connections that are cut on purpose."""

import asyncio
from typing import Any


def cut_quietly(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Python 3.11 reports every connection that a closing server cancels as an error of its own
    (its streams ask a cancelled task for its exception); 3.12 does not."""
    if not isinstance(context.get("exception"), asyncio.CancelledError):
        loop.default_exception_handler(context)
