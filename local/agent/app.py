"""The HTTP surface: routes, authorization, and the order in which the server checks things."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import cast

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from local.agent.agent import Agent
from local.agent.bodies import parse_uuid, read_json
from local.agent.commands import cancel, decide, decide_one, post_message, switch_model
from local.agent.control import Control
from local.agent.errors import BodyRejected, ServerSaysNo, Unauthorized, not_found
from local.agent.idempotency import Answer
from local.agent.journal import CONTROL, Journaled
from local.agent.sessions import Session
from local.agent.settings import DEFAULT_MODEL

VERSION = "0.3.88"
CONFIG = {"default_model": DEFAULT_MODEL, "auto_approve_mode": "custom"}
MODEL = {
    "id": "scripted",
    "name": "scripted",
    "provider": "offline",
    "reasoning": False,
    "limit": {"context": 128_000, "output": 8192},
}

Handler = Callable[[Request], Awaitable[Response]]
Command = Callable[[Agent, str, Request], Awaitable[Answer]]


def create_app(agent: Agent) -> ASGIApp:
    api = Api(agent)
    app = Starlette(
        routes=[*api.routes(), *Control(agent).routes()],
        exception_handlers={HTTPException: _bare, ServerSaysNo: _refused},
    )
    return Journaled(_Reachable(app, agent), agent.journal)


class Api:
    def __init__(self, agent: Agent) -> None:
        self._agent = agent

    def routes(self) -> list[Route]:
        session, post = "/v1/sessions/{id}", ["POST"]
        return [
            Route("/v1/health", self._health),
            Route("/v1/config", self._protected(self._config)),
            Route("/v1/models", self._protected(self._models)),
            Route("/v1/sessions", self._protected(self._list), methods=["GET"]),
            Route("/v1/sessions", self._protected(self._create), methods=post),
            Route(session, self._protected(self._read), methods=["GET"]),
            Route(session, self._protected(self._change), methods=["PATCH"]),
            Route(session, self._protected(self._delete), methods=["DELETE"]),
            Route(f"{session}/messages", self._protected(self._history), methods=["GET"]),
            Route(f"{session}/messages", self._command(post_message), methods=post),
            Route(f"{session}/events", self._protected(self._events)),
            Route(f"{session}/tools/pending", self._protected(self._pending)),
            Route(f"{session}/tools/decisions", self._command(decide), methods=post),
            Route(f"{session}/tools/resolve", self._command(decide), methods=post),
            Route(f"{session}/tools/{{call}}/decision", self._command(decide_one), methods=post),
            Route(f"{session}/cancel", self._command(cancel), methods=post),
            Route(f"{session}/model", self._command(switch_model), methods=post),
        ]

    def _protected(self, handler: Handler) -> Handler:
        async def guarded(request: Request) -> Response:
            if request.headers.get("authorization") != f"Bearer {self._agent.settings.token}":
                raise Unauthorized
            return await handler(request)

        return guarded

    def _command(self, command: Command) -> Handler:
        async def handler(request: Request) -> Response:
            answer = await command(self._agent, parse_uuid(request.path_params["id"]), request)
            return JSONResponse(answer.body, answer.status)

        return self._protected(handler)

    async def _health(self, request: Request) -> Response:
        uptime = int(self._agent.uptime)
        return JSONResponse({"status": "ok", "version": VERSION, "uptime_seconds": uptime})

    async def _config(self, request: Request) -> Response:
        return JSONResponse(CONFIG)

    async def _models(self, request: Request) -> Response:
        return JSONResponse({"models": [MODEL]})

    async def _list(self, request: Request) -> Response:
        query = request.query_params
        found = self._agent.sessions.search(
            limit=_number(request, "limit", 100),
            offset=_number(request, "offset", 0),
            search=query.get("search"),
            status=query.get("status"),
        )
        sessions = [self._session_json(session) for session in found]
        return JSONResponse({"sessions": sessions, "total": len(sessions)})

    async def _create(self, request: Request) -> Response:
        body = await read_json(request)
        wanted = {"title": body.text("title"), "cwd": body.optional_text("cwd")}
        place, key = "POST:/v1/sessions", request.headers.get("idempotency-key")
        answer = self._agent.records.find(place, key, wanted)
        if answer is None:
            session = self._agent.sessions.create(body.text("title"), wanted["cwd"])
            answer = Answer(201, self._session_json(session))
            self._agent.records.keep(place, key, wanted, answer)
        return JSONResponse(answer.body, answer.status)

    async def _read(self, request: Request) -> Response:
        return self._detail(self._session(request))

    async def _change(self, request: Request) -> Response:
        session_id = parse_uuid(request.path_params["id"])
        body = await read_json(request)
        session = self._agent.sessions.find(session_id)
        if session is None:
            raise not_found(session_id)
        session.title = body.optional_text("title") or session.title
        choices = ("PRIVATE", "PUBLIC")
        session.visibility = body.one_of("visibility", choices, session.visibility)
        return self._detail(session)

    async def _delete(self, request: Request) -> Response:
        session_id = parse_uuid(request.path_params["id"])
        run = self._agent.active_run(session_id)
        if run:
            run.cancelled.set()
        session = self._agent.sessions.find(session_id)
        if session:
            session.status = "DELETED"
        return Response(status_code=204)

    async def _history(self, request: Request) -> Response:
        messages = self._session(request).checkpoint
        offset = _number(request, "offset", 0)
        shown = messages[offset : offset + _number(request, "limit", 100)]
        found = [message.as_json() for message in shown]
        return JSONResponse({"messages": found, "total": len(messages)})

    async def _pending(self, request: Request) -> Response:
        run = self._agent.active_run(parse_uuid(request.path_params["id"]))
        if run is None or not run.pending:
            return JSONResponse({"run_id": None, "tool_calls": []})
        return JSONResponse(
            {"run_id": run.id, "tool_calls": [call.as_json() for call in run.pending]}
        )

    async def _events(self, request: Request) -> Response:
        session_id = parse_uuid(request.path_params["id"])
        headers = {"content-type": "text/event-stream", "cache-control": "no-cache"}
        chunks = self._stream(session_id, _event_id(request.headers.get("last-event-id")))
        return StreamingResponse(chunks, headers=headers)

    async def _stream(self, session_id: str, after: int | None) -> AsyncIterator[bytes]:
        agent = self._agent
        log = agent.log(session_id)
        subscription = log.subscribe(after)
        keepalive = agent.settings.paced(agent.settings.keepalive_seconds)
        try:
            async for chunk in subscription.chunks(keepalive, agent.journal.written):
                yield chunk
        finally:
            log.unsubscribe(subscription)

    def _session(self, request: Request) -> Session:
        session_id = parse_uuid(request.path_params["id"])
        session = self._agent.sessions.find(session_id)
        if session is None:
            raise not_found(session_id)
        return session

    def _session_json(self, session: Session) -> dict[str, object]:
        return {
            "id": session.id,
            "title": session.title,
            "cwd": session.cwd,
            "created_at": session.created_at,
            "updated_at": session.updated_at,
            "run_status": self._agent.run_status(session.id),
        }

    def _detail(self, session: Session) -> Response:
        config = {**CONFIG, "default_model": session.model or DEFAULT_MODEL}
        return JSONResponse({"session": self._session_json(session), "config": config})


class _Reachable:
    """While the server is broken, a proxy's 503 for everything but the control surface."""

    def __init__(self, app: ASGIApp, agent: Agent) -> None:
        self._app = app
        self._agent = agent

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        broken = scope["type"] == "http" and self._agent.out_of_order
        if broken and not scope["path"].startswith(CONTROL):
            await PlainTextResponse("Service Unavailable", 503)(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def _event_id(header: str | None) -> int | None:
    """A header that is no unsigned number counts as absent."""
    return int(header) if header and header.isascii() and header.isdigit() else None


def _number(request: Request, name: str, default: int) -> int:
    text = request.query_params.get(name, str(default))
    if not text.isdigit():
        raise BodyRejected(400, f"Failed to deserialize query string: {name}: invalid digit")
    return int(text)


async def _bare(request: Request, error: Exception) -> Response:
    """Unknown routes and methods are answered without a body."""
    known = cast(HTTPException, error)
    return Response(status_code=known.status_code, headers=known.headers)


async def _refused(request: Request, error: Exception) -> Response:
    return cast(ServerSaysNo, error).response
