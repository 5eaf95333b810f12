"""What happens to a message that comes while a turn is open."""

from enum import StrEnum


class BusyMode(StrEnum):
    FOLLOWUP = "followup"  # it waits, and becomes the next turn
    STEER = "steer"  # it is passed on to the run that is going on
    INTERRUPT = "interrupt"  # the run is stopped, and the message becomes the next turn
    REJECT = "reject"  # it is refused, and its sender told so
