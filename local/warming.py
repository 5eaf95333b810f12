"""So that the first message does not wait for cold starts: each function is called before.

The webhook's is called from several sides at once, since the emulator starts one process for each
request that comes meanwhile, and Discord waits for no more than three seconds.
"""

import contextlib
import json
import threading
from concurrent.futures import ThreadPoolExecutor

from botocore.exceptions import BotoCoreError, ClientError

from local.emulator.deploy import Stack
from local.platforms import Platforms
from local.samples import load_event

TASKS = (
    "StartTurnFunction",
    "FollowRunFunction",
    "DeliverReplyFunction",
    "AskApprovalFunction",
    "NoticesFunction",
)
AT_ONCE = 3
# A conversation that is not there: StartTurn finds itself superseded, the others hand it through.
NOBODY = {"conversation": "warm-up", "generation": 0, "step": 0, "retry": 0, "next": "done"}


def warm_up(stack: Stack, platforms: Platforms) -> None:
    """Begin it; nobody has to wait for its end."""
    threading.Thread(target=warm, args=(stack, platforms), daemon=True, name="warm-up").start()


def warm(stack: Stack, platforms: Platforms) -> None:
    verification = load_event("slack/url-verification")
    with ThreadPoolExecutor(AT_ONCE) as senders:
        for _ in range(AT_ONCE):
            senders.submit(platforms.slack.webhooks.send, verification)
    client = stack.account.client("lambda")
    payload = json.dumps({**NOBODY, "seconds": 0, "token": "nobody's"})

    def call(task: str) -> None:
        # The runtime may be going down already.
        with contextlib.suppress(BotoCoreError, ClientError):
            client.invoke(FunctionName=stack.of(task), Payload=payload)

    with ThreadPoolExecutor(AT_ONCE) as callers:
        list(callers.map(call, TASKS))
