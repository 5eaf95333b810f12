"""What `status` answers: how a conversation stands."""

from parley.core.conversation import Conversation
from parley.core.progress import elapsed
from parley.core.turn import Turn


def how_it_stands(
    state: Conversation | None, turn: Turn | None, mode: str, model: str | None, now: int
) -> str:
    """Lines for people, on what runs, what waits, and what is set here."""
    if state is None:
        return f"Nothing has been said here yet. Messages while busy: {mode}."
    lines = [_doing(state, turn, now)]
    waiting = state.pending - (len(turn.messages) if turn else 0)
    if waiting > 0:
        lines.append(f"{waiting} {'message waits' if waiting == 1 else 'messages wait'}.")
    lines.append(f"Messages while busy: {mode}. Model: {model or 'as the server chooses'}.")
    if state.session:
        lines.append(f"Session `{state.session}`.")
    return "\n".join(lines)


def _doing(state: Conversation, turn: Turn | None, now: int) -> str:
    if turn is None:
        return "Nothing is running."
    since = elapsed(max(0, now - turn.created_at) // 1000)
    if turn.outcome is not None:
        return "The answer is being delivered."
    if state.stop == turn.id or turn.ending is not None:
        return f"A run is being stopped, after {since}."
    if state.approval is not None:
        return f"Waiting for a decision on `{state.approval}`, {since} after the message."
    if turn.run is None:
        return f"Waiting for the agent, for {since}."
    return f"The agent has been at it for {since}."
