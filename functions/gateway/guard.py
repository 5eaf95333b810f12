"""In front of every route: only who has the operator's token gets to know what there is."""

from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from functions.gateway.answers import answer_to, refusal
from parley.errors import ParleyError


class Guard:
    """`admits` looks at the Authorization header; `failed` is told why it could not."""

    def __init__(
        self,
        app: ASGIApp,
        admits: Callable[[str], bool],
        failed: Callable[[ParleyError], None],
    ) -> None:
        self._app = app
        self._admits = admits
        self._failed = failed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            admitted = self._admits(Headers(scope=scope).get("authorization", ""))
        except ParleyError as error:
            self._failed(error)
            await answer_to(error)(scope, receive, send)
            return
        if admitted:
            await self._app(scope, receive, send)
        else:
            response = refusal("unauthorized", "Authorization must be: Bearer TOKEN")
            await response(scope, receive, send)
