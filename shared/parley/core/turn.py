"""A turn: messages claimed together, the one run they start, and the reply."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from parley.core.delivery import Delivery
from parley.core.reply import Part


class Outcome(StrEnum):
    """How a turn ended. The first one written stands."""

    COMPLETED = "completed"
    SILENT = "silent"  # the run completed without a word
    EXHAUSTED = "exhausted"  # the run reached its limit of turns
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"  # nobody decided on a tool call in time
    INTERRUPTED = "interrupted"  # the agent server restarted under the run
    REFUSED = "refused"  # never sent to the agent


@dataclass(frozen=True, slots=True)
class Usage:
    prompt_tokens: int = 0
    completion_tokens: int = 0
    total_tokens: int = 0

    def __add__(self, more: "Usage") -> "Usage":
        return Usage(
            self.prompt_tokens + more.prompt_tokens,
            self.completion_tokens + more.completion_tokens,
            self.total_tokens + more.total_tokens,
        )


@dataclass(frozen=True, slots=True)
class Post:
    """What was true of the agent server just before a run was posted to it.

    `boot` is the server's boot time in milliseconds, `history` how many messages the session had.
    """

    session: str
    boot: int
    history: int


@dataclass(frozen=True, slots=True)
class Spell:
    """Pauses for one cause: since when (milliseconds), and how many."""

    since: int
    count: int


@dataclass(frozen=True, slots=True)
class Ending:
    """A turn that ends before its run (29): what its outcome will be, told when the run is over."""

    outcome: Outcome
    reason: str
    at: int  # milliseconds


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn as it is stored: the prompt as sent, the text so far, the reply and how far it got.

    `messages` are the sort keys of the claimed messages; `text` is joined from whole text blocks;
    `gapped` says that events were lost, so that only the agent's history has the whole text;
    `notice` is told before the reply; `reply` holds the chunks, `delivered` how many are confirmed;
    `sending` is the chunk whose intent is written, by `sender`, valid until `sending_until`;
    `waiting` has, for each cause of its pauses since the last progress, when the first one was and
    how many there were; `waits` counts them all.

    `images` go with the prompt, as data URLs; `senders` are the ids of those who spoke; `asked` is
    the key of the last batch that a person was asked about; `progress` the post that tells what the
    agent does. `steering` are the sort keys of messages that were passed on to the run, in their
    order: of the first `passed` the agent answered that it has them. `posting` is the key of what
    is on its way to the agent, a batch or a message, until an answer came.
    """

    id: str
    conversation: str
    messages: tuple[str, ...]
    prompt: str
    delivery: Delivery
    correlation_id: str
    created_at: int
    run: str | None = None
    post: Post | None = None
    text: str = ""
    gapped: bool = False
    notice: str = ""
    outcome: Outcome | None = None
    usage: Usage | None = None
    reply: tuple[Part, ...] = ()
    delivered: int = 0
    sending: int | None = None
    sender: str | None = None
    sending_until: int | None = None
    undelivered: str | None = None
    waiting: Mapping[str, Spell] = field(default_factory=dict)
    waits: int = 0
    told: bool = False
    images: tuple[str, ...] = ()
    senders: tuple[str, ...] = ()
    asked: str | None = None
    ending: Ending | None = None
    progress: str | None = None
    steering: tuple[str, ...] = ()
    passed: int = 0
    posting: str | None = None

    def rested(self) -> "Turn":
        """As it is when what it waited for has come."""
        return replace(self, waiting={}, waits=0)
