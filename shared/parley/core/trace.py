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


def find(prompt: str, history: Sequence[Spoken], steered: int = 0) -> Trace:
    """Look for the prompt in the messages that the session got since the turn was posted.

    The server puts its own context before a user's text, so what follows it is compared. Among
    equal prompts the first is this turn's: the history starts where the turn began. Up to `steered`
    users' texts behind it belong to the same run.
    """
    start = next((at for at, spoken in enumerate(history) if _says(spoken, prompt)), None)
    if start is None:
        return Trace(arrived=False)
    answers = []
    for spoken in history[start + 1 :]:
        if spoken.role is Role.USER:
            if steered == 0:
                break
            steered -= 1
        if spoken.role is Role.ASSISTANT and spoken.text.strip():
            answers.append(spoken.text.strip())
    return Trace(arrived=True, answers=tuple(answers))


def said_after(prompt: str, history: Sequence[Spoken]) -> tuple[str, ...]:
    """The users' texts that stand after the turn's own prompt, in their order."""
    start = next((at for at, spoken in enumerate(history) if _says(spoken, prompt)), None)
    later = history[start + 1 :] if start is not None else ()
    return tuple(spoken.text for spoken in later if spoken.role is Role.USER)


def same_text(told: str, wanted: str) -> bool:
    """Whether a text of the history is this one, perhaps behind the server's own context."""
    return _says(Spoken(Role.USER, told), wanted)


def is_alone(prompt: str, history: Sequence[Spoken]) -> bool:
    """Whether this is the only prompt that the session got since, so that the active run is its."""
    asked = [spoken for spoken in history if spoken.role is Role.USER]
    return len(asked) == 1 and _says(asked[0], prompt)


def _says(spoken: Spoken, prompt: str) -> bool:
    """The whole text, or what stands after the server's own context and a blank line."""
    text, wanted = spoken.text.strip(), prompt.strip()
    return spoken.role is Role.USER and (text == wanted or text.endswith(f"\n\n{wanted}"))
