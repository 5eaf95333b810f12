"""What may become part of a command or of a path, and how a path is shown.

Nothing that a person wrote gets further than this: refs become object names, tasks are ids.
"""

import ipaddress
import re
from pathlib import PurePath
from urllib.parse import SplitResult, urlsplit

from parley.errors import WorkbenchError

_REF = re.compile(r"(?!-)[A-Za-z0-9._/-]{1,200}", re.ASCII)
_SHA = re.compile(r"[0-9a-f]{40}", re.ASCII)
_TASK = re.compile(r"[a-z0-9]{1,32}", re.ASCII)
_PRINTED = re.compile(r"[!-~]{1,2000}", re.ASCII)

SHOWN_PATH = 300  # characters: a path may have 4096, and hundreds of them lie in one item


def branch(name: str) -> str:
    """Raises WorkbenchError for what could be taken for an option, or for another ref."""
    if not _REF.fullmatch(name):
        raise WorkbenchError(f"`{shown(name)}` is no name of a branch that Parley takes")
    return name


def sha(name: str) -> str:
    if not _SHA.fullmatch(name):
        raise WorkbenchError(f"`{shown(name)}` is no full name of a commit")
    return name


def task(id: str) -> str:
    if not _TASK.fullmatch(id):
        raise WorkbenchError(f"`{shown(id)}` is no task's id")
    return id


def address(repository: str) -> str:
    """An https address without a user in it; http is for this machine alone."""
    try:
        parts = urlsplit(repository) if _PRINTED.fullmatch(repository) else SplitResult(*[""] * 5)
        fits = _safe(parts)
    except ValueError:
        fits = False
    if not fits:
        raise WorkbenchError("The repository's address has to be `https://host/path`, with no user")
    return repository


def is_local(repository: str) -> bool:
    """Whether the address is one of this machine's own."""
    host = urlsplit(repository).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _safe(parts: SplitResult) -> bool:
    if not parts.hostname or parts.username is not None or parts.query or parts.fragment:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_local(parts.geturl()))


def path(raw: bytes) -> str:
    """A path as it can be shown and stored: what is no UTF-8 is written out (`\\xff`), and the
    beginning of a very long one is left out."""
    return shown(raw.decode("utf-8", "backslashreplace"))


def shown(text: str) -> str:
    return text if len(text) <= SHOWN_PATH else "…" + text[1 - SHOWN_PATH :]


def paths(*parts: PurePath) -> bytes:
    """A list of folders, as git's files have them: one a line."""
    return b"".join(bytes(part) + b"\n" for part in parts)
