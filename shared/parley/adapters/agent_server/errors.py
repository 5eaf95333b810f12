"""What the server's refusals and the connection's failures mean for a conversation.

Branches on the machine-readable code; bodies that are not the server's own JSON (its framework's
text/plain, a proxy's HTML) are told apart by status. No text made here holds the token.
"""

import json

import httpx

from parley.errors import (
    AccessRefused,
    AgentError,
    AgentRejected,
    AgentUnreachable,
    KeyReused,
    RunGone,
    SessionBusy,
    SessionGone,
)

# (status, code) -> error; 409 alone says nothing: it has four meanings.
_BY_CODE: dict[tuple[int, str], type[AgentError]] = {
    (404, "not_found"): SessionGone,
    (409, "session_already_running"): SessionBusy,
    (409, "session_not_running"): RunGone,
    (409, "run_mismatch"): RunGone,
    (409, "idempotency_key_reused"): KeyReused,
}
_BY_STATUS: dict[int, type[AgentError]] = {
    401: AccessRefused,
    403: AccessRefused,
    408: AgentUnreachable,
    425: AgentUnreachable,
    429: AgentUnreachable,
}
_QUOTED = 200  # characters of a foreign body that are worth a log line


def refusal(what: str, status: int, body: bytes, token: str) -> AgentError:
    """The error for an answer that is not a success. `what` names the call: method and path. Its
    text may be read in the chat, so the server's own words come first."""
    code, reason = _told(body)
    reason = reason.replace(token, "[token]") if token else reason
    kind = _BY_CODE.get((status, code)) or _BY_STATUS.get(status) or _by_class(status)
    where = f"{what}: {status} {code}".rstrip()
    return kind(f"{reason or 'the agent server refused the request'} ({where})")


def broken(what: str, error: httpx.RequestError) -> AgentUnreachable:
    """The error for a request or a stream that got no whole answer."""
    return AgentUnreachable(f"{what}: {type(error).__name__}")


def malformed(what: str) -> AgentUnreachable:
    """An answer that makes no sense: a server that is starting, a proxy in the way, or a server too
    new for this client. Asking again may help."""
    return AgentUnreachable(f"malformed answer: {what}")


def _by_class(status: int) -> type[AgentError]:
    return AgentUnreachable if status >= 500 else AgentRejected


def _told(body: bytes) -> tuple[str, str]:
    """Code and reason. Of foreign bodies a text is quoted in short, a page not at all."""
    text = body.decode(errors="replace")
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError):
        quoted = " ".join(text[: _QUOTED * 4].split())[:_QUOTED]
        return "", "" if quoted.startswith("<") else quoted
    if not isinstance(answer, dict):
        return "", ""
    return str(answer.get("code", "")), str(answer.get("error", ""))[:_QUOTED]
