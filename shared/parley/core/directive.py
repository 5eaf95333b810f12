"""What a task of the conversation machine tells the machine to do next."""

from dataclasses import dataclass
from enum import StrEnum


class Next(StrEnum):
    START = "again"  # StartTurn: the next turn, or the open one once more
    FOLLOW = "follow"
    ASK = "ask"  # park until somebody decides, `seconds` at the most
    DELIVER = "deliver"
    WAIT = "wait"  # pause for `seconds`, then StartTurn
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Directive:
    next: Next
    seconds: int = 0


AGAIN = Directive(Next.START)
FOLLOW = Directive(Next.FOLLOW)
DELIVER = Directive(Next.DELIVER)
DONE = Directive(Next.DONE)


def ask(seconds: int) -> Directive:
    return Directive(Next.ASK, max(1, seconds))


def wait(seconds: int) -> Directive:
    """Pause at no cost; at least one second, the least that a Wait state can do."""
    return Directive(Next.WAIT, max(1, seconds))
