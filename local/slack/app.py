"""The stand-in for Slack as a whole."""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette
from starlette.routing import BaseRoute

from local.serving import serving
from local.slack.acting import Form
from local.slack.responses import Place, Responses
from local.slack.web_api import WebApi
from local.slack.webhooks import Webhooks
from local.slack.workspace import Workspace


@dataclass
class SlackStandIn:
    """A stand-in. `webhooks.url` is set once the API that receives them is deployed."""

    url: str
    workspace: Workspace
    api: WebApi
    webhooks: Webhooks
    responses: Responses

    @property
    def api_url(self) -> str:
        """What the functions take for https://slack.com/api."""
        return f"{self.url}/api"

    @property
    def routes(self) -> list[BaseRoute]:
        return [*self.api.routes, *self.responses.routes]

    def served_at(self, url: str) -> None:
        self.url = self.api.files.url = self.responses.url = url


def make_slack(*, token: str, signing_secret: str, burst: int = 50) -> SlackStandIn:
    workspace = Workspace()
    responses = Responses(workspace)

    def show(form: Form, answer: Mapping[str, Any]) -> None:
        place = Place(form.room, form.user, form.thread, None, responses.now())
        responses.say(place, answer)

    webhooks = Webhooks("", signing_secret, show)
    webhooks.box.told = workspace.listeners.tell
    return SlackStandIn("", workspace, WebApi(workspace, token, burst), webhooks, responses)


@contextlib.contextmanager
def slack_stand_in(
    port: int, *, token: str, signing_secret: str, burst: int = 50
) -> Iterator[SlackStandIn]:
    """Served alone."""
    made = make_slack(token=token, signing_secret=signing_secret, burst=burst)
    try:
        with serving(Starlette(routes=made.routes), port) as url:
            made.served_at(url)
            yield made
    finally:
        made.webhooks.close()
