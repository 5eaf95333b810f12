"""Notices: a short word to whoever a webhook came from."""

from collections.abc import Callable

from parley.composition.channels import channels
from parley.composition.world import World
from parley.core.limits import SEND_TIMEOUT
from parley.core.reading import Notice


def notifying(world: World) -> Callable[[Notice], None]:
    places = channels(world)

    def notify(notice: Notice) -> None:
        places[notice.channel].notify(notice.place, notice.text, SEND_TIMEOUT)

    return notify
