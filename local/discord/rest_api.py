"""The REST API over HTTP: who asks, every body form, rate limits, failures on demand, a record."""

import asyncio
import json
import math
import time
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from local.calls import Call, Calls
from local.discord import limits
from local.discord.endpoints import ENDPOINTS, Endpoint
from local.discord.errors import DiscordError, too_fast
from local.discord.world import Asked, Discord, Said
from local.faults import Fault, Faults
from local.multipart import Body, Unreadable, read_body

PREFIX = "/discord/api/v10"
FILES = "/discord/attachments"
AGENT = "DiscordBot ("


class RestApi:
    """`calls` is what the demo judges by. A call's name is its endpoint: `POST /channels/{channel}
    /messages` without the space."""

    def __init__(self, discord: Discord, token: str) -> None:
        self.discord = discord
        self.calls = Calls()
        self.faults = Faults()
        self._token = token

    @property
    def routes(self) -> list[Route]:
        attachments = Route(f"{FILES}/{{attachment}}/{{name:path}}", self._attachment)
        made = [
            Route(f"{PREFIX}{each.path}", self._endpoint(each), methods=[each.method])
            for each in ENDPOINTS
        ]
        return [*made, attachments]

    def _endpoint(self, endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            return await self._answer(endpoint, request)

        return answer

    async def _answer(self, endpoint: Endpoint, request: Request) -> Response:
        at_ns = time.time_ns()
        if not request.headers.get("user-agent", "").startswith(AGENT):
            # Cloudflare's answer, in front of Discord.
            return PlainTextResponse("error code: 1010", 403)
        name = f"{endpoint.method} {endpoint.path}"
        room = request.path_params.get("channel")
        fields: dict[str, Any] = {}
        try:
            asked = _asked(request, await request.body())
            fields = {**asked.path, **asked.fields}
            said = await self._act(endpoint, asked, request, self.faults.take(name, room))
        except DiscordError as error:
            said = Said(error.status, error.body)
        self.calls.add(Call(name, fields, at_ns, said.status, said.body, room))
        return _response(said)

    async def _act(
        self, endpoint: Endpoint, asked: Asked, request: Request, fault: Fault | None
    ) -> Said:
        if endpoint.with_bot_token:
            if request.headers.get("authorization") != f"Bot {self._token}":
                raise DiscordError(401, 0, "401: Unauthorized")
            self.discord.paces.request()
        if fault is not None:
            await asyncio.sleep(fault.delay)
            if fault.fails and not fault.after:
                raise _failure(fault)
        said = await run_in_threadpool(endpoint.act, self.discord, asked)
        if fault is not None and fault.after:
            raise _failure(fault)
        return said

    async def _attachment(self, request: Request) -> Response:
        found = self.discord.rooms.attachments.get(request.path_params["attachment"])
        if found is None:
            return PlainTextResponse("This content is no longer available.", 404)
        return Response(found.content, media_type=found.media_type)


def _asked(request: Request, raw: bytes) -> Asked:
    content_type = request.headers.get("content-type", "")
    if len(raw) > limits.REQUEST_BYTES:
        raise DiscordError(413, 40005, "Request entity too large")
    if raw and not content_type.startswith(("application/json", "multipart/form-data")):
        said = "Expected \"Content-Type\" header to be one of {'application/json'}."
        raise DiscordError(400, 50035, said)
    try:
        body = _read(content_type, raw)
    except (Unreadable, ValueError) as error:
        raise DiscordError(400, 50109, "The request body contains invalid JSON.") from error
    return Asked(request.path_params, body.fields, body.files)


def _read(content_type: str, raw: bytes) -> Body:
    """JSON stands in `payload_json` where files come along; a list keeps the name `list`."""
    if content_type.startswith("application/json") and raw.lstrip().startswith(b"["):
        return Body({"list": json.loads(raw)})
    body = read_body(content_type, raw)
    if "payload_json" in body.fields:
        return Body(json.loads(body.fields["payload_json"]), body.files)
    return body


def _failure(fault: Fault) -> DiscordError:
    if fault.status == 429:
        return too_fast(fault.retry_after)
    return DiscordError(fault.status, 0, fault.error or "500: Internal Server Error")


def _response(said: Said) -> Response:
    if said.body is None:
        return Response(status_code=said.status)
    headers = {}
    if said.status == 429:
        wait = said.body["retry_after"]
        scope = "global" if said.body["global"] else "user"
        headers = {"Retry-After": str(math.ceil(wait)), "X-RateLimit-Scope": scope}
    return JSONResponse(said.body, said.status, headers)
