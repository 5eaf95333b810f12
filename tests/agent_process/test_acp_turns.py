"""A turn with an agent over ACP: real processes, a real protocol."""

import base64

import pytest

from parley.core.tasks.coding_agent import ChatCommand
from parley.core.tasks.heard import Offered, Planned, Said, Stop, Thought, ToolSeen, Used
from tests.agent_process.acting import Stage


def test_a_turn_is_heard_in_its_order(stage: Stage) -> None:
    played = stage.play(
        {"think": "Hm."},
        {"write": {"path": "a.txt", "text": "mended"}},
        {"plan": [["Look", "completed"], ["Mend", "in_progress"], ["Rest", "pending"]]},
        {"say": ["Do", "ne."]},
    )

    assert played.end.stop is Stop.DONE
    assert played.end.reason == ""
    assert (stage.tree / "a.txt").read_text() == "mended"
    path = str(stage.tree / "a.txt")
    assert played.events == [
        Offered((ChatCommand("note", "Write a note"),)),
        Thought("Hm."),
        ToolSeen(
            "tool-0-1", "Write a.txt", "edit", "in_progress", f'{{"path": "{path}"}}', None, (path,)
        ),
        ToolSeen("tool-0-1", status="completed", output="6 bytes"),
        Planned(("☑ Look", "▸ Mend", "☐ Rest")),
        Said("Do", "m1"),
        Said("ne.", "m1"),
    ]


def test_many_chunks_stay_in_order(stage: Stage) -> None:
    words = [f"{number} " for number in range(2_000)]

    assert stage.play({"say": words}).text == "".join(words)


def test_a_prompt_without_a_script_leaves_a_note(stage: Stage) -> None:
    played = stage.play(prompt="Say hello to the world")

    assert played.end.stop is Stop.DONE
    assert "Say hello" in (stage.tree / "say-hello-to-the-world.md").read_text()


@pytest.mark.parametrize(
    ("reason", "stop"),
    [
        ("end_turn", Stop.DONE),
        ("max_tokens", Stop.LIMIT),
        ("max_turn_requests", Stop.LIMIT),
        ("refusal", Stop.REFUSED),
        ("cancelled", Stop.FAILED),
        ("out_of_luck", Stop.FAILED),
    ],
)
def test_stop_reasons_are_told_apart(stage: Stage, reason: str, stop: Stop) -> None:
    played = stage.play({"say": "So far."}, {"stop": reason})

    assert played.end.stop is stop
    assert (played.end.reason == "") == (stop is Stop.DONE)
    assert played.text == "So far."


def test_an_unknown_stop_reason_is_told(stage: Stage) -> None:
    assert "`out_of_luck`" in stage.play({"stop": "out_of_luck"}).end.reason


def test_an_error_of_the_prompt_is_told(stage: Stage) -> None:
    played = stage.play({"fail": {"code": -32603, "message": "The model is overloaded"}})

    assert played.end.stop is Stop.FAILED
    assert played.end.reason == "The model is overloaded"


def test_the_commands_that_an_agent_has_are_heard(stage: Stage) -> None:
    played = stage.play({"commands": [["plan", "Only think"]]})

    assert played.of(Offered)[-1] == Offered((ChatCommand("plan", "Only think"),))


def test_usage_is_unknown_where_nothing_is_said(stage: Stage) -> None:
    assert stage.play({"say": "Done."}).of(Used) == []


def test_usage_is_what_the_agent_says(stage: Stage) -> None:
    played = stage.play(
        {"usage": {"amount": 0.1}}, {"usage": {"tokens": 150, "amount": 0.25, "currency": "EUR"}}
    )

    assert played.of(Used) == [
        Used(amount=0.1, currency="USD", cumulative=True),
        Used(amount=0.25, currency="EUR", cumulative=True),
        Used(tokens=150),
    ]


def test_a_message_of_several_megabytes_is_heard(stage: Stage) -> None:
    assert len(stage.play({"line_mb": 6}).text) == 6 * 1024**2


