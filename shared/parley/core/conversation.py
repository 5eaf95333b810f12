"""The state of a conversation: one item, written only under the conditions of the protocol."""

from dataclasses import dataclass

from parley.core.busy import BusyMode
from parley.core.delivery import Delivery


@dataclass(frozen=True, slots=True)
class Conversation:
    """What the table says of a conversation at one moment. Times are milliseconds.

    `pending` counts accepted messages that are not done; `owner` is the generation that holds the
    lease, `turn` the open turn, `run` its run on the agent server, `last_turn` the turn before it,
    `batch` the tool calls that wait for a decision to be posted, `attempts` the failures since the
    last progress. `approval` is the id of a batch that a person was asked about and whose decisions
    are not posted yet; `mode` what happens to messages that come while a turn is open (None: the
    configuration's); `renew` that the next turn begins a new session; rules of "always allow" count
    if they are not older than `rules_since`. `cursor` is a place in the events of the server that
    booted at `boot`: another boot numbers them anew.
    """

    key: str
    generation: int
    pending: int
    title: str
    delivery: Delivery
    session: str | None = None
    cursor: int = 0
    boot: int | None = None
    owner: int | None = None
    fence: str | None = None
    lease_until: int | None = None
    turn: str | None = None
    last_turn: str | None = None
    run: str | None = None
    batch: str | None = None
    stop: str | None = None
    approval: str | None = None
    mode: BusyMode | None = None
    renew: bool = False
    rules_since: int = 0
    attempts: int = 0
    updated_at: int = 0

    def owned_at(self, now: int) -> bool:
        return self.owner is not None and self.lease_until is not None and self.lease_until >= now
