"""The page's half of the stand-in: its state as JSON, changes as they happen, and sending."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from local.slack.web_api import WebApi
from local.slack.webhooks import Webhooks, events_for, say
from local.slack.workspace import BOT_USER, Post, Workspace

STATIC = Path(__file__).parent / "static"
KEEP_ALIVE_SECONDS = 15.0
SHOWN_LINES = 200  # of the side panel
# The page runs nothing but its own files and talks to nobody but its own server.
HEADERS = {"Content-Security-Policy": "default-src 'self'; img-src 'self' data:"}

Executions = Callable[[], list[dict[str, Any]]]


class Page:
    def __init__(self, api: WebApi, webhooks: Webhooks, executions: Executions) -> None:
        self._api = api
        self._workspace: Workspace = api.workspace
        self._webhooks = webhooks
        self._executions = executions
        self._senders = ThreadPoolExecutor(max_workers=8, thread_name_prefix="webhooks")
        webhooks.told = self._workspace.changed

    def close(self) -> None:
        self._senders.shutdown(wait=False, cancel_futures=True)

    @property
    def routes(self) -> list[BaseRoute]:
        return [
            Route("/", self._index),
            Route("/page/state", self._state),
            Route("/page/changes", self._changes),
            Route("/page/executions", self._running),
            Route("/page/send", self._send, methods=["POST"]),
            Mount("/static", StaticFiles(directory=STATIC)),
        ]

    async def _index(self, request: Request) -> Response:
        return FileResponse(STATIC / "index.html", headers=HEADERS)

    async def _state(self, request: Request) -> Response:
        space = self._workspace
        return JSONResponse(
            {
                "bot": BOT_USER,
                "people": [asdict(each) for each in space.people.values()],
                "rooms": [asdict(each) for each in space.rooms.values()],
                "posts": [_shown(each) for each in space.posts()],
                "statuses": [asdict(each) for each in space.statuses()],
                "log": self._log(),
            }
        )

    async def _running(self, request: Request) -> Response:
        return JSONResponse(await run_in_threadpool(self._executions))

    async def _send(self, request: Request) -> Response:
        """A person writes: the post appears, and its webhooks go out, twins side by side."""
        if request.headers.get("content-type") != "application/json":
            # Another site's page can post here, but not with this type unless it is allowed to.
            return JSONResponse({"error": "application/json only"}, 415)
        asked = await request.json()
        text = str(asked.get("text", "")).strip("\n")
        if not text.strip():
            return JSONResponse({"error": "nothing to send"}, 400)
        try:
            thread = asked.get("thread_ts") or None
            post = say(self._workspace, asked["room"], asked["user"], text, thread)
        except (KeyError, ValueError) as error:
            return JSONResponse({"error": str(error)}, 400)
        for body in events_for(self._workspace, post):
            self._senders.submit(self._webhooks.deliver, body)
        return JSONResponse({"room": post.room, "ts": post.ts, "thread": thread or post.ts})

    async def _changes(self, request: Request) -> Response:
        return StreamingResponse(
            _ticks(self._workspace),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store"},
        )

    def _log(self) -> list[dict[str, Any]]:
        """Webhooks out and API calls in, in the order of their time."""
        lines: list[dict[str, Any]] = [
            {
                "at": each.at_ns // 1_000_000,
                "kind": "webhook",
                "what": each.event,
                "status": each.status,
                "ms": each.ms,
                "attempt": each.attempt,
                "room": each.room,
                "ts": each.ts,
            }
            for each in self._webhooks.delivered[-SHOWN_LINES:]
        ]
        lines += [
            {
                "at": each.at_ns // 1_000_000,
                "kind": "api",
                "what": each.method,
                "status": each.status,
                "error": None if each.ok else each.answer.get("error"),
                "room": each.arguments.get("channel") or each.arguments.get("channel_id"),
            }
            for each in self._api.calls()[-SHOWN_LINES:]
        ]
        return sorted(lines, key=lambda line: int(line["at"]))[-SHOWN_LINES:]


async def _ticks(workspace: Workspace) -> AsyncIterator[str]:
    """One event for every burst of changes; the page then asks for the state."""
    loop = asyncio.get_running_loop()
    changed = asyncio.Event()

    def tell() -> None:
        loop.call_soon_threadsafe(changed.set)

    forget = workspace.listen(tell)
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
        forget()


def _shown(post: Post) -> dict[str, Any]:
    return {
        "room": post.room,
        "ts": post.ts,
        "thread": post.thread_ts,
        "user": post.user,
        "bot": post.by_bot,
        "text": post.text,
        "blocks": json.loads(json.dumps(post.blocks)),
        "edited": post.edited,
        "reactions": post.reactions,
    }
