"""Signs requests as Slack does, apart from the product's own code: the two can disagree."""

import hashlib
import hmac
import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

ROOT = Path(__file__).parents[2]
EVENTS = ROOT / "events" / "slack"
RECORDED = Path(os.environ.get("PARLEY_RECORDED", ROOT / ".." / "shared" / "recorded"))

SECRET = "a-signing-secret-of-the-tests"
NOW = 1_790_000_100  # seconds


def signed(body: bytes, at: int = NOW, secret: str = SECRET) -> dict[str, str]:
    digest = hmac.new(secret.encode(), f"v0:{at}:".encode() + body, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": str(at), "X-Slack-Signature": f"v0={digest}"}


def sample(name: str) -> dict[str, Any]:
    envelope: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_bytes())
    return envelope


def as_interaction(payload: object) -> bytes:
    """As Slack sends clicks and shortcuts: JSON in the one field of a form."""
    return urlencode({"payload": json.dumps(payload)}).encode()


def as_command(fields: dict[str, str]) -> bytes:
    return urlencode(fields).encode()


def body_of(name: str) -> bytes:
    """A sample as it comes over the wire."""
    content = sample(name)
    if "command" in content:
        return as_command(content)
    if content["type"] in ("event_callback", "url_verification"):
        return (EVENTS / f"{name}.json").read_bytes()
    return as_interaction(content)
