"""Messages in a chat, by whichever right there is: the interaction's token while it lives, which
needs no bot in the channel, or the bot's."""

import hashlib
from dataclasses import dataclass
from urllib.parse import quote

from parley.adapters.discord.api import DiscordApi, Json, Request
from parley.adapters.discord.errors import ChatClosed, TokenSpent, WebhookUnknown
from parley.adapters.discord.limits import (
    EARLY,
    FIRST_PAUSE,
    LONGEST_PAUSE,
    NONCE,
    PATIENCE,
    TOKEN_LIFE,
)
from parley.core.delivery import Delivery
from parley.core.reply import Part
from parley.errors import ChannelError, ChannelUnavailable, SendUncertain
from parley.ports import Clock

# How a post came to be: only those of an interaction can be edited with its token.
ORIGINAL, FOLLOW_UP, MESSAGE = "original", "followup", "message"


@dataclass(frozen=True, slots=True)
class Spot:
    """Where an interaction happened, and what it lets us do."""

    application: str
    token: str
    channel: str
    issued_at: int

    @classmethod
    def of(cls, delivery: Delivery) -> "Spot":
        meta = delivery.meta
        return cls(
            meta["application_id"], meta["token"], meta["channel_id"], int(meta["issued_at"])
        )

    @property
    def by_token(self) -> str:
        return f"/webhooks/{self.application}/{quote(self.token, safe='')}"

    @property
    def by_bot(self) -> str:
        return f"/channels/{self.channel}/messages"


class Posts:
    def __init__(self, api: DiscordApi, clock: Clock) -> None:
        self._api = api
        self._clock = clock

    def alive(self, spot: Spot) -> bool:
        return self._clock.now() < spot.issued_at + TOKEN_LIFE

    def edit_original(
        self,
        spot: Spot,
        content: Json,
        deadline: float,
        file: Part | None = None,
        patience: float = PATIENCE,
    ) -> str:
        """Let the answer to the interaction say this; the post's id. Raises TokenSpent."""
        if not self.alive(spot):
            raise TokenSpent("the interaction's 15 minutes are over")
        path = f"{spot.by_token}/messages/@original"
        request = Request("edit the reply", "PATCH", path, content, file, by_bot=False)
        return _named(ORIGINAL, self._by_token(spot, request, deadline, patience))

    def edit(self, spot: Spot, post: str, content: Json, deadline: float) -> str:
        """Let the post of that id say this. Raises PostGone, NotEditable or ChatClosed."""
        kind, _, message = post.rpartition(":")
        if kind in (ORIGINAL, FOLLOW_UP) and self.alive(spot):
            target = "@original" if kind == ORIGINAL else message
            path = f"{spot.by_token}/messages/{target}"
            request = Request("edit a post", "PATCH", path, content, by_bot=False)
            try:
                self._by_token(spot, request, deadline)
                return post
            except TokenSpent:
                pass
        path = f"{spot.by_bot}/{message}"
        self._api.call(Request("edit a message", "PATCH", path, content), deadline)
        return post

    def create(
        self,
        spot: Spot,
        content: Json,
        nonce: str,
        deadline: float,
        file: Part | None = None,
    ) -> str:
        """A new post; its id. Where the bot may not post it follows up on the interaction, if that
        still can be."""
        try:
            return self.post(spot, content, nonce, deadline, file)
        except ChatClosed:
            if not self.alive(spot):
                raise
        return self.follow_up(spot, content, deadline, file)

    def post(
        self,
        spot: Spot,
        content: Json,
        nonce: str,
        deadline: float,
        file: Part | None = None,
    ) -> str:
        """A message of the bot; two with one nonce, within some minutes, are one. Raises
        ChatClosed."""
        fields = {**content, "nonce": shortened_nonce(nonce), "enforce_nonce": True}
        request = Request("post a message", "POST", spot.by_bot, fields, file)
        return _named(MESSAGE, self._api.call(request, deadline))

    def follow_up(
        self, spot: Spot, content: Json, deadline: float, file: Part | None = None
    ) -> str:
        """The first one on an answer that is still awaited takes its place."""
        request = Request("follow up", "POST", spot.by_token, content, file, by_bot=False)
        return _named(FOLLOW_UP, self._by_token(spot, request, deadline))

    def remove(self, spot: Spot, post: str, deadline: float) -> None:
        """As well as it can be done."""
        _, _, message = post.rpartition(":")
        try:
            self._api.call(
                Request("remove a message", "DELETE", f"{spot.by_bot}/{message}"), deadline
            )
        except ChannelError:
            return

    def _by_token(
        self, spot: Spot, request: Request, deadline: float, patience: float = PATIENCE
    ) -> Json:
        """While the interaction is young, an unknown webhook is one that will be known."""
        pause, latest = FIRST_PAUSE, min(deadline, self._clock.monotonic() + patience)
        while True:
            try:
                return self._api.call(request, deadline)
            except WebhookUnknown as error:
                if self._clock.now() >= spot.issued_at + EARLY:
                    raise
                if self._clock.monotonic() + pause >= latest:
                    raise ChannelUnavailable(f"{error}; too early, perhaps") from error
            self._clock.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)


def shortened_nonce(nonce: str) -> str:
    return hashlib.sha256(nonce.encode()).hexdigest()[:NONCE]


def _named(kind: str, answer: Json) -> str:
    message = answer.get("id")
    if not (isinstance(message, str) and message.isascii() and message.isdigit()):
        raise SendUncertain("Discord's answer has no message id")
    return f"{kind}:{message}"
