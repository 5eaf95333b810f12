"""The webhooks' routes. An endpoint is `async` and calls sync code: a Lambda serves one request at
a time, and a thread pool would only cost."""

from collections.abc import Awaitable, Callable, Mapping

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from parley.core.limits import WEBHOOK_BODY_BYTES
from parley.core.reading import Answer, Verdict

Receive = Callable[[Mapping[str, str], bytes, str], Answer]
Endpoint = Callable[[Request], Awaitable[Response]]

RETRY_AFTER = "30"  # seconds

PATHS = {
    "slack": (
        "/webhooks/slack/events",
        "/webhooks/slack/interactions",
        "/webhooks/slack/commands",
    ),
    "telegram": ("/webhooks/telegram",),
    "discord": ("/webhooks/discord/interactions",),
    "discord_events": ("/webhooks/discord/events",),
}

REFUSALS = {
    Verdict.ABSENT: (404, "This channel is not served.\n"),
    Verdict.FORGED: (401, "The signature is missing, wrong or too old.\n"),
    Verdict.MALFORMED: (400, "The body makes no sense.\n"),
    Verdict.UNAVAILABLE: (503, "Please try again.\n"),
}


def application(receiver: Callable[[str], Receive]) -> Starlette:
    """`receiver` gives what receives at each of the PATHS."""
    routes = [
        Route(path, endpoint(receiver(address)), methods=["POST"])
        for address, paths in PATHS.items()
        for path in paths
    ]
    return Starlette(routes=routes)


def endpoint(receive: Receive) -> Endpoint:
    async def answer(request: Request) -> Response:
        body = await limited_body(request)
        if body is None:
            return PlainTextResponse("The body is too large.\n", 413)
        return response(receive(request.headers, body, correlation_id(request)))

    return answer


def response(answer: Answer) -> Response:
    match answer.verdict:
        case Verdict.DONE:
            return Response(answer.body, media_type=answer.media_type)
        case Verdict.NOTHING:
            return Response(status_code=204)
    status, text = REFUSALS[answer.verdict]
    later = {"Retry-After": RETRY_AFTER} if answer.verdict is Verdict.UNAVAILABLE else None
    return PlainTextResponse(text, status, headers=later)


async def limited_body(request: Request) -> bytes | None:
    """The body as it was sent, byte for byte; None as soon as it is too large."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > WEBHOOK_BODY_BYTES:
            return None
    return bytes(body)


def correlation_id(request: Request) -> str:
    """API Gateway's id of the request, which its access log has too."""
    event = request.scope.get("aws.event", {})
    return str(event.get("requestContext", {}).get("requestId", "")) or "local"
