"""Slack's Web API over HTTP: tokens, both body forms, failures on demand, a record of calls."""

import asyncio
import json
import math
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from local.calls import Call, Calls
from local.faults import Fault, Faults
from local.pace import Pace
from local.slack import limits
from local.slack.errors import SlackError
from local.slack.files import Files
from local.slack.methods import METHODS, writable
from local.slack.workspace import Workspace

# Of these Slack reads no JSON.
FORMS_ONLY = frozenset({"files.getUploadURLExternal", "users.info"})
PACED = frozenset({"chat.postMessage", "files.completeUploadExternal"})


class WebApi:
    """The stand-in's API half. `calls` is what the demo judges by. `burst`: posts that a channel
    takes at once, before one a second counts."""

    def __init__(self, workspace: Workspace, token: str, burst: int = 50) -> None:
        self.workspace = workspace
        self.files = Files(workspace, token)
        self.faults = Faults()
        self._pace = Pace(burst, burst * limits.CHANNEL_SECONDS, time.monotonic)
        self.record = Calls()
        self._token = token

    @property
    def routes(self) -> list[Route]:
        api = Route("/api/{method}", self._endpoint, methods=["GET", "POST"])
        return [api, *self.files.routes]

    def calls(self, method: str | None = None) -> list[Call]:
        return self.record.of(method)

    async def _endpoint(self, request: Request) -> Response:
        at_ns = time.time_ns()  # before the body is read: this is when the call arrived
        method = request.path_params["method"]
        arguments = await _arguments(request, method)
        status, answer = await self._answer(method, arguments, request.headers)
        self.record.add(Call(method, arguments, at_ns, status, answer, _room(arguments)))
        if status == 429:
            wait = str(answer["retry_after"])
            return JSONResponse({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": wait})
        if status != 200:
            return PlainTextResponse("something went wrong", status)
        return JSONResponse(answer)

    async def _answer(
        self, method: str, arguments: dict[str, Any], headers: Mapping[str, str]
    ) -> tuple[int, dict[str, Any]]:
        fault = self.faults.take(method, _room(arguments))
        if fault is not None:
            await asyncio.sleep(fault.delay)
        if fault is not None and not fault.after and fault.fails:
            return _failed(fault)
        answer = self._act(method, arguments, headers)
        if fault is not None and fault.after:
            return _failed(fault)
        return (429 if answer.get("error") == "ratelimited" else 200), answer

    def _act(
        self, method: str, arguments: dict[str, Any], headers: Mapping[str, str]
    ) -> dict[str, Any]:
        try:
            self._authorize(arguments, headers)
            room = _room(arguments)
            if method in PACED and room in self.workspace.rooms and (wait := self._pace.take(room)):
                return {"ok": False, "error": "ratelimited", "retry_after": math.ceil(wait)}
            return self._method(method, arguments)
        except SlackError as error:
            return {"ok": False, "error": str(error)}

    def _method(self, method: str, arguments: dict[str, Any]) -> dict[str, Any]:
        if method == "files.getUploadURLExternal":
            return self.files.announce(arguments)
        if method == "files.completeUploadExternal":
            room = writable(self.workspace, arguments.get("channel_id"))
            return self.files.share(room, arguments)
        if method not in METHODS:
            raise SlackError("unknown_method")
        return METHODS[method](self.workspace, arguments)

    def _authorize(self, arguments: dict[str, Any], headers: Mapping[str, str]) -> None:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        token = token if scheme.lower() == "bearer" else str(arguments.pop("token", ""))
        if not token:
            raise SlackError("not_authed")
        if token != self._token:
            raise SlackError("invalid_auth")


def _room(arguments: Mapping[str, Any]) -> str | None:
    room = arguments.get("channel") or arguments.get("channel_id")
    return str(room) if room else None


def _failed(fault: Fault) -> tuple[int, dict[str, Any]]:
    if fault.error == "ratelimited":
        return 429, {"ok": False, "error": "ratelimited", "retry_after": fault.retry_after}
    return fault.status, {"ok": False, "error": fault.error}


async def _arguments(request: Request, method: str) -> dict[str, Any]:
    """JSON or form or query, as Slack accepts; in a form, `blocks` is JSON in a string."""
    body = await request.body()
    if request.headers.get("content-type", "").startswith("application/json"):
        parsed = json.loads(body or b"{}")
        return parsed if isinstance(parsed, dict) and method not in FORMS_ONLY else {}
    fields: dict[str, Any] = dict(request.query_params) | dict(parse_qsl(body.decode()))
    for name in ("blocks", "files"):
        if isinstance(fields.get(name), str):
            fields[name] = json.loads(fields[name])
    return fields
