"""Changes: read, and decided on."""

import hashlib
from dataclasses import dataclass
from functools import partial

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from functions.gateway.answers import HEADERS, MOST_BYTES, Refused, shown
from functions.gateway.bodies import json_text
from functions.gateway.files import content
from parley.composition.gateway import Gateway
from parley.core.message import Sender
from parley.core.tasks import presentation
from parley.core.tasks.api_requests import parse_decision
from parley.core.tasks.change import Change, Ruling
from parley.core.tasks.task import API

PATCH_TYPE = "text/x-diff"

# What came of a ruling that did not count.
REFUSALS = {
    "before": "already_decided",
    "expired": "already_decided",
    "changed": "patch_differs",
    "unknown": "not_found",
    "refused": "already_decided",
    "wordless": "bad_request",
}


@dataclass(frozen=True, slots=True)
class ChangeRoutes:
    gateway: Gateway

    @property
    def routes(self) -> list[Route]:
        return [
            Route("/v1/changes/{id}", self._one, methods=["GET"]),
            Route("/v1/changes/{id}/patch", self._patch, methods=["GET"]),
            *(
                Route(f"/v1/changes/{{id}}/{way}", partial(self._rule, way=way), methods=["POST"])
                for way in Ruling
            ),
        ]

    async def _one(self, request: Request) -> Response:
        return shown(presentation.change(self._known(request)))

    async def _patch(self, request: Request) -> Response:
        """What is handed out is what was recorded: a decision is on its hash."""
        snapshot = self._known(request).snapshot
        if snapshot.patch_bytes > MOST_BYTES:
            place = self.gateway.files.address("get", snapshot.patch_key)
            return RedirectResponse(place, 307, HEADERS)
        patch = content(self.gateway, snapshot.patch_key)
        if hashlib.sha256(patch).hexdigest() != snapshot.patch_sha256:
            raise Refused("damaged", "The patch in the bucket is not the one that was recorded")
        return Response(patch, headers=HEADERS, media_type=PATCH_TYPE)

    async def _rule(self, request: Request, way: Ruling) -> Response:
        decision = parse_decision(await json_text(request), way)
        ruled = self.gateway.ruling.rule(
            API,
            Sender(decision.by, decision.by),
            self._known(request).id,
            way,
            decision.words,
            decision.patch_sha256,
        )
        if ruled.came in REFUSALS:
            raise Refused(REFUSALS[ruled.came], ruled.said)
        return shown({"said": ruled.said, "change": presentation.change(self._known(request))})

    def _known(self, request: Request) -> Change:
        id = request.path_params["id"]
        found = self.gateway.store.changes.get(id)
        if found is None:
            raise Refused("not_found", f"There is no change {id}")
        return found
