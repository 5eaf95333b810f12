"""Is a request from Slack, and recent? HMAC-SHA256 over the raw body, scheme v0."""

import hashlib
import hmac
from collections.abc import Mapping

from parley.adapters.slack.limits import SIGNATURE_AGE


def verify(secret: str, headers: Mapping[str, str], body: bytes, now: int) -> bool:
    """Whether the signature fits; `now` in seconds. Never raises, whatever the headers hold."""
    sent = {name.lower(): value for name, value in headers.items()}
    timestamp = sent.get("x-slack-request-timestamp", "")
    signature = sent.get("x-slack-signature", "")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return False
    if abs(now - int(timestamp)) > SIGNATURE_AGE:
        return False
    # Bytes: compare_digest refuses texts that are not ASCII.
    return hmac.compare_digest(
        sign(secret, timestamp, body).encode(), signature.encode(errors="replace")
    )


def sign(secret: str, timestamp: str, body: bytes) -> str:
    base = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()
