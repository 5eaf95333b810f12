"""What an ACP agent may do when it asks, and what it is answered to everything else."""

import json
from pathlib import Path

import pytest

from parley.adapters.agent_process.acp.permissions import Verdict, judge
from parley.core.tasks.coding_agent import Permissions
from parley.core.tasks.heard import Stop, ToolSeen
from parley.ports.work import Wish
from tests.agent_process.acting import Stage, once_there

ALLOW, REJECT = "o-allow_once", "o-reject_once"


@pytest.fixture
def tree(stage: Stage) -> Path:
    path = Path(stage.worktree.path)
    (path / "src").mkdir()
    (path / "inwards").symlink_to(path / "src")
    (path / "outwards").symlink_to("/etc")
    (stage.folder / "tree-twin").mkdir()
    return path


@pytest.mark.parametrize(
    ("kind", "paths", "given", "answer"),
    [
        ("edit", ["{tree}/a.txt"], {}, ALLOW),
        ("edit", ["src/new/deep.txt"], {}, ALLOW),
        ("edit", ["{tree}"], {}, ALLOW),
        ("edit", ["inwards/a.txt"], {}, ALLOW),
        ("edit", ["outwards/passwd"], {}, REJECT),
        ("edit", ["../tree-twin/a.txt"], {}, REJECT),
        ("edit", ["{tree}/../../a.txt"], {}, REJECT),
        ("edit", ["/etc/passwd"], {}, REJECT),
        ("edit", ["file:///etc/passwd"], {}, REJECT),
        ("edit", ["a.txt", "/etc/passwd"], {}, REJECT),
        ("edit", ["a\0b"], {}, REJECT),
        ("edit", [], {}, REJECT),
        ("edit", [], {"file_path": "{tree}/a.txt"}, ALLOW),
        ("read", [], {"filePath": "/etc/passwd"}, REJECT),
        ("other", [], {"parentDir": "/etc"}, REJECT),
        ("execute", [], {"command": "make"}, ALLOW),
        ("execute", [], {"command": "make", "cwd": "/"}, REJECT),
        ("fetch", [], {"url": "https://example.com"}, ALLOW),
    ],
)
def test_an_agent_may_do_what_stays_inside(
    stage: Stage, tree: Path, kind: str, paths: list[str], given: dict[str, str], answer: str
) -> None:
    call = {
        "kind": kind,
        "locations": [{"path": path.format(tree=tree)} for path in paths],
        "rawInput": {name: value.format(tree=tree) for name, value in given.items()},
    }
    options = [
        {"kind": "reject_once", "optionId": REJECT},
        {"kind": "allow_once", "optionId": ALLOW},
    ]
    verdict = judge({"toolCall": call, "options": options}, (), Permissions.INSIDE, tree)

    assert verdict.option == answer
    assert bool(verdict.reason) == (answer == REJECT)


@pytest.mark.parametrize(
    ("kinds", "verdict"),
    [
        (["allow_always", "allow_once", "reject_once"], Verdict("1")),
        (["reject_once", "allow_always"], Verdict("1")),
        (["reject_once"], Verdict(None, "it offered no way to allow it")),
        ([], Verdict(None, "it offered no way to allow it")),
    ],
)
def test_what_is_allowed_is_allowed_once_where_that_is_offered(
    tree: Path, kinds: list[str], verdict: Verdict
) -> None:
    options = [{"kind": kind, "optionId": str(number)} for number, kind in enumerate(kinds)]
    request = {"toolCall": {"kind": "execute"}, "options": options}

    assert judge(request, (), Permissions.INSIDE, tree) == verdict


def test_the_agent_hears_the_answer(stage: Stage) -> None:
    played = stage.play(
        {"permission": {"kind": "edit", "paths": ["a.txt"]}},
        {"permission": {"kind": "edit", "paths": ["/etc/passwd"]}},
    )

    assert played.text == ALLOW + REJECT


def test_a_rejection_is_told_with_its_reason(stage: Stage) -> None:
    played = stage.play(
        {"permission": {"title": "Change it", "kind": "edit", "paths": ["/etc/passwd"]}}
    )
    [note] = played.of(ToolSeen)

    assert (note.title, note.status) == ("Change it", "rejected")
    assert note.output == "Not allowed: `/etc/passwd` is outside of the worktree"


def test_a_place_that_a_call_named_before_counts(stage: Stage) -> None:
    called = {"toolCallId": "tool-0-1", "title": "It", "locations": [{"path": "/etc/passwd"}]}
    played = stage.play({"tool": called}, {"permission": {"kind": "execute"}})

    assert played.text == REJECT


def test_an_agent_that_is_allowed_nothing_is_told_so(stage: Stage) -> None:
    played = stage.play({"permission": {"kind": "execute"}}, permissions=Permissions.NONE)

    assert played.text == REJECT
    assert "allowed nothing" in str(played.of(ToolSeen)[0].output)


@pytest.mark.parametrize(
    ("method", "params", "answer"),
    [
        ("fs/read_text_file", {"path": "/etc/passwd"}, -32002),
        ("fs/write_text_file", {"path": "a.txt", "content": "x"}, -32002),
        ("terminal/create", {"command": "id"}, -32002),
        ("_vendor/thing", {}, -32601),
        ("session/request_permission", {"toolCall": 3, "options": "none"}, "cancelled"),
        ("elicitation/create", {"mode": "form"}, "decline"),
    ],
)
def test_every_request_of_an_agent_is_answered(
    stage: Stage, method: str, params: dict[str, object], answer: object
) -> None:
    played = stage.play({"request": {"method": method, "params": params}})
    told = json.loads(played.text)

    assert played.end.stop is Stop.DONE
    assert answer in (
        told.get("code"),
        told.get("action"),
        told.get("outcome", {}).get("outcome"),
    )
    assert not (stage.tree / "a.txt").exists()


def test_what_is_asked_after_a_cancel_is_answered_that_it_is_over(stage: Stage) -> None:
    stage.argv = [stage.argv[0], "-c", _ASKS_LATE]
    played = stage.play(wished=once_there(stage.tree / "begun", Wish.CANCEL), prompt="x")

    assert (stage.tree / "answer").read_text() == "cancelled"
    assert played.end.stop is Stop.CANCELLED


_ASKS_LATE = """
import json, sys
def send(**body):
    print(json.dumps({"jsonrpc": "2.0", **body}), flush=True)
for line in sys.stdin:
    m = json.loads(line)
    match m.get("method"):
        case "initialize":
            send(id=m["id"], result={"protocolVersion": 1})
        case "session/new":
            send(id=m["id"], result={"sessionId": "s"})
        case "session/prompt":
            prompt = m["id"]
            open("begun", "w").close()
        case "session/cancel":
            call = {"toolCallId": "1", "kind": "execute"}
            options = [{"optionId": "yes", "kind": "allow_once"}]
            send(id="p", method="session/request_permission",
                 params={"sessionId": "s", "toolCall": call, "options": options})
        case None:
            open("answer", "w").write(m["result"]["outcome"]["outcome"])
            send(id=prompt, result={"stopReason": "cancelled"})
"""
