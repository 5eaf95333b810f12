"""The Bot API over HTTP: the token in the path, every body form, failures on demand, a record."""

import asyncio
import json
import time
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.calls import Call, Calls
from local.faults import Fault, Faults
from local.multipart import Unreadable, read_body
from local.telegram.bot import Bot
from local.telegram.errors import TelegramError, bad, too_fast
from local.telegram.managing import MANAGING
from local.telegram.methods import METHODS

PREFIX = "/telegram"


class BotApi:
    """`calls` is what the demo judges by."""

    def __init__(self, bot: Bot, token: str) -> None:
        self.bot = bot
        self.calls = Calls()
        self.faults = Faults()
        self._token = token

    @property
    def routes(self) -> list[Route]:
        both = ["GET", "POST"]
        return [
            Route(f"{PREFIX}/file/bot{{token}}/{{path:path}}", self._file),
            Route(f"{PREFIX}/bot{{token}}/{{method}}", self._endpoint, methods=both),
        ]

    async def _endpoint(self, request: Request) -> Response:
        at_ns = time.time_ns()
        method, token = request.path_params["method"], request.path_params["token"]
        try:
            arguments = await _arguments(request)
        except Unreadable as error:
            return _refused(bad(f"can't parse request: {error}"))
        status, answer = await self._answer(method, token, arguments)
        room = arguments.get("chat_id")
        self.calls.add(Call(method, arguments, at_ns, status, answer, str(room) if room else None))
        return JSONResponse(answer, status)

    async def _answer(
        self, method: str, token: str, arguments: dict[str, Any]
    ) -> tuple[int, dict[str, Any]]:
        fault = self.faults.take(method, str(arguments.get("chat_id")))
        try:
            if fault is not None:
                await asyncio.sleep(fault.delay)
                if fault.fails and not fault.after:
                    raise _failure(fault)
            result = self._act(method, token, arguments)
            if fault is not None and fault.after:
                raise _failure(fault)
        except TelegramError as error:
            return error.code, error.as_json()
        return 200, {"ok": True, "result": result}

    def _act(self, method: str, token: str, arguments: dict[str, Any]) -> Any:
        if token != self._token:
            raise TelegramError("Unauthorized", 401)
        act = METHODS.get(method) or MANAGING.get(method)
        if act is None:
            raise TelegramError("Not Found", 404)
        return act(self.bot, arguments)

    async def _file(self, request: Request) -> Response:
        if request.path_params["token"] != self._token:
            return _refused(TelegramError("Unauthorized", 401))
        kept = self.bot.chats.files.get(request.path_params["path"].rpartition("/")[2])
        if kept is None:
            return _refused(TelegramError("Not Found", 404))
        return Response(kept[1], media_type="application/octet-stream")


def _refused(error: TelegramError) -> Response:
    return JSONResponse(error.as_json(), error.code)


def _failure(fault: Fault) -> TelegramError:
    if fault.status == 429:
        return too_fast(fault.retry_after)
    return TelegramError(fault.error or "Internal Server Error", fault.status)


async def _arguments(request: Request) -> dict[str, Any]:
    """In a form, what is no text is JSON in a string."""
    body = read_body(request.headers.get("content-type", ""), await request.body())
    fields: dict[str, Any] = dict(request.query_params) | body.fields
    for name, value in fields.items():
        if isinstance(value, str) and name not in ("text", "caption") and value[:1] in ("{", "["):
            try:
                fields[name] = json.loads(value)
            except ValueError as error:
                raise Unreadable(f"{name} is not JSON") from error
    return fields | body.files
