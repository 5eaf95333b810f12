"""Slack's Web API over HTTP: tokens, both body forms, failures on demand, a record of calls."""

import asyncio
import json
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from local.calls import Call, Calls
from local.faults import Fault, Faults
from local.slack.methods import METHODS, SlackError
from local.slack.workspace import Workspace


class WebApi:
    """The stand-in's API half. `calls` is what the demo judges by."""

    def __init__(self, workspace: Workspace, token: str) -> None:
        self.workspace = workspace
        self.faults = Faults()
        self.record = Calls()
        self._token = token

    @property
    def routes(self) -> list[Route]:
        return [Route("/api/{method}", self._endpoint, methods=["GET", "POST"])]

    def calls(self, method: str | None = None) -> list[Call]:
        return self.record.of(method)

    async def _endpoint(self, request: Request) -> Response:
        at_ns = time.time_ns()  # before the body is read: this is when the call arrived
        method = request.path_params["method"]
        arguments = await _arguments(request)
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
        return 200, answer

    def _act(
        self, method: str, arguments: dict[str, Any], headers: Mapping[str, str]
    ) -> dict[str, Any]:
        try:
            self._authorize(arguments, headers)
            if method not in METHODS:
                raise SlackError("unknown_method")
            return METHODS[method](self.workspace, arguments)
        except SlackError as error:
            return {"ok": False, "error": str(error)}

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


async def _arguments(request: Request) -> dict[str, Any]:
    """JSON or form or query, as Slack accepts; in a form, `blocks` is JSON in a string."""
    body = await request.body()
    if request.headers.get("content-type", "").startswith("application/json"):
        parsed = json.loads(body or b"{}")
        return parsed if isinstance(parsed, dict) else {}
    fields: dict[str, Any] = dict(request.query_params) | dict(parse_qsl(body.decode()))
    if isinstance(fields.get("blocks"), str):
        fields["blocks"] = json.loads(fields["blocks"])
    return fields
