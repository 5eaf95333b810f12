"""Is a request from Telegram? It repeats the secret that it was given with the webhook's address.

There is neither a signature over the body nor a time: what is sent again is known by its message.
"""

import hmac
from collections.abc import Mapping

HEADER = "x-telegram-bot-api-secret-token"


def verify(secret: str, headers: Mapping[str, str]) -> bool:
    """Whether the secret fits. Never raises, whatever the headers hold."""
    sent = next((value for name, value in headers.items() if name.lower() == HEADER), "")
    # Bytes: compare_digest refuses texts that are not ASCII.
    same = hmac.compare_digest(secret.encode(), sent.encode(errors="replace"))
    return same and bool(secret)
