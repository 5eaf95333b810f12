"""`change`: against the API itself, over a socket."""

from pathlib import Path

from tests.command.counter import SHA, Counter
from tests.command.servers import Reply, platform
from tests.gateway.work import PATCH, ended


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
