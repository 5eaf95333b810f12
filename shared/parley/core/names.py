"""Names derived from a conversation."""

import hashlib


def execution_name(conversation: str, generation: int) -> str:
    """At most 80 characters of [A-Za-z0-9-], so that logging works. One name, one execution: used
    names are refused for 90 days, and a generation is never used twice."""
    digest = hashlib.sha256(conversation.encode()).hexdigest()[:32]
    return f"{digest}-{generation}"
