"""What a button's payload says: the same for every platform, whatever the button is under."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from parley.core.delivery import Delivery
    from parley.core.message import Sender
    from parley.core.reading import Press


def click_of(payload: str, actor: Sender, installation: str, at: Delivery) -> Press | None:
    """The click that it is; None where the button is none of ours."""
    # Clicks are few: what they need is not on the cold start of every message.
    from parley.core import approval
    from parley.core.tasks import change

    if decided := approval.parse_payload(payload):
        return approval.Click(*decided, actor, installation, at)
    if ruled := change.parse_payload(payload):
        return change.ChangeClick(*ruled, actor, installation, at)
    return None
