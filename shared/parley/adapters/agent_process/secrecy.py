"""What an agent was given in secret is in no reason that people are told."""

from collections.abc import Iterable

SHORTEST = 6  # characters: what is shorter is no secret, and stands in words by chance


def masked(text: str, secrets: Iterable[str]) -> str:
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= SHORTEST:
            text = text.replace(secret, "***")
    return text
