"""The API under /v1, behind API Gateway's HTTP API."""

from mangum import Mangum
from mangum.types import LambdaContext, LambdaEvent

from functions.gateway.answers import TEXT_TYPE
from functions.gateway.application import application
from parley.composition.gateway import Gateway
from parley.composition.world import World

world = World.open()
serve = Mangum(application(Gateway.open(world)), lifespan="off", text_mime_types=[TEXT_TYPE])


def handler(event: LambdaEvent, context: LambdaContext) -> dict[str, object]:
    world.telemetry.begin(correlation_id=event["requestContext"]["requestId"])
    try:
        return serve(event, context)
    finally:
        world.telemetry.flush()
