"""The model that is none: each call is answered by the newest script, or in words of its own."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from local.agent.messages import Message, merged
from local.agent.prose import plan
from local.agent.script import MARK, PAST_THE_END, Script, Step, UnreadableScript, parse_script
from local.agent.settings import Settings
from local.agent.tools import ToolCall

USAGE: dict[str, object] = {
    "prompt_tokens": 120,
    "completion_tokens": 30,
    "total_tokens": 150,
    "input_token_details": {"total": 120, "no_cache": 100, "cache_read": 20},
    "output_token_details": {"total": 30, "text": 23, "reasoning": 7},
    "raw": {
        "completion_tokens": 30,
        "completion_tokens_details": {"reasoning_tokens": 7},
        "prompt_tokens": 120,
        "prompt_tokens_details": {"cached_tokens": 20},
        "total_tokens": 150,
    },
}


class ModelFailed(Exception):
    """The provider answered with an error."""

    def __init__(self, status: int, message: str) -> None:
        phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else ""
        body = f'{{"error": {{"message": "{message}", "type": "server_error"}}}}'
        super().__init__(f"Provider error: OpenAI API error {status} {phrase}: {body}")

    @property
    def overflows(self) -> bool:
        """What the server takes for too long a context, a provider's limit on tokens per minute
        included.
        """
        text = str(self).lower()
        return any(word in text for word in ("context", "token")) and any(
            word in text for word in ("limit", "maximum", "overflow", "too long")
        )


@dataclass(frozen=True, slots=True)
class Reply:
    text: str
    reasoning: str
    deltas: tuple[str, ...]
    calls: tuple[ToolCall, ...]


class Model:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._failures: Counter[tuple[str, int, int]] = Counter()

    async def answer(self, session_id: str, history: Sequence[Message]) -> Reply:
        seen = merged(history)
        step, asked_at = _next_step(history, seen)
        await asyncio.sleep(self._settings.paced(step.sleep))
        if step.fails:
            self._fail((session_id, asked_at, len(seen)), step)
        return _reply(step, len(seen))

    def _fail(self, call: tuple[str, int, int], step: Step) -> None:
        if step.fail_times is None or self._failures[call] < step.fail_times:
            self._failures[call] += 1
            raise ModelFailed(step.status or 500, step.error or "the model failed")


def _next_step(history: Sequence[Message], seen: Sequence[Message]) -> tuple[Step, int]:
    """The step that answers, and where in the history its script was given."""
    newest_user = max(i for i, message in enumerate(seen) if message.role == "user")
    scripted = [i for i, m in enumerate(seen) if m.role == "user" and MARK in m.said]
    if scripted:
        at = scripted[-1]
        step = _script(seen[at].said).step(_answers(seen[at:]))
        if step:
            return step, at
        if at == newest_user:
            return PAST_THE_END, at
    said = next(message.said for message in reversed(history) if message.role == "user")
    return Script(plan(said)).step(_answers(seen[newest_user:])) or PAST_THE_END, newest_user


def _answers(messages: Sequence[Message]) -> int:
    return sum(message.role == "assistant" for message in messages)


def _script(said: str) -> Script:
    try:
        return parse_script(said) or Script()
    except UnreadableScript as error:
        return Script((Step(text=f"I could not read the list after `{MARK}`: {error}."),))


def _reply(step: Step, messages: int) -> Reply:
    calls = tuple(ToolCall(f"call_{messages}_{i}", tool) for i, tool in enumerate(step.tools))
    return Reply(step.text, step.reasoning, _pieces(step.text, step.deltas), calls)


def _pieces(text: str, count: int) -> tuple[str, ...]:
    """The text in so many pieces of about the same length; an empty text has none."""
    size = len(text)
    count = min(count, size)
    return tuple(text[i * size // count : (i + 1) * size // count] for i in range(count))