def test_a_line_without_an_end_ends_the_agent(stage: Stage) -> None:
    endless = {"run": ["sh", "-c", "head -c 34000000 /dev/zero > /proc/$PPID/fd/1; sleep 60"]}
    played = stage.play(endless)

    assert played.end.stop is Stop.FAILED
    assert "32 MB" in played.end.reason


@pytest.mark.parametrize(
    "garbage",
    [
        "npm warn something\n",
        "\n\n  \n",
        "[1, 2]\n",
        '"text"\n',
        "NaN\n",
        "{\n",
        '{"jsonrpc": "2.0"}\n',
        '{"jsonrpc": "2.0", "id": {"a": 1}, "method": "fs/read_text_file"}\n',
        '{"jsonrpc": "2.0", "id": true, "result": {}}\n',
        '{"jsonrpc": "2.0", "method": "session/update", "params": [1]}\n',
        '{"jsonrpc": "2.0", "method": "session/update", "params": {"update": 3}}\n',
        '{"jsonrpc": "2.0", "method": "something/else"}\n',
        "[" * 100_000 + "\n",
        '{"n": ' + "9" * 5_000 + "}\n",
    ],
    ids=range(14),
)
def test_garbage_between_messages_is_passed_over(stage: Stage, garbage: str) -> None:
    played = stage.play({"say": "a"}, {"garbage": garbage}, {"say": "b"})

    assert (played.text, played.end.stop) == ("ab", Stop.DONE)


def test_bytes_that_are_no_text_are_replaced(stage: Stage) -> None:
    update = b'{"sessionUpdate":"agent_message_chunk","content":{"type":"text","text":"a\xffb"}}'
    line = b'{"method":"session/update","params":{"sessionId":"@SESSION@","update":%s}}\n' % update
    played = stage.play({"garbage": {"base64": base64.b64encode(line).decode()}})

    assert played.text == "a\N{REPLACEMENT CHARACTER}b"


def test_what_another_session_does_is_not_heard(stage: Stage) -> None:
    update = '{"sessionUpdate":"agent_message_chunk","content":{"type":"text","text":"a"}}'
    line = f'{{"method":"session/update","params":{{"sessionId":"other","update":{update}}}}}\n'

    assert stage.play({"garbage": line}, {"say": "b"}).text == "b"


def test_half_characters_become_question_marks(stage: Stage) -> None:
    assert stage.play({"say": "a\ud800b"}).text == "a?b"


def test_an_unknown_update_is_passed_over(stage: Stage) -> None:
    played = stage.play({"update": {"sessionUpdate": "fireworks", "content": 3}}, {"say": "a"})

    assert (played.text, played.end.stop) == ("a", Stop.DONE)


@pytest.mark.parametrize("manner", ["twice", "astray"])
def test_only_the_first_answer_to_the_prompt_counts(stage: Stage, manner: str) -> None:
    assert stage.play({"answer": manner}, {"say": "a"}).end.stop is Stop.DONE


def test_noise_on_standard_error_does_not_hold_the_agent_up(stage: Stage) -> None:
    played = stage.play({"stderr_mb": 20}, {"say": "a"}, manner={"stderr_mb": 5})

    assert (played.text, played.end.stop) == ("a", Stop.DONE)


def test_what_is_said_after_the_answer_is_heard(stage: Stage) -> None:
    late = '{"jsonrpc":"2.0","method":"session/update","params":{"sessionId":"%s","update":'
    late += '{"sessionUpdate":"usage_update","cost":{"amount":0.5,"currency":"USD"}}}}'
    script = f"import json,sys\nLATE={late!r}\n" + (
        "for line in sys.stdin:\n"
        "    m = json.loads(line)\n"
        "    r = {'initialize': {'protocolVersion': 1}, 'session/new': {'sessionId': 's'},\n"
        "         'session/prompt': {'stopReason': 'end_turn'}}[m['method']]\n"
        "    print(json.dumps({'jsonrpc': '2.0', 'id': m['id'], 'result': r}), flush=True)\n"
        "print(LATE % 's', flush=True)\n"
    )
    stage.argv = [stage.argv[0], "-c", script]

    assert stage.play({"say": "a"}).of(Used) == [Used(amount=0.5, currency="USD", cumulative=True)]
