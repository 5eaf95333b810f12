"""What tasks left in the bucket."""

from functions.gateway.answers import MOST_BYTES, Refused
from parley.composition.gateway import Gateway


def content(gateway: Gateway, key: str) -> bytes:
    """Raises Refused where it is gone, or has more than MOST_BYTES."""
    try:
        return gateway.files.get(key, MOST_BYTES)
    except LookupError:
        raise Refused("not_found", f"{key} is not in the bucket, or too large") from None
