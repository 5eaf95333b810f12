"""A short word to somebody who clicked or commanded, with the bot token that the webhook has not.

Invoked asynchronously: what it raises, Lambda repeats twice.
"""

from collections.abc import Mapping
from typing import Any

from parley.composition.notices import notifying
from parley.composition.world import World
from parley.core.reading import Notice

world = World.open()
notify = notifying(world)


def handler(event: Mapping[str, Any], _context: object) -> None:
    notice = Notice(str(event["channel"]), dict(event["place"]), str(event["text"]))
    world.telemetry.begin(channel=notice.channel)
    try:
        notify(notice)
    finally:
        world.telemetry.flush()
