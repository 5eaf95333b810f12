"""Is a request from Discord, and recent? Ed25519 over timestamp and raw body."""

import re
from collections.abc import Mapping

from parley.adapters.discord.limits import SIGNATURE_AGE

_KEY = re.compile(r"[0-9a-fA-F]{64}")
_SIGNATURE = re.compile(r"[0-9a-fA-F]{128}")
_TIMESTAMP = re.compile(r"[0-9]{1,12}")


def is_public_key(text: str) -> bool:
    return _KEY.fullmatch(text) is not None


def verify(public_key: str, headers: Mapping[str, str], body: bytes, now: int) -> bool:
    """Whether the signature fits; `now` in seconds. Never raises, whatever the headers hold: a
    probe with a bad signature that is not answered 401 makes Discord remove the address."""
    sent = {name.lower(): value for name, value in headers.items()}
    timestamp = sent.get("x-signature-timestamp", "")
    signature = sent.get("x-signature-ed25519", "")
    if not (_TIMESTAMP.fullmatch(timestamp) and _SIGNATURE.fullmatch(signature)):
        return False
    if abs(now - int(timestamp)) > SIGNATURE_AGE or not is_public_key(public_key):
        return False
    return _fits(bytes.fromhex(public_key), timestamp.encode() + body, bytes.fromhex(signature))


def _fits(key: bytes, signed: bytes, signature: bytes) -> bool:
    # Not above: it takes a while to load, and a start that serves another channel needs none of it.
    from nacl.exceptions import CryptoError
    from nacl.signing import VerifyKey

    try:
        VerifyKey(key).verify(signed, signature)
    except CryptoError:
        return False
    return True
