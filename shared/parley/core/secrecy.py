"""Secrets in what is shown to people: masked, since a chat has more readers than the agent's log.

Best effort: what looks like a secret by its shape or by the name before it. Nothing here may be
relied on to keep one from a chat, only to make it rare. And nothing that a shell would run is
hidden as one: somebody decides by what is shown.
"""

import re
from collections.abc import Mapping
from typing import Any

MASK = "•••"

_NAMES = (
    r"(?:pass(?:word|wd|phrase)?|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key"
    r"|client[_-]?secret|credentials?|authorization|auth[_-]?token|session[_-]?key)"
)
_SECRET_NAME = re.compile(rf"(?i)(?:^|[^a-z]){_NAMES}s?$")
_REST = r"[\w-]{0,40}"  # of such a name; bounded, since what is searched may be megabytes long
_QUOTED = r"\"(?:[^\"\n$`]|\$(?!\())*\"|'(?:[^'\n$`]|\$(?!\())*'"
_BARE = r"[^\s,;&|\"'`$()<>]"
# Behind `NAME=` and a space, or a line's end, stands a command.
_IS = r"(?:[ \t]*:[ \t]*|=|[ \t]+=[ \t]+)"
_PATTERNS = (
    # A key's block, as far as it can be nothing else.
    (
        re.compile(
            r"(-----BEGIN [A-Z ]*PRIVATE KEY-----)(?:\s+(?:Proc-Type|DEK-Info): [\w,-]+)*"
            r"(?:(?:\s|\\[rn])*[A-Za-z0-9+/]{20,}={0,2})+"
        ),
        rf"\1 {MASK}",
    ),
    # Authorization: Bearer …, with or without the header's name.
    (re.compile(r"(?i)\b(bearer|basic)[ \t]+[A-Za-z0-9._~+/=-]{8,}"), rf"\1 {MASK}"),
    # scheme://user:password@host
    (re.compile(r"(://[^\s:/@]*:)[^\s/@;&|\"'`$()<>]+@"), rf"\1{MASK}@"),
    # NAME=value, name: value, --name value, "name": "value"
    (
        re.compile(
            rf"(?i)({_NAMES}{_REST}[\"']?{_IS}|(?<![\w-])--?{_REST}{_NAMES}{_REST}[ \t]+)"
            rf"(?!{re.escape(MASK)})(?!bearer |basic )({_QUOTED}|{_BARE}+)"
        ),
        rf"\1{MASK}",
    ),
    # Shapes that say of themselves what they are.
    (
        re.compile(
            r"\b(?:xox[abeoprs]-[\w-]{8,}|xapp-[\w-]{8,}|gh[opusr]_\w{16,}|github_pat_\w{20,}"
            r"|glpat-[\w-]{16,}|sk-[\w-]{16,}|AKIA[0-9A-Z]{12,}|ASIA[0-9A-Z]{12,}"
            r"|AIza[\w-]{30,}|\d{8,10}:[\w-]{35}|(?<!-)eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*)"
        ),
        MASK,
    ),
)


def masked(text: str) -> str:
    """The text with what looks like a secret replaced. Masking twice changes nothing."""
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def masked_values(value: Any, name: str = "") -> Any:
    """JSON with its texts masked, whole where their key says that they are secret."""
    if isinstance(value, Mapping):
        return {key: masked_values(part, str(key)) for key, part in value.items()}
    if isinstance(value, list):
        return [masked_values(part, name) for part in value]
    if isinstance(value, str):
        return MASK if value and _SECRET_NAME.search(name) else masked(value)
    return value
