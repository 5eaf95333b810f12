"""Files that people sent: their addresses are signed and good for a day or so, without a token."""

from urllib.parse import urlsplit

import httpx

from parley.adapters.discord.api import DiscordApi
from parley.core.message import Attachment
from parley.errors import ChannelUnavailable, Undeliverable
from parley.ports import Clock

# Anything else could be an address within our own network.
HOSTS = frozenset({"cdn.discordapp.com", "media.discordapp.net"})

PLAIN = {"Accept-Encoding": "identity"}  # what is counted is what comes


class Downloads:
    """`api_url`: what stands in for Discord serves its files itself."""

    def __init__(self, api: DiscordApi, api_url: str, clock: Clock) -> None:
        self._api = api
        self._own = _origin(api_url)
        self._clock = clock

    def fetch(self, attachment: Attachment, most: int, timeout: float) -> bytes:
        if not self._trusted(attachment.ref):
            raise Undeliverable("it does not lie at Discord")
        if attachment.size > most:
            raise _too_large(most)
        deadline = self._clock.monotonic() + timeout
        http = self._api.client()
        limits = httpx.Timeout(timeout * 0.2, read=timeout * 0.6)
        try:
            with http.stream("GET", attachment.ref, timeout=limits, headers=PLAIN) as response:
                _check(response)
                return self._read(response, most, deadline)
        except (httpx.RequestError, httpx.InvalidURL) as error:
            raise ChannelUnavailable(f"Discord's files: {type(error).__name__}") from None

    def _read(self, response: httpx.Response, most: int, deadline: float) -> bytes:
        content = bytearray()
        for part in response.iter_bytes():
            content += part
            if len(content) > most:
                raise _too_large(most)
            if self._clock.monotonic() > deadline:
                raise ChannelUnavailable("Discord's files: the download does not end")
        return bytes(content)

    def _trusted(self, url: str) -> bool:
        origin = _origin(url)
        return origin is not None and (
            origin == self._own or (origin[0] == "https" and origin[1] in HOSTS and not origin[2])
        )


def _origin(url: str) -> tuple[str, str, int | None] | None:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.username or parts.password or not parts.hostname:
        return None
    return parts.scheme, parts.hostname, port


def _check(response: httpx.Response) -> None:
    if response.status_code == 200:
        return
    if response.status_code == 429 or response.status_code >= 500:
        raise ChannelUnavailable(f"Discord's files: {response.status_code}")
    raise Undeliverable("Discord no longer has it, or its link has expired")


def _too_large(most: int) -> Undeliverable:
    return Undeliverable(f"it is larger than {most:,} bytes")
