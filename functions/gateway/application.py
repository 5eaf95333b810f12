"""The API's routes. An endpoint is `async` and calls sync code: a Lambda serves one request at a
time, and a thread pool would only cost."""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response

from functions.gateway import registry
from functions.gateway.answers import Refused, answer_to, refusal
from functions.gateway.changes import ChangeRoutes
from functions.gateway.guard import Guard
from functions.gateway.tasks import TaskRoutes
from parley.composition.gateway import Gateway
from parley.core.tasks.request import BadRequest
from parley.errors import ParleyError


def application(gateway: Gateway) -> Starlette:
    """The application, which admits only who has the operator's token."""

    def failed(error: Exception) -> None:
        gateway.telemetry.failure("api_failed", error)

    async def refuse(_request: Request, error: Exception) -> Response:
        return answer_to(error)

    async def fail(_request: Request, error: Exception) -> Response:
        failed(error)
        return answer_to(error)

    made = Starlette(
        routes=[
            *registry.routes(gateway),
            *TaskRoutes(gateway).routes,
            *ChangeRoutes(gateway).routes,
        ],
        middleware=[Middleware(Guard, admits=gateway.access.admits, failed=failed)],
        exception_handlers={
            HTTPException: _no_route,
            Refused: refuse,
            BadRequest: refuse,
            ParleyError: fail,
            Exception: fail,
        },
    )
    made.router.redirect_slashes = False
    return made


async def _no_route(request: Request, error: Exception) -> Response:
    if isinstance(error, HTTPException) and error.status_code == 405:
        response = refusal("method_not_allowed", f"{request.method} is not done here")
        response.headers.update(error.headers or {})
        return response
    return refusal("not_found", "There is nothing here")
