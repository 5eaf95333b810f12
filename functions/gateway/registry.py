"""Projects and agents: what tasks are worked on, and by whom."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from functions.gateway.answers import HEADERS, Refused, shown
from functions.gateway.bodies import json_text
from parley.composition.gateway import Gateway
from parley.core.tasks.registration import (
    agent_document,
    parse_agent,
    parse_project,
    project_document,
)

T = TypeVar("T")


@dataclass(frozen=True)
class Kind(Generic[T]):
    """What is registered under an id. `changed` is told what became of which one."""

    name: str
    find: Callable[[str], T | None]
    all: Callable[[], Sequence[T]]
    put: Callable[[T], None]
    remove: Callable[[str], bool]
    parse: Callable[[str, str], T]
    document: Callable[[T], Mapping[str, object]]
    changed: Callable[[str, str], None]

    @property
    def routes(self) -> list[Route]:
        return [
            Route(f"/v1/{self.name}s", self._list, methods=["GET"]),
            Route(f"/v1/{self.name}s/{{id}}", self._one, methods=["GET", "PUT", "DELETE"]),
        ]

    async def _list(self, _request: Request) -> Response:
        return shown({f"{self.name}s": [self.document(each) for each in self.all()]})

    async def _one(self, request: Request) -> Response:
        id: str = request.path_params["id"]
        match request.method:
            case "PUT":
                return self._put(id, await json_text(request))
            case "DELETE":
                return self._remove(id)
        found = self.find(id)
        if found is None:
            raise self._unknown(id)
        return shown(self.document(found))

    def _put(self, id: str, text: str) -> Response:
        found = self.parse(text, id)
        self.put(found)
        self.changed("put", id)
        return shown(self.document(found))

    def _remove(self, id: str) -> Response:
        if not self.remove(id):
            raise self._unknown(id)
        self.changed("removed", id)
        return Response(status_code=204, headers=HEADERS)

    def _unknown(self, id: str) -> Refused:
        return Refused("not_found", f"There is no {self.name} {id}")


def routes(gateway: Gateway) -> list[Route]:
    registry, telemetry = gateway.store.registry, gateway.telemetry
    projects = Kind(
        name="project",
        find=registry.project,
        all=registry.projects,
        put=registry.put_project,
        remove=registry.remove_project,
        parse=parse_project,
        document=project_document,
        changed=lambda what, id: telemetry.event(f"project_{what}", project=id),
    )
    agents = Kind(
        name="agent",
        find=registry.agent,
        all=registry.agents,
        put=registry.put_agent,
        remove=registry.remove_agent,
        parse=parse_agent,
        document=agent_document,
        changed=lambda what, id: telemetry.event(f"agent_{what}", agent=id),
    )
    return [*projects.routes, *agents.routes]
