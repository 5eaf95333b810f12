"""The deployment's own address, from which the webhooks' addresses follow."""

from urllib.parse import urlsplit

from parley.errors import SettingsError

LOOPBACK = ("127.0.0.1", "localhost")


def base_of(url: str) -> str:
    """The part before `/webhooks/` or `/v1`, so that any of the stack's outputs may be given. The
    platforms send to https only; a local one may do without."""
    base = url.strip().partition("/webhooks/")[0].rstrip("/").removesuffix("/v1")
    parts = urlsplit(base)
    safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    if not safe or not parts.hostname or parts.query or parts.fragment:
        raise SettingsError(f"the address is {url!r}; it must begin with https:// and a host")
    return base


def webhook(base: str, path: str) -> str:
    return f"{base}/webhooks/{path}"
