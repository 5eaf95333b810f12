"""Which repository of which forge an address means.

The credential goes to the API's host. An address of another host than the one that the API serves
is refused, so that a project can't have it sent to a forge that is not its own.
"""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from parley.errors import ForgeError

LOOPBACK = ("127.0.0.1", "localhost", "::1")
_NAME = re.compile(r"[A-Za-z0-9._-]{1,100}", re.ASCII)
_PUBLIC = ("github.com", "www.github.com")


@dataclass(frozen=True, slots=True)
class Repository:
    owner: str
    name: str

    def __str__(self) -> str:
        return f"{self.owner}/{self.name}"


def repository_of(address: str, api_url: str) -> Repository:
    """The repository at this https address, whose forge has its API at `api_url`. Raises
    ForgeError, with no part of the address that could hold a secret."""
    try:
        parts, api = urlsplit(address), urlsplit(api_url)
        host, api_host = parts.hostname or "", api.hostname or ""
    except ValueError:
        raise ForgeError("The repository's address is none") from None
    if not _is_secure(parts.scheme, host):
        raise ForgeError("Pull requests need a repository with an https address")
    if not _serves(api_host, host):
        raise ForgeError(f"`{host}` is not the forge that Parley opens pull requests at")
    path = parts.path.strip("/").removesuffix(".git").split("/")
    if len(path) < 2 or not all(_is_name(each) for each in path[-2:]):
        raise ForgeError(f"The repository's address on `{host}` names no owner and repository")
    # In front of them there is at most a path that the forge, or a stand-in, is served under.
    if len(path) > 2 and host not in LOOPBACK:
        raise ForgeError(f"The repository's address on `{host}` names more than a repository")
    return Repository(path[-2], path[-1])


def _is_name(text: str) -> bool:
    return _NAME.fullmatch(text) is not None and text not in (".", "..")


def _is_secure(scheme: str, host: str) -> bool:
    return scheme == "https" or (scheme == "http" and host in LOOPBACK)


def _serves(api_host: str, host: str) -> bool:
    """github.com's API is at api.github.com, that of a company's GHE.com at api.NAME.ghe.com, and
    that of an Enterprise Server at its own host."""
    if host in LOOPBACK or api_host in LOOPBACK:
        return host in LOOPBACK and api_host in LOOPBACK
    if host in _PUBLIC:
        return api_host == "api.github.com"
    return api_host in (host, f"api.{host}")
