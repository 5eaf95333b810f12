"""So that the first message does not wait for four cold starts: each function is called once."""

import json
import threading

from botocore.exceptions import BotoCoreError, ClientError

from local.emulator.deploy import Stack
from local.samples import load_event
from local.slack.webhooks import Webhooks

TASKS = ("StartTurnFunction", "FollowRunFunction", "DeliverReplyFunction")
# A conversation that is not there: StartTurn finds itself superseded, the others hand it through.
NOBODY = {"conversation": "warm-up", "generation": 0, "step": 0, "retry": 0, "next": "done"}


def warm_up(stack: Stack, webhooks: Webhooks) -> None:
    """Begin it; nobody has to wait for its end."""
    threading.Thread(target=_warm, args=(stack, webhooks), daemon=True, name="warm-up").start()


def _warm(stack: Stack, webhooks: Webhooks) -> None:
    webhooks.send(load_event("slack/url-verification"))
    client = stack.account.client("lambda")
    payload = json.dumps({**NOBODY, "seconds": 0})
    for task in TASKS:
        try:
            client.invoke(FunctionName=stack.of(task), Payload=payload)
        except (BotoCoreError, ClientError):
            return  # the runtime is going down already
