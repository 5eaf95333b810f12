"""How git reaches a repository's server: one address, one credential, for one command."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from parley.adapters.git import names
from parley.ports.work import Source

_USER = "x-access-token"  # GitHub's and its likes': any name goes with a token


@dataclass(frozen=True, slots=True)
class Remote:
    """The credential is handed over as a header in the environment of the one git process that
    needs it, and of the helper that this one starts: in no argument, address or file. A process of
    the same user could read that environment, so no agent may live while one of these runs: what
    is fetched is fetched before the agent starts, and publishing is another function's."""

    address: str
    credential: str = field(default="", repr=False)

    @classmethod
    def of(cls, source: Source) -> "Remote":
        return cls(names.address(source.repository), source.credential)

    @property
    def protocols(self) -> str:
        return "https:http" if names.is_local(self.address) else "https"

    def configuration(self) -> Mapping[str, str]:
        """With a credential no redirect is followed: git goes on at the address to which it was
        sent, and has the header with it, whatever server the header was set for."""
        if not self.credential:
            return {}
        parts = urlsplit(self.address)
        return {
            f"http.{parts.scheme}://{parts.netloc}/.extraHeader": f"{_HEADER}{self._encoded}",
            "http.followRedirects": "false",
        }

    def without_secrets(self, text: str) -> str:
        for secret in (self.credential, self._encoded):
            text = text.replace(secret, "•••") if self.credential else text
        return text

    @property
    def _encoded(self) -> str:
        return base64.b64encode(f"{_USER}:{self.credential}".encode()).decode()


_HEADER = "Authorization: Basic "
