"""The webhooks of all platforms, behind API Gateway's HTTP API."""

from mangum import Mangum
from mangum.types import LambdaContext, LambdaEvent

from functions.webhooks.application import application
from parley.composition.webhooks import Webhooks
from parley.composition.world import World

world = World.open()
serve = Mangum(application(Webhooks.open(world).receiver), lifespan="off")


def handler(event: LambdaEvent, context: LambdaContext) -> dict[str, object]:
    world.telemetry.begin(correlation_id=event["requestContext"]["requestId"])
    try:
        return serve(event, context)
    finally:
        world.telemetry.flush()
