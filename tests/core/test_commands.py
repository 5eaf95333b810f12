"""Commands are told from messages, and read with their arguments."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.core.busy import BusyMode
from parley.core.commands import (
    FORMS,
    Approve,
    CancelTask,
    Command,
    Deny,
    Form,
    Help,
    ListTasks,
    Misused,
    New,
    Pair,
    Queue,
    Rule,
    StartTask,
    Status,
    Stop,
    WhoAmI,
    help_text,
    parse,
)
from parley.core.tasks.request import USAGE, TaskRequest
from parley.core.tasks.rulings import Ruling

NAMES = [form.name for form in FORMS]


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("/new", New()),
        ("!new", New()),
        ("/NEW", New()),
        ("  /new \n", New()),
        ("/stop", Stop()),
        ("/stop please, that is wrong", Stop()),
        ("/status", Status()),
        ("/help", Help()),
        ("/help queue", Help()),
        ("!WhoAmI", WhoAmI()),
        ("/queue followup", Queue(BusyMode.FOLLOWUP)),
        ("/queue follow-up", Queue(BusyMode.FOLLOWUP)),
        ("/queue STEER", Queue(BusyMode.STEER)),
        ("/queue\tinterrupt ", Queue(BusyMode.INTERRUPT)),
        ("!queue reject", Queue(BusyMode.REJECT)),
        ("/approve abc123def456", Approve("abc123def456")),
        ("/approve `ABC123DEF456`", Approve("abc123def456")),
        ("/deny abc123def456", Deny("abc123def456", "")),
        ("/deny abc123def456 not  on\nmain", Deny("abc123def456", "not  on\nmain")),
        ("/deny\nabc123def456\nno", Deny("abc123def456", "no")),
        ("/pair ABCD2345", Pair("ABCD2345")),
        ("/pair abcd-2345", Pair("ABCD2345")),
        ("/task shop fix it", StartTask(TaskRequest("shop", "fix it"))),
        (
            "/task shop @opencode model=a/b think=high fix\n\n  it  \n",
            StartTask(TaskRequest("shop", "fix\n\n  it", "opencode", model="a/b", thinking="high")),
        ),
        ("!task\nshop\nfix it", StartTask(TaskRequest("shop", "fix it"))),
        ("/tasks", ListTasks()),
        ("/cancel `abc123def456`", CancelTask("abc123def456")),
        ("/apply abc123def456", Rule("abc123def456", Ruling.APPLY)),
        ("/reject abc123def456", Rule("abc123def456", Ruling.REJECT)),
        ("/reject abc123def456 not  so", Rule("abc123def456", Ruling.REJECT, "not  so")),
        ("!revise ABC123DEF456\nalso\nthis", Rule("abc123def456", Ruling.REVISE, "also\nthis")),
    ],
)
def test_commands(text: str, command: Command) -> None:
    assert parse(text) == command


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "/",
        "!",
        "hello",
        "stop",
        "/etc/hosts is broken",
        "!important",
        "/newton was right",
        "/stop@otherbot",
        "/stop!",
        "! stop",
        "/ stop",
        "//stop",
        "please /stop",
        "/approved by whom?",
        "/stóp",
    ],
)
def test_messages(text: str) -> None:
    assert parse(text) is None


@pytest.mark.parametrize(
    ("text", "usage"),
    [
        ("/new topic: the build", "/new"),
        ("/status now", "/status"),
        ("!whoami then", "!whoami"),
        ("/queue", "/queue MODE"),
        ("/queue later", "/queue MODE"),
        ("/queue steer now", "/queue MODE"),
        ("/approve", "/approve ID"),
        ("/approve a b", "/approve ID"),
        ("/approve not/an/id", "/approve ID"),
        (f"/approve {'a' * 33}", "/approve ID"),
        ("!deny", "!deny ID REASON"),
        ("/deny no! not that", "/deny ID REASON"),
        ("/pair", "/pair CODE"),
        ("/pair ABC", "/pair CODE"),
        ("/pair ABCD 2345", "/pair CODE"),
        ("/task", f"/task {USAGE}"),
        ("/tasks of mine", "/tasks"),
        ("/cancel", "/cancel ID"),
        ("/cancel the meeting", "/cancel ID"),
        ("/apply", "/apply ID"),
        ("/apply abc123def456 please", "/apply ID"),
        ("!reject", "!reject ID REASON"),
        ("/revise abc123def456", "/revise ID WORDS"),
    ],
)
def test_wrong_arguments_are_answered_with_the_usage(text: str, usage: str) -> None:
    misused = parse(text)
    assert isinstance(misused, Misused)
    assert misused.usage.startswith(f"Please write `{usage}`: ")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("/task Shop! fix it", "Please write `task PROJECT"),
        ("/task shop", "What is to be done?"),
        ("/task shop model=a model=b fix", "`model=b` is said a second time"),
    ],
)
def test_a_task_that_is_asked_for_wrongly_is_told_what_is_wrong(text: str, words: str) -> None:
    misused = parse(text)
    assert isinstance(misused, Misused)
    assert misused.usage.startswith(words)


def written(name: str, **given: str) -> str:
    return next(form for form in FORMS if form.name == name).typed(given)


@pytest.mark.parametrize(
    ("name", "given", "text"),
    [
        ("stop", {}, "/stop"),
        ("deny", {"id": "k3", "reason": " not  now "}, "/deny k3 not  now"),
        ("deny", {"reason": "", "id": "k3"}, "/deny k3"),
        ("task", {"prompt": "fix\nit", "project": "shop"}, "/task shop fix\nit"),
        (
            "task",
            {
                "project": "shop",
                "prompt": "fix it",
                "agent": "@stub",
                "think": "high",
                "model": "a",
            },
            "/task shop @stub model=a think=high fix it",
        ),
        ("task", {"project": "s", "prompt": "p", "model": "model=a b"}, "/task s model=ab p"),
        ("task", {"project": "s", "prompt": "p", "mode": " "}, "/task s p"),
    ],
)
def test_a_form_becomes_what_somebody_would_write(
    name: str, given: dict[str, str], text: str
) -> None:
    assert written(name, **given) == text


@pytest.mark.parametrize("form", FORMS, ids=NAMES)
def test_fields_that_are_needed_come_first_as_discord_wants_them(form: Form) -> None:
    optional = [argument.optional for argument in form.arguments]
    assert optional == sorted(optional)
    assert all(len(argument.meaning) <= 100 for argument in form.arguments)
    assert len(form.meaning) <= 100


def test_modes_are_named_in_the_usage() -> None:
    misused = parse("/queue")
    assert isinstance(misused, Misused)
    assert misused.usage.endswith("; MODE is one of followup, steer, interrupt, reject")


def test_slack_has_the_commands_behind_its_own() -> None:
    misused = parse("/queue", "slack")
    assert isinstance(misused, Misused)
    assert "`/parley queue MODE`" in misused.usage
    in_a_thread = parse("!queue", "slack")
    assert isinstance(in_a_thread, Misused)
    assert "`!queue MODE`" in in_a_thread.usage


@pytest.mark.parametrize(
    ("channel", "prefix"), [("slack", "/parley "), ("telegram", "/"), ("discord", "/")]
)
def test_help_has_one_line_for_each_command(channel: str, prefix: str) -> None:
    lines = help_text(channel).splitlines()
    assert [line.split("`")[1].removeprefix(prefix).split()[0] for line in lines] == NAMES


@given(st.text())
def test_no_text_raises(text: str) -> None:
    parse(text)


@given(st.sampled_from("/!"), st.sampled_from(NAMES), st.text())
def test_a_command_is_never_taken_for_a_message(prefix: str, name: str, rest: str) -> None:
    for spelling in (name, name.upper()):
        assert parse(f"{prefix}{spelling} {rest}") is not None


@given(st.text().filter(lambda text: not text.strip().startswith(("/", "!"))))
def test_without_a_prefix_everything_is_a_message(text: str) -> None:
    assert parse(text) is None


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=1))
def test_other_words_are_messages(word: str) -> None:
    if word not in NAMES:
        assert parse(f"/{word}") is None


@given(st.from_regex(r"[a-z0-9]{12}", fullmatch=True), st.text())
def test_a_reason_reaches_the_agent_as_it_was_written(approval: str, reason: str) -> None:
    assert parse(f"/deny {approval} {reason}") == Deny(approval, reason.strip())
