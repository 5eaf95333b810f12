"""What starting an execution came to."""

from enum import StrEnum


class Started(StrEnum):
    RUNNING = "running"  # started now, or running already with this very input
    BURNT = "burnt"  # the name was used by an execution that has ended
