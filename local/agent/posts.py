"""What can be posted to a session: messages and tool decisions, parsed and checked in the server's
order.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, cast

from local.agent.bodies import Fields
from local.agent.errors import ApiError, BodyRejected
from local.agent.messages import Content, ContextItem
from local.agent.policy import AutoApprove

Kind = Literal["message", "steering", "follow_up"]
KINDS = ("message", "steering", "follow_up")
ACTIONS = ("accept", "reject", "custom_result")

MAX_ITEMS = 32
MAX_NAME = 256
MAX_CONTENT = 50_000
MAX_CONTEXT = 500_000
MAX_SYSTEM_PROMPT = 32_768
MAX_TURNS = 256


@dataclass(frozen=True, slots=True)
class Overrides:
    model: str | None = None
    auto_approve: AutoApprove = None
    system_prompt: str | None = None
    max_turns: int | None = None


@dataclass(frozen=True, slots=True)
class MessagePost:
    role: str
    content: Content
    kind: Kind = "message"
    run_id: str | None = None
    model: str | None = None
    sandbox: bool = False
    context: tuple[ContextItem, ...] = ()
    overrides: Overrides = Overrides()


@dataclass(frozen=True, slots=True)
class Decision:
    action: str
    content: str | None = None


@dataclass(frozen=True, slots=True)
class DecisionsPost:
    run_id: str
    decisions: dict[str, Decision]


def parse_message(body: Fields) -> MessagePost:
    message = body.fields("message")
    overrides = body.optional_fields("overrides")
    content = message.text_or_list("content")
    if content is None:
        raise BodyRejected(422, "missing field `content`")
    return MessagePost(
        role=message.one_of("role", ("system", "user", "assistant", "tool")),
        content=content,
        kind=cast(Kind, body.one_of("type", KINDS, "message")),
        run_id=body.optional_uuid("run_id"),
        model=body.optional_text("model"),
        sandbox=body.flag("sandbox"),
        context=tuple(
            ContextItem(item.text("name"), item.text("content"), item.optional_text("priority"))
            for item in body.items("context")
        ),
        overrides=Overrides(
            model=overrides.optional_text("model"),
            auto_approve=overrides.text_or_list("auto_approve"),
            system_prompt=overrides.optional_text("system_prompt"),
            max_turns=overrides.optional_number("max_turns"),
        ),
    )


def check_message(post: MessagePost) -> None:
    if post.role != "user":
        text = "message.role must be 'user' for this endpoint"
        raise ApiError(400, "invalid_message_role", text)
    turns = post.overrides.max_turns
    if turns is not None and not 1 <= turns <= MAX_TURNS:
        raise ApiError(400, "invalid_overrides", f"max_turns must be between 1 and {MAX_TURNS}")
    if len(post.overrides.system_prompt or "") > MAX_SYSTEM_PROMPT:
        text = f"system_prompt exceeds {MAX_SYSTEM_PROMPT} characters"
        raise ApiError(400, "invalid_overrides", text)
    problem = _context_problem(post.context)
    if problem:
        raise ApiError(400, "invalid_context", problem)


def _context_problem(context: Sequence[ContextItem]) -> str | None:
    if len(context) > MAX_ITEMS:
        return f"context can include at most {MAX_ITEMS} entries"
    if any(len(item.name) > MAX_NAME for item in context):
        return f"context.name exceeds {MAX_NAME} characters"
    if any(len(item.content) > MAX_CONTENT for item in context):
        return f"context.content exceeds {MAX_CONTENT} characters"
    if sum(len(item.content) for item in context) > MAX_CONTEXT:
        return f"context exceeds {MAX_CONTEXT} characters in total"
    return None


def parse_decisions(body: Fields) -> DecisionsPost:
    decisions = {key: _decision(each) for key, each in body.mapping("decisions").items()}
    return DecisionsPost(body.uuid("run_id"), decisions)


def parse_decision(body: Fields, tool_call_id: str) -> DecisionsPost:
    return DecisionsPost(body.uuid("run_id"), {tool_call_id: _decision(body)})


def check_decisions(post: DecisionsPost) -> None:
    for decision in post.decisions.values():
        if decision.action == "custom_result" and decision.content is None:
            raise ApiError(400, "invalid_request", "content is required for custom_result")


def _decision(fields: Fields) -> Decision:
    return Decision(fields.one_of("action", ACTIONS), fields.optional_text("content"))
