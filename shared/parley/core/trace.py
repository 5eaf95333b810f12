"""What the agent's history shows of a turn: whether its prompt arrived, and what came after it."""

from collections.abc import Sequence
from dataclasses import dataclass

from parley.core.session import Role, Spoken


@dataclass(frozen=True, slots=True)
class Trace:
    """`answers` are the assistant's texts that stand after the turn's own prompt."""

    arrived: bool
    answers: tuple[str, ...] = ()

    @property
    def last_answer(self) -> str:
        return self.answers[-1] if self.answers else ""

    @property
    def whole_text(self) -> str:
        return "\n\n".join(self.answers)


def find(prompt: str, history: Sequence[Spoken]) -> Trace:
    """Look for the prompt in the messages that the session got since the turn was posted.

    The server puts its own context before a user's text, so the end of the text is compared. Among
    equal prompts the first is this turn's: the history starts where the turn began.
    """
    wanted = prompt.strip()
    start = next(
        (
            index
            for index, spoken in enumerate(history)
            if spoken.role is Role.USER and spoken.text.rstrip().endswith(wanted)
        ),
        None,
    )
    if start is None:
        return Trace(arrived=False)
    answers = []
    for spoken in history[start + 1 :]:
        if spoken.role is Role.USER:
            break
        if spoken.role is Role.ASSISTANT and spoken.text.strip():
            answers.append(spoken.text.strip())
    return Trace(arrived=True, answers=tuple(answers))
