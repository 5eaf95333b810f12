"""The stand-in for Telegram as a whole."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from starlette.applications import Starlette

from local.serving import serving
from local.telegram.bot import Bot
from local.telegram.bot_api import PREFIX, BotApi
from local.telegram.chats import Chats
from local.telegram.webhooks import Webhooks


@dataclass
class TelegramStandIn:
    """`url` is set once it is served; the webhook's, once the API that receives it is deployed."""

    chats: Chats
    bot: Bot
    api: BotApi
    webhooks: Webhooks
    url: str = ""

    @property
    def api_url(self) -> str:
        """What the functions take for https://api.telegram.org."""
        return f"{self.url}{PREFIX}"


def make_telegram(
    *, token: str, burst: int = 1, now: Callable[[], float] | None = None
) -> TelegramStandIn:
    chats = Chats(now) if now else Chats()
    bot = Bot(chats, burst=burst)
    webhooks = Webhooks(bot)
    webhooks.box.told = chats.listeners.tell
    return TelegramStandIn(chats, bot, BotApi(bot, token), webhooks)


@contextlib.contextmanager
def telegram_stand_in(
    port: int, *, token: str, burst: int = 1, now: Callable[[], float] | None = None
) -> Iterator[TelegramStandIn]:
    """Served alone."""
    made = make_telegram(token=token, burst=burst, now=now)
    try:
        with serving(Starlette(routes=made.api.routes), port) as made.url:
            yield made
    finally:
        made.webhooks.close()
