"""What git complains of, in words for people, and with no secret in them."""

import re

from parley.adapters.git.process import Ended
from parley.adapters.git.remote import Remote
from parley.errors import WorkbenchError

_LONGEST = 200
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")

_REFUSED = "the server refuses the credential"
_MISSING = "there is no such repository, or the credential may not see it"
_MOVED = "it has moved, and a credential is sent to no other address than the registered one"
_UNKNOWN_HOST = "its host is not known"
_UNREACHABLE = "the server can't be reached"
_GONE = "the server no longer has the commit"
_BROKEN = "the server broke off"
_FULL = "there is no room left on the disk"

# In what git says about a remote; the first that fits.
_KNOWN = (
    (r"Authentication failed|could not read Username|error: 40[13]|Permission .* denied", _REFUSED),
    (r"not found|error: 404|does not appear to be a git repo", _MISSING),
    (r"error: 30\d", _MOVED),
    (r"Could not resolve host", _UNKNOWN_HOST),
    (r"Failed to connect|Connection refused|timed out", _UNREACHABLE),
    (r"not our ref|unadvertised object|remote did not send all", _GONE),
    (r"error: 5\d\d|early EOF|hung up|unexpected disconnect|RPC failed|too slow", _BROKEN),
    (r"No space left", _FULL),
)  # fmt: skip
_TRANSIENT = (_UNKNOWN_HOST, _UNREACHABLE, _BROKEN)


def of(command: str, ended: Ended, remote: Remote | None) -> WorkbenchError:
    return WorkbenchError(f"{_doing(command, remote)}: {reason(ended, remote)}")


def too_slow(command: str, seconds: float, remote: Remote | None) -> WorkbenchError:
    return WorkbenchError(f"{_doing(command, remote)}: it took longer than {seconds:.0f} s")


def passes(ended: Ended, remote: Remote) -> bool:
    """Whether the same command may well do on another try."""
    return ended.code != 0 and reason(ended, remote) in _TRANSIENT


def reason(ended: Ended, remote: Remote | None) -> str:
    """What it was, as far as git said it. Lines that the server sent are left out: anything can
    stand in them."""
    lines = ended.complaints.decode("utf-8", "replace").splitlines()
    own = [line for line in lines if line.startswith(("fatal:", "error:"))]
    text = "\n".join(own)
    for pattern, meaning in _KNOWN if remote else ():
        if re.search(pattern, text):
            return meaning
    first = _CONTROL.sub(" ", own[0].partition(":")[2].strip()) if own else f"exit {ended.code}"
    return (remote.without_secrets(first) if remote else first)[:_LONGEST]


def _doing(command: str, remote: Remote | None) -> str:
    match command:
        case "fetch" | "ls-remote":
            return "The repository could not be fetched"
        case "push":
            return "The branch could not be pushed"
    return f"git {command} failed"
