"""`SCRIPT=` in a message: a JSON list whose n-th element answers the n-th model call after that
message.

Elements: text, tools [{name, arguments}], sleep (seconds before the answer), status and error (the
call fails), fail_times (how often; always, when left out). thinking is accepted and, as with the
recorded server's provider, never shown. Ours alone: reasoning (shown as thinking_delta), text_size
(so many characters of Markdown with code), deltas (the text in so many pieces), repeat (the element
that many times), and for a tool: output, output_size, is_error, repeat.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from local.agent.filler import markdown

MARK = "SCRIPT="


class UnreadableScript(ValueError):
    """What follows SCRIPT= is not a JSON list of objects. The text says why."""


@dataclass(frozen=True, slots=True)
class ScriptedTool:
    name: str
    arguments: Mapping[str, Any]
    output: str | None = None
    is_error: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One model call's answer."""

    text: str = ""
    tools: tuple[ScriptedTool, ...] = ()
    sleep: float = 0.0
    status: int | None = None
    error: str | None = None
    fail_times: int | None = None
    reasoning: str = ""
    deltas: int = 1

    @property
    def fails(self) -> bool:
        return self.status is not None or self.error is not None


PAST_THE_END = Step(text="done.")


@dataclass(frozen=True, slots=True)
class Script:
    steps: tuple[Step, ...] = field(default=())

    def step(self, call: int) -> Step | None:
        return self.steps[call] if call < len(self.steps) else None


def parse_script(text: str) -> Script | None:
    """The first script in the text; whatever stands after its list is not part of it."""
    _, mark, rest = text.partition(MARK)
    if not mark:
        return None
    try:
        elements, _ = json.JSONDecoder().raw_decode(rest.lstrip())
    except ValueError as error:
        raise UnreadableScript(str(error)) from error
    if not isinstance(elements, list) or not all(isinstance(each, dict) for each in elements):
        raise UnreadableScript("a list of objects was expected")
    try:
        return Script(tuple(step for each in elements for step in _steps(each)))
    except (TypeError, KeyError, ValueError) as error:
        raise UnreadableScript(f"{type(error).__name__}: {error}") from error


def _steps(element: Mapping[str, Any]) -> list[Step]:
    size = int(element.get("text_size", 0))
    status = element.get("status")
    fail_times = element.get("fail_times")
    step = Step(
        text=markdown(size) if size else str(element.get("text") or ""),
        tools=tuple(tool for each in element.get("tools") or () for tool in _tools(each)),
        sleep=float(element.get("sleep") or 0),
        status=None if status is None else int(status),
        error=element.get("error"),
        fail_times=None if fail_times is None else int(fail_times),
        reasoning=str(element.get("reasoning") or ""),
        deltas=max(1, int(element.get("deltas", 1))),
    )
    return [step] * int(element.get("repeat", 1))


def _tools(element: Mapping[str, Any]) -> list[ScriptedTool]:
    size = int(element.get("output_size", 0))
    tool = ScriptedTool(
        name=str(element["name"]),
        arguments=element.get("arguments") or {},
        output=("x" * 99 + "\n") * (size // 100) + "x" * (size % 100)
        if size
        else element.get("output"),
        is_error=bool(element.get("is_error", False)),
    )
    return [tool] * int(element.get("repeat", 1))
