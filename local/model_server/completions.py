"""An answer as OpenAI's chat completions have it: whole, or as a stream of chunks."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping

from local.model_server.script import Answer, Call

PROMPT_TOKENS = 100  # of every answer
COMPLETION_TOKENS = 50
USAGE = {
    "prompt_tokens": PROMPT_TOKENS,
    "completion_tokens": COMPLETION_TOKENS,
    "total_tokens": PROMPT_TOKENS + COMPLETION_TOKENS,
}

Json = Mapping[str, object]


def whole(number: int, model: str, answer: Answer) -> Json:
    message: dict[str, object] = {"role": "assistant", "content": answer.text or None}
    if answer.reasoning:
        message["reasoning_content"] = answer.reasoning
    if answer.call is not None:
        message["tool_calls"] = [_tool_call(number, answer.call, answer.call.json)]
    choice = {"index": 0, "message": message, "finish_reason": _finish(answer)}
    return _head(number, model, "chat.completion") | {"choices": [choice], "usage": USAGE}


async def streamed(
    number: int, model: str, answer: Answer, pause: Callable[[float], Awaitable[None]]
) -> AsyncIterator[bytes]:
    """Server-sent events. A slow answer comes a word at a time."""
    words = answer.text.split(" ")
    for delta in _deltas(number, answer):
        yield _event(_chunk(number, model, delta, None))
    for place, word in enumerate(words):
        blank = " " if place + 1 < len(words) else ""
        if word or blank:
            yield _event(_chunk(number, model, {"content": word + blank}, None))
        if answer.seconds:
            await pause(answer.seconds / len(words))
    yield _event(_chunk(number, model, {}, _finish(answer)))
    yield _event(_head(number, model, "chat.completion.chunk") | {"choices": [], "usage": USAGE})
    yield b"data: [DONE]\n\n"


def _deltas(number: int, answer: Answer) -> Iterator[Json]:
    """What comes before the text: the role, the reasoning, and a call with its arguments in two
    pieces, as they come from real models."""
    yield {"role": "assistant", "content": ""}
    for word in answer.reasoning.split(" ") if answer.reasoning else ():
        yield {"reasoning_content": f"{word} "}
    if answer.call is not None:
        told = answer.call.json
        half = len(told) // 2
        yield {"tool_calls": [_tool_call(number, answer.call, told[:half])]}
        yield {"tool_calls": [{"index": 0, "function": {"arguments": told[half:]}}]}


def _tool_call(number: int, call: Call, arguments: str) -> Json:
    return {
        "index": 0,
        "id": f"call_{number}",
        "type": "function",
        "function": {"name": call.name, "arguments": arguments},
    }


def _finish(answer: Answer) -> str:
    return "tool_calls" if answer.call is not None else "stop"


def _chunk(number: int, model: str, delta: Json, finish: str | None) -> Json:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return _head(number, model, "chat.completion.chunk") | {"choices": [choice]}


def _head(number: int, model: str, kind: str) -> dict[str, object]:
    return {"id": f"chatcmpl-{number}", "object": kind, "created": 1_700_000_000, "model": model}


def _event(data: Json) -> bytes:
    return b"data: " + json.dumps(data).encode() + b"\n\n"
