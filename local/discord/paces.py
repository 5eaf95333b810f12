"""How fast a bot may act at Discord."""

from collections.abc import Callable

from local.discord import limits
from local.discord.errors import too_fast
from local.pace import Pace


class Paces:
    def __init__(self, now: Callable[[], float]) -> None:
        self._channels = Pace(limits.CHANNEL_MESSAGES, limits.CHANNEL_SECONDS, now)
        self._edits = Pace(limits.CHANNEL_MESSAGES, limits.CHANNEL_SECONDS, now)
        self._tokens = Pace(limits.TOKEN_MESSAGES, limits.TOKEN_PACE_SECONDS, now)
        self._requests = Pace(limits.REQUESTS, limits.REQUEST_SECONDS, now)

    def message(self, room: str) -> None:
        _refuse(self._channels, room)

    def edit(self, room: str) -> None:
        _refuse(self._edits, room)

    def token(self, token: str) -> None:
        _refuse(self._tokens, token)

    def request(self) -> None:
        """Of the bot as a whole; what goes to an interaction's token is not counted."""
        if wait := self._requests.take("bot"):
            raise too_fast(wait, everywhere=True)


def _refuse(pace: Pace, key: str) -> None:
    if wait := pace.take(key):
        raise too_fast(wait)
