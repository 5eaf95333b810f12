"""The prompt that asks a person, and what it says once it is settled."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.core import asking
from parley.core.approval import Button, Prompt, Style
from parley.core.asking import NAMED
from parley.core.batch import BatchStatus, Ruling, ToolCall, Verdict
from parley.core.fate import RAN, Fate
from parley.core.limits import DAY, HOUR, MINUTE
from parley.core.previews import bare
from tests.core.batches import ID, NOW, call
from tests.core.batches import asking as batch
from tests.properties import PROPERTY

ROOM = 1_900  # Discord's, the smallest of the platforms


def prompt(*calls: ToolCall, room: int = ROOM) -> Prompt:
    return asking.prompt(batch(*calls), room, NOW)


def test_a_prompt_for_one_call() -> None:
    assert prompt(call(1, command="make deploy")) == Prompt(
        ID,
        "🔧 **The agent asks to use a tool**\n\n"
        "**1 · run_command**\n```bash\nmake deploy\n```\n\n"
        f"_Waits 24 hours. Or write_ `/approve {ID}` _or_ `/deny {ID} reason`",
        (
            Button("Allow", f"a:{ID}:allow", Style.GOOD),
            Button("Deny", f"a:{ID}:deny", Style.BAD),
            Button("Always allow run_command here", f"a:{ID}:always"),
        ),
    )


def labels(*calls: ToolCall) -> list[str]:
    return [button.label for button in prompt(*calls).buttons]


def test_calls_of_one_tool_may_be_allowed_for_good() -> None:
    always = "Always allow run_command here"
    assert labels(call(1), call(2)) == ["Allow all", "Deny all", always]
    assert labels(call(1), call(2, "stakpak__view", path="a")) == ["Allow all", "Deny all"]


def test_only_what_is_asked_is_shown() -> None:
    calls = (call(1), call(2))
    verdicts = (Verdict("c1", Ruling.ALLOW), Verdict("c2", Ruling.ASK))
    shown = asking.prompt(batch(*calls, verdicts=verdicts), ROOM, NOW)
    assert "step 2" in shown.text
    assert "step 1" not in shown.text
    assert "1 more of this step decided by policy" in shown.text
    assert shown.buttons[0].label == "Allow"


def test_every_call_is_named_where_there_is_no_room_for_what_it_does() -> None:
    calls = [call(at, f"tool_{at}", command="x" * 500) for at in range(1, NAMED + 1)]
    text = prompt(*calls).text
    assert all(f"**{at} · tool_{at}**" in text for at in range(1, NAMED + 1))
    assert len(text) <= ROOM


def test_more_calls_than_can_be_named_are_counted() -> None:
    text = prompt(*[call(at) for at in range(NAMED + 5)]).text
    assert "… and 5 more calls" in text


def test_a_secret_is_not_asked_about_in_the_open() -> None:
    assert "hunter2" not in prompt(call(1, command="PASSWORD=hunter2 make")).text


@pytest.mark.parametrize(
    ("milliseconds", "words"),
    [
        (7 * DAY - 1, "7 days"),
        (24 * HOUR, "24 hours"),
        (2 * HOUR, "2 hours"),
        (24 * HOUR - 1, "24 hours"),
        (2 * HOUR - 1, "120 minutes"),
        (90 * MINUTE, "90 minutes"),
        (1, "1 minutes"),
        (-5, "1 minutes"),
    ],
)
def test_spans(milliseconds: int, words: str) -> None:
    assert asking.span(milliseconds) == words


@PROPERTY
@given(
    commands=st.lists(st.text(max_size=3_000), min_size=1, max_size=40),
    name=st.text(alphabet="abcdefgh_", min_size=1, max_size=40),
)
def test_a_prompt_stays_within_its_room_and_names_its_calls(commands: list[str], name: str) -> None:
    calls = [call(at, name, command=each) for at, each in enumerate(commands)]
    text = prompt(*calls).text
    assert len(text) <= ROOM
    assert text.count(f" · {bare(name)}**") == min(len(calls), NAMED)


def settled(
    status: BatchStatus,
    fates: Mapping[str, Fate] | None = None,
    *calls: ToolCall,
    room: int = ROOM,
    **fields: Any,
) -> str:
    closed = batch(*(calls or (call(1),)), status=status, **fields)
    return asking.settled(closed, fates or {}, room)


@pytest.mark.parametrize(
    ("status", "fields", "words"),
    [
        (BatchStatus.ALLOWED, {"by": "U1", "by_name": "Ada"}, "✅ Allowed by Ada"),
        (BatchStatus.ALLOWED, {"by": "U1"}, "✅ Allowed by U1"),
        (BatchStatus.ALLOWED, {}, "✅ Allowed by somebody"),
        (BatchStatus.DENIED, {"by": "U1"}, "❌ Denied by U1"),
        (BatchStatus.DENIED, {"by": "U1", "reason": "not now"}, "❌ Denied by U1: not now"),
        (BatchStatus.EXPIRED, {}, "⏱️ Expired: nobody decided in time, so nothing of this ran"),
        (
            BatchStatus.SUPERSEDED,
            {},
            "⏭️ Not decided: a newer message went to the agent instead",
        ),
        (BatchStatus.CANCELLED, {}, "🛑 Cancelled before a decision, so nothing of this ran"),
        (BatchStatus.OPEN, {}, "Waiting for a decision"),
        (BatchStatus.AUTO, {}, "Decided by policy"),
    ],
)
def test_how_a_batch_stands(status: BatchStatus, fields: dict[str, Any], words: str) -> None:
    assert settled(status, **fields) == f"{words}\n1. `run_command` `step 1`"


def test_somebodys_words_are_not_taken_for_markup() -> None:
    told = settled(BatchStatus.DENIED, by="U1", by_name="**Ada**", reason="see\n`x`\n# y")
    assert told.splitlines()[0] == "❌ Denied by Ada: see 'x' # y"


def test_no_name_and_no_command_becomes_a_link() -> None:
    link = "[here](https://a.example)"
    asked = ToolCall("c1", f"a__{link}", {"command": f"`{link}`"})
    told = settled(BatchStatus.DENIED, None, asked, by="U1", by_name=link, reason=link)
    assert told.splitlines() == [
        "❌ Denied by (here)(https://a.example): (here)(https://a.example)",
        "1. `here https://a.example` `'[here](https://a.example)'`",
    ]


@pytest.mark.parametrize(
    ("status", "fate", "words"),
    [
        (BatchStatus.ALLOWED, RAN, " — ran"),
        (BatchStatus.ALLOWED, Fate("not run", "skipped"), " — not run (skipped)"),
        (BatchStatus.ALLOWED, Fate("cancelled"), " — cancelled"),
        (BatchStatus.ALLOWED, None, ""),
        (BatchStatus.DENIED, RAN, " — not run"),
        (BatchStatus.DENIED, Fate("not run", "rejected"), " — not run (rejected)"),
        (BatchStatus.SUPERSEDED, RAN, " — not run"),
        (BatchStatus.CANCELLED, Fate("cancelled"), " — cancelled"),
    ],
)
def test_what_became_of_each_call(status: BatchStatus, fate: Fate | None, words: str) -> None:
    """Only what was allowed can have run: a denial with a reason looks like a call's result."""
    told = settled(status, {"c1": fate} if fate else None, by="U1")
    assert told.splitlines()[1] == f"1. `run_command` `step 1`{words}"


def test_a_call_without_words_of_its_own_is_named() -> None:
    assert settled(BatchStatus.EXPIRED, None, ToolCall("c1", "a__look", {})).endswith("\n1. `look`")


def test_a_settled_text_stays_within_its_room() -> None:
    calls = [call(at, command="x" * 500) for at in range(50)]
    told = settled(BatchStatus.ALLOWED, None, *calls, room=300)
    assert len(told) == 300
    assert told.endswith("…")
