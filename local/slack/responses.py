"""`response_url`: where a word goes to whoever clicked, for half an hour and five times."""

import itertools
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from local.slack import limits
from local.slack.methods import blocks_of
from local.slack.workspace import BOT_USER, Workspace

PREFIX = "/slack/response"


@dataclass(slots=True)
class Place:
    """Who clicked, and where; `post` is what the button was on."""

    room: str
    user: str
    thread_ts: str | None
    post: str | None
    at: float
    used: int = 0


@dataclass
class Responses:
    workspace: Workspace
    now: Callable[[], float] = time.time
    url: str = ""
    _places: dict[str, Place] = field(default_factory=dict)
    _ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def routes(self) -> list[Route]:
        return [Route(f"{PREFIX}/{{place}}", self._endpoint, methods=["POST"])]

    def open(self, room: str, user: str, thread_ts: str | None, post: str | None = None) -> str:
        """A new address."""
        place = f"R{next(self._ids):06}"
        self._places[place] = Place(room, user, thread_ts, post, self.now())
        return f"{self.url}{PREFIX}/{place}"

    def say(self, place: Place, said: Mapping[str, Any]) -> str | None:
        """The error, or None once it is said."""
        post = self.workspace.find(place.room, place.post) if place.post else None
        if said.get("delete_original"):
            if post is not None:
                self.workspace.delete(post)
            return None
        if error := limits.refusal(said):
            return error
        text, blocks = limits.cut(str(said.get("text") or "")), blocks_of(said)
        if said.get("replace_original") and post is not None:
            self.workspace.edit(post.room, post.ts, text, blocks)
            return None
        shared = said.get("response_type") == "in_channel"
        self.workspace.say(
            place.room,
            BOT_USER,
            text,
            blocks=blocks,
            thread_ts=place.thread_ts,
            only_for=None if shared else place.user,
        )
        return None

    async def _endpoint(self, request: Request) -> Response:
        place = self._places.get(request.path_params["place"])
        if place is None or self.now() - place.at > limits.RESPONSE_URL_SECONDS:
            return JSONResponse({"ok": False, "error": "expired_url"}, 404)
        with self._lock:
            place.used += 1
            if place.used > limits.RESPONSE_URL_POSTS:
                return JSONResponse({"ok": False, "error": "used_url"}, 404)
        try:
            said = json.loads(await request.body())
        except ValueError:
            return JSONResponse({"ok": False, "error": "invalid_payload"}, 400)
        error = self.say(place, said)
        return (
            JSONResponse({"ok": False, "error": error}, 400) if error else PlainTextResponse("ok")
        )
