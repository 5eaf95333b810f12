"""What tasks left in the bucket."""

from functions.gateway.answers import Refused
from parley.composition.gateway import Gateway


def content(gateway: Gateway, key: str, most: int) -> bytes:
    """Raises Refused where it is gone, or has more than `most` bytes."""
    try:
        return gateway.files.get(key, most)
    except LookupError:
        raise Refused("not_found", f"{key} is not in the bucket, or too large") from None
