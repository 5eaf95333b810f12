"""The control surface, outside the protocol: what a test, the demo or the page does to the server,
and what it saw.
"""

import json
from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.agent.agent import Agent
from local.agent.errors import already_running, not_found
from local.agent.journal import CONTROL
from local.agent.posts import MessagePost
from local.agent.settings import new_token

FOREIGN_TEXT = "(a question somebody else asked)"


class Control:
    def __init__(self, agent: Agent) -> None:
        self._agent = agent

    def routes(self) -> list[Route]:
        post, read = ["POST"], ["GET"]
        return [
            Route(f"{CONTROL}/token", self._read_token, methods=read),
            Route(f"{CONTROL}/token", self._set_token, methods=post),
            Route(f"{CONTROL}/settings", self._read_settings, methods=read),
            Route(f"{CONTROL}/settings", self._change_settings, methods=post),
            Route(f"{CONTROL}/restart", self._restart, methods=post),
            Route(f"{CONTROL}/outage", self._outage, methods=post),
            Route(f"{CONTROL}/foreign-run", self._foreign_run, methods=post),
            Route(f"{CONTROL}/sessions", self._sessions, methods=read),
            Route(f"{CONTROL}/log", self._log, methods=read),
            Route(f"{CONTROL}/log", self._clear_log, methods=["DELETE"]),
        ]

    async def _read_token(self, request: Request) -> Response:
        return JSONResponse({"token": self._agent.settings.token})

    async def _set_token(self, request: Request) -> Response:
        """To the token given, or to a new one."""
        self._agent.settings.token = str((await _body(request)).get("token") or new_token())
        return await self._read_token(request)

    async def _read_settings(self, request: Request) -> Response:
        settings = {
            name: value for name, value in asdict(self._agent.settings).items() if name != "token"
        }
        return JSONResponse(settings | {"working_directory": str(settings["working_directory"])})

    async def _change_settings(self, request: Request) -> Response:
        """Numbers only; rings keep the size they were made with."""
        for name, value in (await _body(request)).items():
            known = getattr(self._agent.settings, name, None)
            if not isinstance(known, int | float) or not isinstance(value, int | float):
                return JSONResponse({"error": f"no such number: {name}"}, 400)
            setattr(self._agent.settings, name, value)
        return await self._read_settings(request)

    async def _restart(self, request: Request) -> Response:
        """{"rotate_token": false, "seconds": 0}: connections are refused for so long in between."""
        body = await _body(request)
        self._agent.restart(rotate_token=bool(body.get("rotate_token")))
        self._stay_away(float(body.get("seconds", 0)))
        return await self._read_token(request)

    async def _outage(self, request: Request) -> Response:
        """{"seconds": 2, "mode": "503" or "refuse"}: runs go on meanwhile, streams are cut."""
        body = await _body(request)
        seconds, mode = float(body.get("seconds", 1)), str(body.get("mode", "503"))
        if mode == "refuse":
            self._agent.cut_streams()
            self._stay_away(seconds)
        else:
            self._agent.break_down(seconds)
        return JSONResponse({"mode": mode, "seconds": seconds})

    async def _foreign_run(self, request: Request) -> Response:
        """{"session": id, "seconds": 2}: a run that nobody of ours started, busy for so many real
        seconds.
        """
        body = await _body(request)
        session = self._agent.sessions.find(str(body.get("session")))
        if session is None:
            raise not_found(str(body.get("session")))
        if self._agent.active_run(session.id):
            raise already_running()
        sleep = float(body.get("seconds", 2)) / (self._agent.settings.pace or 1)
        script = json.dumps([{"sleep": sleep, "text": "An answer to somebody else."}])
        run = self._agent.start(session, MessagePost("user", f"{FOREIGN_TEXT} SCRIPT={script}"))
        return JSONResponse({"run_id": run.id})

    async def _sessions(self, request: Request) -> Response:
        newest = self._agent.newest_events()
        return JSONResponse(
            {
                session.id: {
                    "title": session.title,
                    "run_status": self._agent.run_status(session.id),
                    "newest_event": newest.get(session.id, 0),
                }
                for session in self._agent.sessions.all()
            }
        )

    async def _log(self, request: Request) -> Response:
        return JSONResponse(
            self._agent.journal.as_json(int(request.query_params.get("after", "0")))
        )

    async def _clear_log(self, request: Request) -> Response:
        self._agent.journal.clear()
        return Response(status_code=204)

    def _stay_away(self, seconds: float) -> None:
        if seconds and self._agent.go_away:
            self._agent.go_away(seconds)


async def _body(request: Request) -> dict[str, Any]:
    raw = await request.body()
    body = json.loads(raw) if raw else {}
    return body if isinstance(body, dict) else {}
