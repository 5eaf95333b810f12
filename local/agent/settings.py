"""What a scripted agent server can be told: who may talk to it, how fast its time runs, how much it
keeps.
"""

import secrets
from dataclasses import dataclass, field
from pathlib import Path

DEFAULT_MODEL = "offline/scripted"


def new_token() -> str:
    """As the real server at every start: 64 random characters."""
    return secrets.token_hex(32)


@dataclass(slots=True)
class Settings:
    """Seconds are the real server's; `pace` scales those that the protocol fixes (0.1 = ten times
    as fast).
    """

    token: str = field(default_factory=new_token)
    pace: float = 1.0
    working_directory: Path = Path("/srv/agent")

    # Scaled by pace.
    keepalive_seconds: float = 15.0
    checkpoint_seconds: float = 5.0
    retry_seconds: tuple[float, ...] = (2.0, 4.0)
    compaction_seconds: float = 0.045

    # Real seconds: what a caller on a fast machine would see.
    tool_seconds: float = 0.02
    post_seconds: float = (
        0.003  # between a run's start and its answer, when a twin request gets a 409
    )
    checkpoint_lag_seconds: float = 0.02  # after run_completed, before the last message can be read
    starting_seconds: float = 0.0
    settling_seconds: float = 0.0  # after run_completed, while the session still says `running`

    ring_events: int = 4096
    subscriber_events: int = 8192
    max_turns: int = 64

    def paced(self, seconds: float) -> float:
        return seconds * self.pace
