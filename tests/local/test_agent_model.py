"""What the scripted agent answers: scripts, failures, and words for a newcomer."""

from collections.abc import Iterator

import pytest

from local.agent.filler import markdown
from local.agent.prose import GREETING, TRICKS, plan
from local.agent.script import Step, UnreadableScript, parse_script
from tests.local.agent_caller import Caller, Chat, calling, names, one


@pytest.fixture(scope="module")
def caller() -> Iterator[Caller]:
    with calling() as caller:
        yield caller


@pytest.fixture
def chat(caller: Caller) -> Chat:
    return caller.new_session()


def answer(chat: Chat, run_id: str) -> str:
    return str(one(chat.until_over(run_id), "text_complete")["text"])


def test_a_failure_may_end_after_some_attempts(chat: Chat) -> None:
    run_id = chat.script({"status": 503, "error": "busy", "fail_times": 2, "text": "at last"})
    events = chat.until_over(run_id)
    assert names(events).count("retry_attempt") == 2
    assert one(events, "text_complete")["text"] == "at last"


def test_the_delays_told_are_the_real_servers_whatever_the_pace(chat: Chat) -> None:
    events = chat.until_over(chat.script({"error": "boom"}))
    assert [data["delay_ms"] for name, data in events if name == "retry_attempt"] == [2000, 4000]
    assert one(events, "run_error")["error"].startswith(
        "Provider error: OpenAI API error 500 Inter"
    )


def test_too_long_a_context_compacts_without_end_until_cancelled(chat: Chat) -> None:
    run_id = chat.script({"status": 400, "error": "maximum context length exceeded"})
    chat.until("compaction_completed", times=6)
    assert chat.status["state"] == "running"
    chat.cancel(run_id)
    end = one(chat.until_over(run_id), "run_completed")
    assert (end["stop_reason"], end["total_turns"]) == ("cancelled", 0)


def test_past_its_end_a_script_says_done(chat: Chat) -> None:
    tool = {"name": "stakpak__view", "arguments": {}}
    assert answer(chat, chat.script({"tools": [tool]})) == "done."


def test_reasoning_comes_after_the_text_and_thinking_never(chat: Chat) -> None:
    run_id = chat.script({"text": "so", "reasoning": "because", "thinking": "hidden"})
    events = chat.until_over(run_id)
    assert names(events)[2:5] == ["text_delta", "thinking_delta", "text_complete"]
    assert one(events, "thinking_delta")["delta"] == "because"


def test_a_text_may_come_in_pieces(chat: Chat) -> None:
    events = chat.until_over(chat.script({"text": "abcdefg", "deltas": 3}))
    assert [data["delta"] for name, data in events if name == "text_delta"] == ["ab", "cd", "efg"]
    assert one(events, "text_complete")["text"] == "abcdefg"


def test_hitting_max_turns_drops_follow_ups(chat: Chat) -> None:
    tool = {"name": "stakpak__run_command", "arguments": {}}
    run_id = chat.script({"tools": [tool]}, auto_approve="none", max_turns=1)
    chat.until("waiting_for_tool_approval")
    chat.say("and then?", type="follow_up", run_id=run_id)
    chat.decide(run_id, call_2_0="accept")
    assert one(chat.until_over(run_id), "run_completed")["stop_reason"] == "max_turns"


def test_extras_repeat_elements_and_tools() -> None:
    script = parse_script(
        'x SCRIPT=[{"repeat": 2, "tools": '
        '[{"name": "a", "repeat": 3, "output_size": 250}]}] and so on'
    )
    assert script is not None
    assert [len(step.tools) for step in script.steps] == [3, 3]
    assert len(script.steps[0].tools[0].output or "") == 250


@pytest.mark.parametrize("text", ["SCRIPT=", "SCRIPT={}", "SCRIPT=[1]", 'SCRIPT=[{"tools": [{}]}]'])
def test_a_broken_script_is_an_error(text: str) -> None:
    with pytest.raises(UnreadableScript):
        parse_script(text)


def test_a_broken_script_is_answered_in_words(chat: Chat) -> None:
    assert answer(chat, chat.say("SCRIPT=[oops")).startswith("I could not read the list")


def test_without_a_script_before_it_there_is_none() -> None:
    assert parse_script("hello") is None


@pytest.mark.parametrize("size", [1, 38, 39, 40, 1_000, 30_000])
def test_filler_is_as_long_as_wanted(size: int) -> None:
    assert len(markdown(size)) == size


def test_a_long_answer_has_whole_code_blocks() -> None:
    text = markdown(30_000)
    assert text.count("```") % 2 == 0
    assert text.count("```python") > 30


def test_help_names_every_trick() -> None:
    (step,) = plan("help")
    assert all(f"`{word}`" in step.text for word in TRICKS)


@pytest.mark.parametrize("said", ["Hello!", "hi", "hey there"])
def test_a_greeting_is_returned_with_a_hint(said: str) -> None:
    assert plan(said) == (Step(text=GREETING),)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("slow 30", 30.0),
        ("Slow, please", 8.0),
        ("slow 99999", 600.0),
    ],
)
def test_a_number_beside_a_word_is_its_measure(said: str, expected: float) -> None:
    assert plan(said)[0].sleep == expected


def test_long_has_the_length_wanted() -> None:
    assert len(plan("long")[0].text) == 30_000
    assert len(plan("long 90000")[0].text) == 90_000


@pytest.mark.parametrize("said", ["It may fail", "help me find out why the deployment is slow"])
def test_anything_else_is_said_back(said: str) -> None:
    (step,) = plan(said)
    assert f"> {said}" in step.text


def test_no_answer_claims_to_be_a_model() -> None:
    assert "scripted agent" in GREETING
    assert "no model behind me" in plan("help")[0].text


def test_after_a_failure_asked_for_the_next_message_is_answered(chat: Chat) -> None:
    assert names(chat.until_over(chat.say("fail")))[-1] == "run_error"
    assert answer(chat, chat.say("hello")) == GREETING


def test_after_a_script_plain_words_are_answered_plainly(chat: Chat) -> None:
    assert answer(chat, chat.script({"text": "scripted"})) == "scripted"
    assert answer(chat, chat.say("hello")) == GREETING


def test_what_is_said_back_is_without_the_servers_preamble(chat: Chat) -> None:
    context = [{"name": "n", "content": "secret", "priority": "high"}]
    said = answer(chat, chat.say("a sentence of my very own", context=context))
    assert "> a sentence of my very own" in said
    assert "secret" not in said
