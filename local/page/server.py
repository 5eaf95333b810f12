"""The page's half of the stand-ins: their state as JSON, changes as they happen, and deeds."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from local.page.desk import Desk

STATIC = Path(__file__).parent / "static"
KEEP_ALIVE_SECONDS = 15.0
# The page runs nothing but its own files and talks to nobody but its own server.
HEADERS = {"Content-Security-Policy": "default-src 'self'; img-src 'self' data:"}

Executions = Callable[[], list[dict[str, Any]]]


class Page:
    def __init__(self, desks: Sequence[Desk], executions: Executions) -> None:
        self._desks = {each.name: each for each in desks}
        self._executions = executions
        self._senders = ThreadPoolExecutor(max_workers=8, thread_name_prefix="webhooks")

    def close(self) -> None:
        self._senders.shutdown(wait=False, cancel_futures=True)

    @property
    def routes(self) -> list[BaseRoute]:
        return [
            Route("/", self._index),
            Route("/page/state", self._state),
            Route("/page/changes", self._changes),
            Route("/page/executions", self._running),
            Route("/page/act", self._act, methods=["POST"]),
            Route("/page/file/{platform}/{file}", self._file),
            Mount("/static", StaticFiles(directory=STATIC)),
        ]

    async def _index(self, request: Request) -> Response:
        return FileResponse(STATIC / "index.html", headers=HEADERS)

    async def _state(self, request: Request) -> Response:
        return JSONResponse({name: each.state() for name, each in self._desks.items()})

    async def _running(self, request: Request) -> Response:
        return JSONResponse(await run_in_threadpool(self._executions))

    async def _act(self, request: Request) -> Response:
        """A person does something: what it changes appears, and its webhooks go out."""
        if request.headers.get("content-type") != "application/json":
            # Another site's page can post here, but not with this type unless it is allowed to.
            return JSONResponse({"error": "application/json only"}, 415)
        try:
            asked = await request.json()
            desk = self._desks[asked["platform"]]
            return JSONResponse(desk.act(asked, self._senders))
        except (KeyError, TypeError) as error:
            return JSONResponse({"error": f"{error} is missing"}, 400)
        except ValueError as error:
            return JSONResponse({"error": str(error)}, 400)

    async def _file(self, request: Request) -> Response:
        desk = self._desks.get(request.path_params["platform"])
        found = desk.file(request.path_params["file"]) if desk else None
        if found is None:
            return JSONResponse({"error": "no such file"}, 404)
        # To be saved, never shown: it is somebody else's content on this page's own address.
        headers = {"Content-Disposition": "attachment", "X-Content-Type-Options": "nosniff"}
        return Response(found[1], media_type="application/octet-stream", headers=headers)

    async def _changes(self, request: Request) -> Response:
        return StreamingResponse(
            _ticks(list(self._desks.values())),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store"},
        )


async def _ticks(desks: Sequence[Desk]) -> AsyncIterator[str]:
    """One event for every burst of changes; the page then asks for the state."""
    loop = asyncio.get_running_loop()
    changed = asyncio.Event()

    def tell() -> None:
        loop.call_soon_threadsafe(changed.set)

    forget = [each.listen(tell) for each in desks]
    try:
        yield "data: ready\n\n"
        while True:
            try:
                await asyncio.wait_for(changed.wait(), KEEP_ALIVE_SECONDS)
            except TimeoutError:
                yield ": still here\n\n"
                continue
            changed.clear()
            yield "data: changed\n\n"
    finally:
        for each in forget:
            each()
