"""Files: out in three steps, in by an address that only the bot's token opens."""

import itertools
import mimetypes
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from local.slack.errors import SlackError
from local.slack.workspace import BOT_USER, File, Workspace

PREFIX = "/slack/files"
UPLOAD = "/slack/upload"
LOGIN = '<!doctype html><title>Sign in</title><form id="signin_form">Sign in to Slack</form>'


@dataclass(slots=True)
class Upload:
    """Announced, then filled, then shared: a file is nowhere before the last of these."""

    name: str
    length: int
    content: bytes | None = None


@dataclass
class Files:
    workspace: Workspace
    token: str
    url: str = ""  # where this is served
    _uploads: dict[str, Upload] = field(default_factory=dict)
    _ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def routes(self) -> list[Route]:
        return [
            Route(f"{PREFIX}/{{file}}/{{name:path}}", self._download),
            Route(f"{UPLOAD}/{{upload}}", self._fill, methods=["POST"]),
        ]

    def as_json(self, file: File) -> dict[str, Any]:
        return {
            "id": file.id,
            "name": file.name,
            "mimetype": file.media_type,
            "size": len(file.content),
            "mode": "hosted",
            "url_private_download": f"{self.url}{PREFIX}/{file.id}/{file.name}",
        }

    def announce(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        name, length = str(arguments.get("filename") or ""), str(arguments.get("length") or "")
        if not name or not length.isdigit() or int(length) == 0:
            raise SlackError("invalid_arguments")
        upload = f"U{next(self._ids):06}"
        self._uploads[upload] = Upload(name, int(length))
        return {"ok": True, "upload_url": f"{self.url}{UPLOAD}/{upload}", "file_id": upload}

    def share(self, room: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Into a room that is known to take posts."""
        listed = arguments.get("files") or ()
        uploads = [self._uploads.get(str(each.get("id"))) for each in listed]
        if not uploads or any(each is None or each.content is None for each in uploads):
            raise SlackError("file_not_found")
        kept = tuple(self._kept(each) for each in uploads if each is not None)
        self.workspace.say(
            room,
            BOT_USER,
            str(arguments.get("initial_comment") or ""),
            thread_ts=arguments.get("thread_ts") or None,
            files=kept,
        )
        return {"ok": True, "files": [{"id": each.id, "title": each.name} for each in kept]}

    def _kept(self, upload: Upload) -> File:
        media_type = mimetypes.guess_type(upload.name)[0] or "text/plain"
        return self.workspace.keep_file(upload.name, media_type, upload.content or b"")

    async def _fill(self, request: Request) -> Response:
        upload = self._uploads.get(request.path_params["upload"])
        content = await request.body()
        if upload is None or upload.content is not None:
            return PlainTextResponse("not found", 404)
        if len(content) != upload.length:
            return PlainTextResponse("the length is not the one that was announced", 400)
        upload.content = content
        return PlainTextResponse(f"OK - {len(content)}")

    async def _download(self, request: Request) -> Response:
        """Who has no right to it is shown the way to sign in, and no error."""
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return HTMLResponse(LOGIN)
        file = self.workspace.files.get(request.path_params["file"])
        if file is None:
            return PlainTextResponse("not found", 404)
        return Response(file.content, media_type=file.media_type)
