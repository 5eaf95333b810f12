"""An ACP agent's updates as what is heard of it, by tables and by chance."""

from contextlib import suppress
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.adapters.agent_process.acp.options import Unfit, setting
from parley.adapters.agent_process.acp.permissions import judge
from parley.adapters.agent_process.acp.updates import heard, used
from parley.core.tasks.coding_agent import ChatCommand, Permissions
from parley.core.tasks.heard import Heard, Offered, Planned, Said, Thought, ToolSeen, Used
from tests.properties import PROPERTY

LINK = {"type": "resource_link", "uri": "file:///a", "name": "a"}
EMBEDDED = {"type": "resource", "resource": {"uri": "file:///a", "text": "words"}}
IMAGE = {"type": "image", "data": "aGk=", "mimeType": "image/png"}


@pytest.mark.parametrize(
    ("update", "event"),
    [
        ({"sessionUpdate": "agent_message_chunk", "content": LINK}, Said("file:///a")),
        ({"sessionUpdate": "agent_message_chunk", "content": EMBEDDED}, Said("words")),
        ({"sessionUpdate": "agent_message_chunk", "content": IMAGE}, None),
        ({"sessionUpdate": "agent_message_chunk", "content": "words"}, None),
        (
            {"sessionUpdate": "agent_thought_chunk", "content": {"type": "text", "text": "Hm"}},
            Thought("Hm"),
        ),
        ({"sessionUpdate": "user_message_chunk", "content": LINK}, None),
        ({"sessionUpdate": "tool_call", "title": "no id"}, None),
        (
            {
                "sessionUpdate": "tool_call_update",
                "toolCallId": "1",
                "content": [
                    {"type": "content", "content": {"type": "text", "text": "one"}},
                    {"type": "diff", "path": "/a", "oldText": None, "newText": "x"},
                    {"type": "terminal", "terminalId": "t"},
                ],
                "rawOutput": {"ignored": True},
            },
            ToolSeen("1", output="one\nchanges /a", paths=("/a",)),
        ),
        (
            {"sessionUpdate": "tool_call_update", "toolCallId": "1", "rawOutput": {"n": "é"}},
            ToolSeen("1", output='{"n": "é"}'),
        ),
        (
            {"sessionUpdate": "tool_call_update", "toolCallId": "1", "rawOutput": "text"},
            ToolSeen("1", output="text"),
        ),
        (
            {
                "sessionUpdate": "tool_call",
                "toolCallId": "1",
                "locations": [{"path": "/a", "line": 3}, {"path": "/a"}, {"path": ""}, 3],
                "rawInput": "ls",
            },
            ToolSeen("1", given='"ls"', paths=("/a",)),
        ),
        ({"sessionUpdate": "plan", "entries": [{"content": "a"}]}, Planned(("☐ a",))),
        (
            {
                "sessionUpdate": "available_commands_update",
                "availableCommands": [{"name": "a", "description": "b" * 300}, {"name": ""}],
            },
            Offered((ChatCommand("a", "b" * 200),)),
        ),
        ({"sessionUpdate": "usage_update", "used": 5, "size": 9}, None),
        ({"sessionUpdate": "usage_update", "cost": {"amount": -1, "currency": "USD"}}, None),
        (
            {"sessionUpdate": "usage_update", "cost": {"amount": 2, "currency": "USD"}},
            Used(amount=2.0, currency="USD", cumulative=True),
        ),
        ({"sessionUpdate": "current_mode_update", "currentModeId": "a"}, None),
        ({}, None),
    ],
)
def test_an_update_is_read(update: dict[str, object], event: Heard | None) -> None:
    assert heard(update) == event


@pytest.mark.parametrize(
    ("usage", "tokens"),
    [
        ({"totalTokens": 150, "inputTokens": 100}, 150),
        ({"inputTokens": 100, "outputTokens": 20}, 120),
        ({"outputTokens": 20}, 20),
        ({"totalTokens": 0}, 0),
        ({"totalTokens": "many"}, None),
        ({"totalTokens": True}, None),
        ({}, None),
        (None, None),
    ],
)
def test_tokens_are_null_where_nothing_is_known_of_them(usage: object, tokens: int | None) -> None:
    found = used(usage)

    assert (found.tokens if found else None) == tokens


KEYS = st.sampled_from(
    [
        *("sessionUpdate", "content", "text", "type", "resource", "uri", "messageId", "toolCallId"),
        *("title", "kind", "status", "locations", "path", "rawInput", "rawOutput", "entries"),
        *("availableCommands", "name", "description", "cost", "amount", "currency", "toolCall"),
        *("options", "optionId", "configOptions", "id", "category", "currentValue", "value"),
        *("modes", "availableModes", "models", "availableModels", "modelId", "totalTokens"),
    ]
)
WORDS = st.sampled_from(
    [
        *("agent_message_chunk", "tool_call", "tool_call_update", "plan", "usage_update", "diff"),
        *("available_commands_update", "allow_once", "reject_once", "edit", "model", "/etc", "\0"),
    ]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=15,
)
RECORDS = st.dictionaries(KEYS, VALUES, max_size=8)


@PROPERTY
@given(RECORDS)
def test_no_message_is_too_strange(strange: dict[str, object]) -> None:
    heard(strange)
    used(strange)
    judge(strange, (), Permissions.INSIDE, PurePosixPath("/tree"))
    for category in ("model", "mode", "thought_level"):
        with suppress(Unfit):
            setting(strange, category, "model")
