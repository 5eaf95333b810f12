"""The stand-in for Discord as a whole."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from starlette.applications import Starlette

from local.discord.application import Application
from local.discord.interactions import Interactions
from local.discord.paces import Paces
from local.discord.rest_api import FILES, PREFIX, RestApi
from local.discord.rooms import Rooms
from local.discord.webhooks import Webhooks
from local.discord.world import Discord
from local.serving import serving


@dataclass
class DiscordStandIn:
    """`url` is set once it is served; the application's addresses, once the API that receives is
    deployed."""

    discord: Discord
    api: RestApi
    webhooks: Webhooks
    url: str = ""

    @property
    def rooms(self) -> Rooms:
        return self.discord.rooms

    @property
    def interactions(self) -> Interactions:
        return self.discord.interactions

    @property
    def application(self) -> Application:
        return self.discord.application

    @property
    def api_url(self) -> str:
        """What the functions take for https://discord.com/api/v10."""
        return f"{self.url}{PREFIX}"

    def served_at(self, url: str) -> None:
        self.url = url
        self.discord.files_url = f"{url}{FILES}"


def make_discord(*, token: str, now: Callable[[], float] | None = None) -> DiscordStandIn:
    rooms = Rooms(now) if now else Rooms()
    discord = Discord(rooms, Interactions(rooms), Application(), Paces(rooms.now))
    webhooks = Webhooks(discord)
    webhooks.box.told = rooms.listeners.tell
    return DiscordStandIn(discord, RestApi(discord, token), webhooks)


@contextlib.contextmanager
def discord_stand_in(
    port: int, *, token: str, now: Callable[[], float] | None = None
) -> Iterator[DiscordStandIn]:
    """Served alone."""
    made = make_discord(token=token, now=now)
    try:
        with serving(Starlette(routes=made.api.routes), port) as url:
            made.served_at(url)
            yield made
    finally:
        made.webhooks.close()
