"""Signs requests as Discord does, apart from the product's own code: the two can disagree."""

import json
import os
from pathlib import Path
from typing import Any

from nacl.signing import SigningKey

ROOT = Path(__file__).parents[2]
EVENTS = ROOT / "events" / "discord"
RECORDED = Path(os.environ.get("PARLEY_RECORDED", ROOT / ".." / "shared" / "recorded"))

KEY = SigningKey(b"a signing key made for the tests")
ANOTHER_KEY = SigningKey(b"another key, which Discord lacks")
PUBLIC_KEY = KEY.verify_key.encode().hex()
NOW = 1_790_000_100  # seconds


def signed(body: bytes, at: int = NOW, key: SigningKey = KEY) -> dict[str, str]:
    signature = key.sign(str(at).encode() + body).signature.hex()
    return {"X-Signature-Timestamp": str(at), "X-Signature-Ed25519": signature}


def sample(name: str) -> dict[str, Any]:
    interaction: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_bytes())
    return interaction
