"""The whole stand-in: the Web API and the page, one application."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette

from local.serving import serving
from local.slack.page import Page
from local.slack.web_api import WebApi
from local.slack.webhooks import Webhooks
from local.slack.workspace import Workspace


@dataclass
class SlackStandIn:
    """A running stand-in. `webhooks.url` is set once the API that receives them is deployed."""

    url: str
    workspace: Workspace
    api: WebApi
    webhooks: Webhooks

    @property
    def api_url(self) -> str:
        """What the functions take for https://slack.com/api."""
        return f"{self.url}/api"


@contextlib.contextmanager
def slack_stand_in(
    port: int,
    *,
    token: str,
    signing_secret: str,
    executions: Callable[[], list[dict[str, Any]]] = list,
) -> Iterator[SlackStandIn]:
    workspace = Workspace()
    api = WebApi(workspace, token)
    webhooks = Webhooks(url="", secret=signing_secret)
    page = Page(api, webhooks, executions)
    app = Starlette(routes=[*api.routes, *page.routes])
    try:
        with serving(app, port) as url:
            yield SlackStandIn(url, workspace, api, webhooks)
    finally:
        page.close()
        webhooks.close()
