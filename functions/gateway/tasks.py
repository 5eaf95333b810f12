"""Tasks: asked for, looked at while they run, cancelled."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from functions.gateway.answers import FILE_TYPE, HEADERS, Refused, shown
from functions.gateway.bodies import json_text, number
from functions.gateway.files import content
from parley.composition.gateway import Gateway
from parley.core.tasks import presentation
from parley.core.tasks.api_requests import HEADER, parse_order
from parley.core.tasks.task import Task

LISTED = 20
MOST_LISTED = 100
MOST_FRAMES = 10**9


@dataclass(frozen=True, slots=True)
class TaskRoutes:
    gateway: Gateway

    @property
    def routes(self) -> list[Route]:
        return [
            Route("/v1/tasks", self._all, methods=["GET", "POST"]),
            Route("/v1/tasks/{id}", self._one, methods=["GET"]),
            Route("/v1/tasks/{id}/cancel", self._cancel, methods=["POST"]),
            Route("/v1/tasks/{id}/frames", self._frames, methods=["GET"]),
            Route("/v1/tasks/{id}/transcript", self._transcript, methods=["GET"]),
        ]

    async def _all(self, request: Request) -> Response:
        if request.method == "POST":
            return await self._start(request)
        recent = self.gateway.store.tasks.recent(number(request, "limit", LISTED, 1, MOST_LISTED))
        return shown({"tasks": [presentation.listed(each) for each in recent]})

    async def _start(self, request: Request) -> Response:
        order = parse_order(await json_text(request), request.headers.get(HEADER))
        task = self.gateway.ordering.order(order)
        if task is None:
            raise Refused("key_reused", f"The key {order.key} was used for another request")
        return shown(presentation.task(task), 201)

    async def _one(self, request: Request) -> Response:
        return shown(presentation.task(self._known(request)))

    async def _cancel(self, request: Request) -> Response:
        task = self._known(request)
        return shown(presentation.task(self.gateway.cancelling.cancel(task.id) or task))

    async def _frames(self, request: Request) -> Response:
        after = number(request, "after", 0, 0, MOST_FRAMES)
        task = self._known(request)  # before its frames: they are all there once it is over
        found = self.gateway.store.tasks.frames(task.id, after)
        return shown(presentation.frames(task, found, after))

    async def _transcript(self, request: Request) -> Response:
        task = self._known(request)
        if not task.transcript:
            raise Refused("not_found", f"Task {task.id} has no transcript, or not yet")
        found = content(self.gateway, task.transcript)
        return Response(found, headers=HEADERS, media_type=FILE_TYPE)

    def _known(self, request: Request) -> Task:
        id = request.path_params["id"]
        found = self.gateway.store.tasks.get(id)
        if found is None:
            raise Refused("not_found", f"There is no task {id}")
        return found
