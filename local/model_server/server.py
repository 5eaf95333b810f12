"""A scripted model behind OpenAI's API, on loopback: a real agent works against it offline."""

import asyncio
import itertools
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from local.model_server.completions import streamed, whole
from local.model_server.script import Conversation, answer, conversation_of
from local.ports import loopback_port
from local.serving import serving

MODELS = ("fake-1", "fake-2")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that the model got."""

    model: str
    conversation: Conversation
    effort: str = ""


@dataclass
class ModelServer:
    """`asked` may be read, but belongs to the server's thread. Who does not know the key is
    refused."""

    url: str = ""
    key: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)
    asked: list[Asked] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=itertools.count, repr=False)

    @property
    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/v1/chat/completions", self._complete, methods=["POST"]),
                Route("/v1/models", self._models),
            ]
        )

    def worked(self) -> list[Asked]:
        """Without those that only wanted a title."""
        return [each for each in list(self.asked) if each.conversation.offers_tools]

    async def _complete(self, request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {self.key}":
            return _error(401, "Incorrect API key provided")
        body = await request.json()
        model = str(body.get("model"))
        if model not in MODELS:
            return _error(404, f"The model `{model}` does not exist")
        conversation = conversation_of(body)
        self.asked.append(Asked(model, conversation, str(body.get("reasoning_effort") or "")))
        said, number = answer(conversation), next(self._numbers)
        if said.status != 200:
            return _error(said.status, said.text)
        if body.get("stream"):
            chunks = streamed(number, model, said, asyncio.sleep)
            return StreamingResponse(chunks, media_type="text/event-stream")
        await asyncio.sleep(said.seconds)
        return JSONResponse(whole(number, model, said))

    async def _models(self, _request: Request) -> Response:
        listed = [{"id": each, "object": "model", "owned_by": "offline"} for each in MODELS]
        return JSONResponse({"object": "list", "data": listed})


def _error(status: int, message: str) -> Response:
    error = {"message": message, "type": "invalid_request_error", "code": None}
    return JSONResponse({"error": error}, status)


@contextmanager
def model_server(port: int | None = None) -> Iterator[ModelServer]:
    """Serves until the context ends."""
    model = ModelServer()
    with serving(model.app, loopback_port(port)) as url:
        model.url = f"{url}/v1"
        yield model
