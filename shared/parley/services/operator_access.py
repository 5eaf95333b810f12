"""Who may use the API: whoever has the operator's token."""

import hashlib
import hmac

from parley.errors import SecretMissing
from parley.ports import Clock, Secrets

AFRESH = 30.0  # seconds: so often is the secret read anew for a token that does not fit


class OperatorAccess:
    def __init__(self, secrets: Secrets, name: str, clock: Clock) -> None:
        self._secrets = secrets
        self._name = name
        self._clock = clock
        self._read_afresh = float("-inf")

    def admits(self, authorization: str) -> bool:
        """Whether the header is the token's. A token that was changed counts at once: one that does
        not fit has the secret read anew, though not at every guess. Raises SecretMissing and
        SecretUnavailable: nobody is let in then."""
        scheme, _, token = authorization.partition(" ")
        told = token.strip() if scheme.lower() == "bearer" else ""
        if not self._name:
            raise SecretMissing("the API has no token: PARLEY_API_TOKEN is not set")
        known = self._secrets.get(self._name)
        if not told:
            return False
        return _same(told, known) or (self._may_look() and _same(told, self._afresh()))

    def _may_look(self) -> bool:
        return self._clock.monotonic() - self._read_afresh >= AFRESH

    def _afresh(self) -> str:
        self._read_afresh = self._clock.monotonic()
        return self._secrets.get(self._name, fresh=True)


def _same(told: str, known: str) -> bool:
    """In a time that tells nothing, not even of their lengths."""
    digests = [hashlib.sha256(each.encode("utf-8", "replace")).digest() for each in (told, known)]
    return hmac.compare_digest(*digests)
