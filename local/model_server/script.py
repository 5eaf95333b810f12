"""What the scripted model answers: the prompt says it.

Each line of the prompt that is a directive is one answer of the model, in this order; the last one
is plain text. A directive that calls a tool gets its result in the next request.

    write PATH CONTENT     edit PATH OLD => NEW     run COMMAND     think WORDS     say WORDS
    slow SECONDS           fail STATUS              recall

`slow` says a word at a time for so long; `fail` answers with this HTTP status; `recall` says what
people wrote earlier in the conversation; `think` is the reasoning of the next answer.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

_DIRECTIVE = re.compile(r"(write|edit|run|think|say|slow|fail|recall)(?: (.*))?")
FILLER = "working "


@dataclass(frozen=True, slots=True)
class Call:
    """A tool's name and its arguments."""

    name: str
    arguments: Mapping[str, str]

    @property
    def json(self) -> str:
        return json.dumps(self.arguments)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the model says, word by word for `seconds`; `status` is of HTTP."""

    text: str = ""
    reasoning: str = ""
    call: Call | None = None
    seconds: float = 0.0
    status: int = 200


@dataclass(frozen=True, slots=True)
class Conversation:
    """What of a request matters: what people wrote, and how many tools answered since the last
    of it."""

    prompts: tuple[str, ...] = ()
    results: int = 0
    offers_tools: bool = True
    asked_by: str = field(default="", repr=False)


def conversation_of(body: Mapping[str, object]) -> Conversation:
    prompts: list[str] = []
    results = 0
    messages = body.get("messages")
    for message in messages if isinstance(messages, list) else ():
        if message.get("role") == "user":
            prompts.append(_text(message.get("content")))
            results = 0
        elif message.get("role") == "tool":
            results += 1
    return Conversation(tuple(prompts), results, bool(body.get("tools")))


def _text(content: object) -> str:
    if isinstance(content, str):
        return content
    parts: Sequence[object] = content if isinstance(content, list) else ()
    return "\n".join(str(part.get("text", "")) for part in parts if isinstance(part, dict))


def answer(conversation: Conversation) -> Answer:
    """The model's next answer. Without tools it was asked for a title."""
    if not conversation.offers_tools:
        return Answer("Scripted work")
    said = conversation.prompts[-1] if conversation.prompts else ""
    steps = _steps(said, conversation.prompts[:-1])
    return steps[min(conversation.results, len(steps) - 1)]


def _steps(prompt: str, earlier: Sequence[str]) -> list[Answer]:
    steps: list[Answer] = []
    reasoning = ""
    last = Answer("Done.")
    for line in prompt.splitlines():
        found = _DIRECTIVE.fullmatch(line.strip().strip('"'))
        if found is None:
            continue
        kind, rest = found[1], found[2] or ""
        if kind == "think":
            reasoning = rest
        elif kind in ("write", "edit", "run"):
            steps.append(Answer(reasoning=reasoning, call=_call(kind, rest)))
            reasoning = ""
        else:
            last = _ending(kind, rest, earlier)
    return [*steps, Answer(last.text, reasoning, None, last.seconds, last.status)]


def _ending(kind: str, rest: str, earlier: Sequence[str]) -> Answer:
    if kind == "slow":
        return Answer(FILLER * max(1, int(float(rest) * 10)), seconds=float(rest))
    if kind == "fail":
        return Answer(f"HTTP {rest} as the prompt wants it", status=int(rest))
    if kind == "recall":
        return Answer("Earlier: " + " | ".join(each.strip() for each in earlier))
    return Answer(rest)


def _call(kind: str, rest: str) -> Call:
    if kind == "run":
        return Call("bash", {"command": rest, "description": "As the prompt wants it"})
    path, _, content = rest.partition(" ")
    if kind == "write":
        return Call("write", {"filePath": path, "content": content + "\n"})
    old, _, new = content.partition(" => ")
    return Call("edit", {"filePath": path, "oldString": old, "newString": new})
