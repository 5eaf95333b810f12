"""What a session's earlier tasks were, in words: for an agent that no longer knows them."""

from parley.core.tasks.task import Session
from parley.ports import Tasks

TURNS = 10
PROMPT = 4_000  # characters of each


def remembered(tasks: Tasks, session: Session) -> str:
    """The last ones, the oldest first; empty where there are none."""
    told = []
    for id in session.turns[-TURNS:]:
        task = tasks.get(id)
        if task is not None:
            came = task.summary or str(task.state)
            told.append(f"Asked: {task.prompt[:PROMPT]}\n\nCame of it: {came}")
    return "\n\n---\n\n".join(told)
