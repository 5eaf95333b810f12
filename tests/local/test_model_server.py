"""The scripted model, as an agent's library talks to it."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from local.model_server.completions import USAGE
from local.model_server.script import Answer, Call, Conversation, answer
from local.model_server.server import ModelServer, model_server

TOOLS = [{"type": "function", "function": {"name": "write"}}]


@pytest.fixture(scope="module")
def model() -> Iterator[ModelServer]:
    with model_server() as model:
        yield model


def ask(server: ModelServer, prompt: str, *, key: str = "", **more: object) -> httpx.Response:
    return httpx.post(
        f"{server.url}/chat/completions",
        headers={"Authorization": f"Bearer {key or server.key}"},
        json={
            "model": "fake-1",
            "messages": [{"role": "user", "content": prompt}],
            "tools": TOOLS,
            **more,
        },
        timeout=10,
    )


def chunks(response: httpx.Response) -> list[Any]:
    lines = [line.removeprefix("data: ") for line in response.text.splitlines() if line]
    assert lines.pop() == "[DONE]"
    return [json.loads(line) for line in lines]


def deltas(response: httpx.Response, field: str) -> list[Any]:
    choices = [choice for chunk in chunks(response) for choice in chunk["choices"]]
    return [each["delta"][field] for each in choices if each["delta"].get(field)]


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        (0, Answer(reasoning="Hm", call=Call("write", {"filePath": "a", "content": "b c\n"}))),
        (1, Answer(call=Call("bash", {"command": "ls", "description": "As the prompt wants it"}))),
        (2, Answer("Done now")),
        (3, Answer("Done now")),
    ],
)
def test_each_result_of_a_tool_brings_the_next_step(results: int, expected: Answer) -> None:
    prompt = "Please:\nthink Hm\nwrite a b c\nrun ls\nsay Done now"

    assert answer(Conversation((prompt,), results)) == expected


def test_it_tells_what_was_said_earlier() -> None:
    assert answer(Conversation(("say one", "two", "recall"))).text == "Earlier: say one | two"


def test_without_tools_it_is_asked_for_a_title() -> None:
    assert answer(Conversation(("write a b",), offers_tools=False)) == Answer("Scripted work")


def test_a_whole_answer_has_text_reasoning_and_usage(model: ModelServer) -> None:
    told = ask(model, "think Hm\nsay Hi there").json()

    assert told["choices"][0]["message"] == {
        "role": "assistant",
        "content": "Hi there",
        "reasoning_content": "Hm",
    }
    assert told["usage"] == USAGE


def test_a_streamed_answer_comes_in_words(model: ModelServer) -> None:
    response = ask(model, "think Hm\nsay Hi there", stream=True)

    assert deltas(response, "content") == ["Hi ", "there"]
    assert deltas(response, "reasoning_content") == ["Hm "]
    assert chunks(response)[-1]["usage"] == USAGE


def test_a_streamed_call_of_a_tool_comes_in_pieces(model: ModelServer) -> None:
    (first,), (second,) = deltas(ask(model, "edit a x => y", stream=True), "tool_calls")
    arguments = first["function"]["arguments"] + second["function"]["arguments"]

    assert first["function"]["name"] == "edit"
    assert json.loads(arguments) == {"filePath": "a", "oldString": "x", "newString": "y"}


def test_it_fails_as_the_prompt_wants_it(model: ModelServer) -> None:
    response = ask(model, "fail 429")

    assert response.status_code == 429
    assert response.json()["error"]["message"] == "HTTP 429 as the prompt wants it"


@pytest.mark.parametrize(
    ("more", "status"), [({"key": "wrong"}, 401), ({"model": "nope"}, 404)], ids=["key", "model"]
)
def test_it_refuses_what_a_provider_refuses(
    model: ModelServer, more: dict[str, Any], status: int
) -> None:
    assert ask(model, "say Hi", **more).status_code == status


def test_it_knows_what_it_was_asked(model: ModelServer) -> None:
    ask(model, "say Hi", model="fake-2", reasoning_effort="high")
    asked = model.worked()[-1]

    assert (asked.model, asked.effort, asked.conversation.prompts) == (
        "fake-2",
        "high",
        ("say Hi",),
    )
