"""`project`, `agent`, `task` and `change`: against the API itself, over a socket."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from parley.core.tasks.frames import Frame, FrameKind
from parley.core.tasks.task import TaskOutcome, TaskState
from parley.settings import ApiAccess
from tests.command.servers import Ended, Platform, Reply, Sent, command, platform
from tests.gateway.office import TOKEN, Office
from tests.gateway.work import PATCH, at_work, ended, register, snapshot

EVENTS = Path(__file__).resolve().parents[2] / "events"
SHA = snapshot().patch_sha256


@dataclass
class Counter:
    """A terminal at the API. What is planned happens when a command sleeps."""

    office: Office
    server: Platform
    planned: list[Callable[[], object]] = field(default_factory=list)
    failing: int = 0

    def run(self, *arguments: str, token: str = TOKEN) -> Ended:
        access = ApiAccess(self.server.url, token)
        return command(*arguments, access=access, sleep=self._sleep)

    def told(self, *arguments: str) -> str:
        """What a command that goes well says."""
        done = self.run(*arguments)
        assert (done.code, done.errors) == (0, "")
        return done.out

    def read(self, *arguments: str) -> Any:
        return json.loads(self.told(*arguments, "--json"))

    def started(self, *words: str) -> str:
        id: str = json.loads(self.told("task", "start", "--json", *words))["id"]
        return id

    def _sleep(self, _seconds: float) -> None:
        self.failing = max(0, self.failing - 1)
        if self.planned:
            self.planned.pop(0)()


@pytest.fixture(name="counter")
def api_counter(tmp_path: Path) -> Iterator[Counter]:
    office = Office(tmp_path)

    def answer(sent: Sent) -> Reply | None:
        if counter.failing:
            return None
        found = office.call(
            sent.method, sent.path, sent.body, "", Authorization=sent.headers["Authorization"]
        )
        headers = {name: found.headers[name] for name in ("location",) if name in found.headers}
        return Reply(found.content, found.status_code, headers)

    with platform(answer) as server:
        counter = Counter(office, server)
        register(office)
        yield counter


@pytest.mark.parametrize("kind", ["project", "agent"])
def test_documents_are_put_shown_and_removed(counter: Counter, kind: str, tmp_path: Path) -> None:
    (sample, *_) = sorted((EVENTS / f"{kind}s").glob("*.json"))
    id = sample.stem
    assert counter.told(kind, "put", str(sample)) == f"{kind} {id} is registered\n"
    shown = counter.told(kind, "show", id)
    assert json.loads(shown).items() >= json.loads(sample.read_text()).items()
    (tmp_path / "again.json").write_text(shown)
    assert counter.told(kind, "put", str(tmp_path / "again.json"))
    assert counter.told(kind, "list").split()[0] == id
    assert counter.told(kind, "remove", id) == f"{kind} {id} is gone\n"
    assert counter.run(kind, "show", id).errors == f"There is no {kind} {id}\n"


def test_a_list_says_what_there_is(counter: Counter) -> None:
    assert counter.told("project", "list").splitlines() == [
        "demo  demo  https://example.com/o/demo.git",
        "docs  docs",
    ]
    assert counter.told("agent", "list") == "opencode  opencode acp\n"
    counter.told("agent", "remove", "opencode")
    assert counter.told("agent", "list") == "no agents\n"
    assert counter.told("task", "list") == "no tasks\n"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param('{"id": "demo", "limit": 0}', "limit is 0; it must be a whole", id="wrong"),
        pytest.param('{"name": "Demo"}', "FILE has no id", id="no id"),
        pytest.param('{"id": 7}', "FILE has no id", id="no text"),
        pytest.param("[]", "FILE has no id", id="a list"),
        pytest.param("{", "FILE is not JSON", id="no JSON"),
    ],
)
def test_document_that_is_refused(counter: Counter, tmp_path: Path, text: str, line: str) -> None:
    file = tmp_path / "project.json"
    file.write_text(text)
    done = counter.run("project", "put", str(file))
    assert (done.code, done.out) == (1, "")
    assert done.errors.startswith(line.replace("FILE", str(file)))


def test_a_task_is_asked_for_in_the_words_of_a_chat(counter: Counter) -> None:
    words = ("demo", "@opencode", "model=a/b", "mode=plan", "think=high", "Fix", "the  test\nnow")
    task = json.loads(counter.told("task", "start", "--by", "Ann", "--json", *words))
    assert task["prompt"] == "Fix the  test\nnow"
    assert [task[key] for key in ("agent", "model", "mode", "think")] == [
        "opencode",
        "a/b",
        "plan",
        "high",
    ]
    assert task["by"]["name"] == "Ann"


def test_a_task_that_was_asked_for_is_told_in_words(counter: Counter) -> None:
    out = counter.told("task", "start", "demo", "Fix the test")
    id = out.splitlines()[-1].rpartition(" ")[2]
    assert out.splitlines() == [
        f"task:      {id}, running",
        "title:     Task [opencode]: Fix the test",
        "project:   demo",
        "with:      acp opencode",
        "asked by:  api (api), 2027-01-15T08:00:00.000Z",
        "started:   2027-01-15T08:00:00.000Z",
        f"follow it with: task follow {id}",
    ]


def test_each_request_is_a_task_of_its_own_unless_it_is_named(counter: Counter) -> None:
    assert counter.started("demo", "Fix it") != counter.started("demo", "Fix it")
    named = ("--key", "mine", "demo", "Fix it")
    assert counter.started(*named) == counter.started(*named)


def test_a_request_without_an_answer_can_be_repeated(counter: Counter) -> None:
    counter.failing = 1
    done = counter.run("task", "start", "demo", "Fix it")
    assert done.code == 1
    (key,) = [word for word in done.errors.split() if word.count("-") == 4]
    assert f"with --key {key} it is one task" in done.errors


@pytest.mark.parametrize(
    ("words", "line"),
    [
        pytest.param(["Demo!", "x"], "Please write `task PROJECT", id="no project"),
        pytest.param(["demo"], "What is to be done?", id="no prompt"),
        pytest.param(["demo", "model=a", "model=b", "x"], "`model=b` is said a second", id="twice"),
        pytest.param(["nope", "x"], "There is no project `nope`. Projects: `demo`", id="unknown"),
    ],
)
def test_request_that_is_refused(counter: Counter, words: list[str], line: str) -> None:
    done = counter.run("task", "start", *words)
    assert (done.code, done.out) == (1, "")
    assert done.errors.startswith(line)


def test_tasks_are_listed_the_newest_first(counter: Counter) -> None:
    first = counter.started("docs", "Write")
    counter.office.clock.advance(1000)
    second = counter.started("demo", "Fix it")
    assert counter.told("task", "list").splitlines() == [
        f"{second}  running  demo  opencode  Task [opencode]: Fix it",
        f"{first}  running  docs  -         Task: Write",
    ]
    assert counter.told("task", "list", "--limit", "1").split()[0] == second


def test_what_came_of_a_task(counter: Counter) -> None:
    id = counter.started("demo", "Fix it")
    ended(counter.office, id)
    assert counter.told("task", "show", id).splitlines()[6:] == [
        "ended:     2027-01-15T08:01:00.000Z",
        "cost:      450 tokens, 0.2500 USD",
        f"change:    {id}",
        "Done",
    ]


def test_all_that_an_agent_wrote(counter: Counter) -> None:
    id = counter.started("demo", "Fix it")
    assert "has no transcript" in counter.run("task", "transcript", id).errors
    ended(counter.office, id)
    assert counter.told("task", "transcript", id) == "Déjà\n"
    assert counter.read("task", "transcript", id) == {"text": "Déjà"}


def test_a_task_is_cancelled(counter: Counter) -> None:
    id = counter.started("demo", "Fix it")
    at_work(counter.office, id)
    assert counter.told("task", "cancel", id).startswith(f"task:      {id}, cancelling\n")


def test_a_task_is_followed_to_its_end(counter: Counter) -> None:
    id = counter.started("demo", "Fix it")
    task = at_work(counter.office, id)
    tasks = counter.office.gateway.store.tasks

    def goes_on() -> None:
        tool = {"id": "t1", "title": "Write a.txt", "status": "completed"}
        tasks.append(task, [Frame(FrameKind.DELTA, tool), Frame(FrameKind.DELTA, {"text": " on"})])

    def ends() -> None:
        outcome = TaskOutcome(TaskState.COMPLETED, "I look on")
        tasks.append(task, [Frame(FrameKind.COMPLETE, {"status": "completed"})])
        tasks.end(task, outcome, None, counter.office.clock.now())

    counter.planned = [goes_on, ends]
    done = counter.run("task", "follow", id)
    assert (done.code, done.out) == (0, "I look\n on\n")
    assert done.errors.splitlines()[:3] == [
        "· commands: init",
        "· Reading a.txt",
        "· Write a.txt completed",
    ]
    assert f"task:      {id}, completed" in done.errors


def test_a_task_that_did_not_complete_has_an_exit_code(counter: Counter) -> None:
    id = counter.started("demo", "Fix it")
    task = at_work(counter.office, id)
    outcome = TaskOutcome(TaskState.FAILED, "No model")
    counter.office.gateway.store.tasks.end(task, outcome, None, counter.office.clock.now())
    done = counter.run("task", "follow", id)
    assert done.code == 3
    assert "No model" in done.errors


def test_followed_as_json_each_frame_is_a_line(counter: Counter) -> None:
    id = counter.started("demo", "Fix it")
    ended(counter.office, id)
    *frames, task = map(json.loads, counter.told("task", "follow", "--json", id).splitlines())
    assert [frame["kind"] for frame in frames] == ["message_started", "delta"]
    assert (task["id"], task["state"]) == (id, "completed")


def test_following_outlives_an_outage(counter: Counter) -> None:
    id = counter.started("demo", "Fix it")
    ended(counter.office, id)
    counter.failing = 29
    assert counter.run("task", "follow", id).code == 0
    counter.failing = 30
    done = counter.run("task", "follow", id)
    assert (done.code, done.out) == (1, "")
    assert "does not answer" in done.errors


def test_what_an_agent_wrote_gives_the_terminal_no_orders(counter: Counter) -> None:
    id = counter.started("demo", "Fix it")
    task = at_work(counter.office, id)
    tasks = counter.office.gateway.store.tasks
    tasks.append(task, [Frame(FrameKind.DELTA, {"text": "\x1b]0;mine\x07\u202e\n"})])
    tasks.doing(id, "\x1b[2J")
    counter.planned = [
        lambda: tasks.end(
            task, TaskOutcome(TaskState.COMPLETED, "\x1b[2J\r"), None, counter.office.clock.now()
        )
    ]
    done = counter.run("task", "follow", id)
    assert not {"\x1b", "\x07", "\r", "\u202e"} & set(done.out + done.errors)


def test_a_change_is_told_in_words(counter: Counter) -> None:
    id = counter.started("demo", "Fix it")
    ended(counter.office, id)
    assert counter.told("change", "show", id).splitlines() == [
        f"change:   {id}, pending",
        "project:  demo, main at aaaaaaaaaaaa",
        f"patch:    {SHA[:12]}, {len(PATCH)} bytes",
        "expires:  2027-01-15T09:00:00.000Z",
        "! binary: b.bin",
        "M a.txt +1 -2",
        "A b.bin binary",
    ]


def test_a_patch_is_written_byte_for_byte(counter: Counter, tmp_path: Path) -> None:
    id = counter.started("demo", "Fix it")
    ended(counter.office, id)
    assert counter.told("change", "patch", id, "--output", str(tmp_path / "a.patch")) == ""
    assert (tmp_path / "a.patch").read_bytes() == PATCH
    done = counter.run("change", "patch", id, "--output", str(tmp_path))
    assert (done.code, done.out) == (1, "")
    assert "cannot be written" in done.errors


def test_a_patch_on_a_terminal_is_text_alone(counter: Counter) -> None:
    id = counter.started("demo", "Fix it")
    ended(counter.office, id, b"+\x1b[2J\xff\n")
    assert (
        counter.told("change", "patch", id)
        == "+\N{REPLACEMENT CHARACTER}[2J\N{REPLACEMENT CHARACTER}\n"
    )


def test_a_large_patch_comes_from_the_bucket_without_the_token(counter: Counter) -> None:
    patch = b"x" * 4_000_001
    id = counter.started("demo", "Fix it")
    ended(counter.office, id, patch)
    with platform(lambda _sent: Reply(counter.office.bucket.files["tasks/t/1/patch"])) as bucket:
        counter.office.bucket.address = bucket.url
        assert len(counter.told("change", "patch", id)) == len(patch)
        (sent,) = bucket.requests
        assert sent.path == "/tasks/t/1/patch?get_object"
        assert "Authorization" not in sent.headers
        counter.office.bucket.files["tasks/t/1/patch"] = b"another"
        done = counter.run("change", "patch", id)
    assert (done.code, done.out) == (1, "")
    assert "did not arrive as it was recorded" in done.errors


def test_a_change_is_applied_by_whoever_has_read_its_patch(counter: Counter) -> None:
    id = counter.started("demo", "Fix it")
    ended(counter.office, id)
    for given in ("0" * 64, SHA[:7], ""):
        done = counter.run("change", "apply", id, given)
        assert done.code == 1
        assert f"is not the patch of change {id}" in done.errors
    assert counter.told("change", "apply", "--by", "Ann", id, SHA[:8].upper())
    assert counter.read("change", "show", id)["decision"]["by"] == "Ann"
    assert "decided:  by Ann, 2027-01-15T08:01:00.000Z" in counter.told("change", "show", id)


def test_a_change_is_rejected_with_a_reason(counter: Counter) -> None:
    id = counter.started("demo", "Fix it")
    ended(counter.office, id)
    assert "Rejected by api: Not like this" in counter.told(
        "change", "reject", id, "Not", "like", "this"
    )


def test_a_change_is_revised_by_another_task(counter: Counter) -> None:
    id = counter.started("demo", "Fix it")
    ended(counter.office, id)
    counter.told("change", "revise", id, "With", "a test")
    follow_up = counter.read("change", "show", id)["follow_up"]
    assert counter.read("task", "show", follow_up)["prompt"] == "With a test"


def test_whoever_comes_late_is_told(counter: Counter) -> None:
    id = counter.started("demo", "Fix it")
    ended(counter.office, id)
    counter.told("change", "reject", id)
    done = counter.run("change", "apply", id, SHA)
    assert (done.code, done.out) == (1, "")
    assert "Rejected by api" in done.errors


@pytest.mark.parametrize("id", ["nope", "a/../b", "a?b", "../projects"])
def test_id_that_is_not_there(counter: Counter, id: str) -> None:
    done = counter.run("task", "show", id)
    assert (done.code, done.out) == (1, "")
    assert done.errors.startswith("There is n")


def test_the_token_may_lie_in_a_file(counter: Counter, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    file = str(tmp_path / "token")
    assert counter.run("task", "list", "--token-file", file, token="wrong").code == 0
    done = counter.run("task", "list", "--token-file", str(tmp_path / "nope"))
    assert "cannot be read" in done.errors


@pytest.mark.parametrize(
    ("url", "token", "line"),
    [
        pytest.param("", "t", "no address: give the deployment's with --url", id="no address"),
        pytest.param("https://example.com", " ", "no token: give --token-file", id="no token"),
        pytest.param("http://example.com", "t", "the address is 'http://example.com'", id="plain"),
        pytest.param("https://example.com", "t\u00e4", "the token is none", id="odd token"),
        pytest.param("https://example.com", "a\nb", "the token is none", id="two lines"),
    ],
)
def test_access_that_is_none(url: str, token: str, line: str) -> None:
    done = command("task", "list", access=ApiAccess(url, token))
    assert (done.code, done.out) == (1, "")
    assert done.errors.startswith(line)


def test_a_wrong_token_is_told_and_not_shown(counter: Counter) -> None:
    done = counter.run("task", "list", token="wrong-token")
    assert (done.code, done.errors) == (1, "the API does not know this token\n")


@pytest.mark.parametrize(
    ("reply", "line"),
    [
        pytest.param(Reply(b"<html>"), "what answers there is not the API", id="a page"),
        pytest.param(Reply(b"[]"), "what answers there is not the API", id="a list"),
        pytest.param(Reply(b"", 502), "the API can't do it now: GET tasks: 502", id="a fault"),
        pytest.param(Reply(b"", 404), "GET tasks: 404", id="nothing there"),
        pytest.param(
            Reply({"error": "unavailable", "message": "Please try again"}, 503),
            "the API can't do it now: Please try again",
            id="a fault that is told",
        ),
    ],
)
def test_what_else_may_answer(reply: Reply, line: str) -> None:
    with platform(lambda _sent: reply) as server:
        done = command("task", "list", access=ApiAccess(server.url, "t"))
    assert (done.code, done.out) == (1, "")
    assert done.errors == f"{line}\n"


@pytest.mark.parametrize("end", ["", "/", "/v1", "/v1/", "/webhooks/slack/events"])
def test_any_of_the_deployments_addresses_will_do(counter: Counter, end: str) -> None:
    access = ApiAccess("http://127.0.0.1:1", TOKEN)
    given = f"{counter.server.url}{end}"
    assert command("task", "list", "--url", given, access=access).out == "no tasks\n"


def test_the_process_finds_the_api_by_its_environment(counter: Counter) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "parley.command", "task", "list"],
        env={
            "PYTHONPATH": str(EVENTS.parent / "shared"),
            "PARLEY_URL": counter.server.url,
            "PARLEY_API_TOKEN": TOKEN,
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "no tasks\n", "")
