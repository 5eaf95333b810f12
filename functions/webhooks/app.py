"""The webhooks of all platforms, behind API Gateway's HTTP API."""

import gc

# Importing makes hardly anything but what stays, and each collection looks at all of it in vain:
# a tenth of a cold start.
gc.disable()

from mangum import Mangum
from mangum.types import LambdaContext, LambdaEvent

from functions.webhooks.application import application
from parley.composition.webhooks import Webhooks
from parley.composition.world import World

world = World.open()
serve = Mangum(application(Webhooks.open(world).receiver), lifespan="off")

gc.freeze()  # what is there now stays as long as the process
gc.enable()


def handler(event: LambdaEvent, context: LambdaContext) -> dict[str, object]:
    world.telemetry.begin(correlation_id=event["requestContext"]["requestId"])
    try:
        return serve(event, context)
    finally:
        world.telemetry.flush()
