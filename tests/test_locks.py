"""Locks name versions and hashes; where packages come from is each machine's own business."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LOCKS = sorted(ROOT.glob("requirements/*.txt"))
# Ours and those that other tools would leave beside them.
LOCK_LIKE = [
    *LOCKS,
    *ROOT.glob("requirements/*.in"),
    *ROOT.glob("*.lock"),
    *ROOT.glob("*lock.json"),
]

PLACE = re.compile(
    r"://|^\s*-(i|f|-(extra-)?index-url|-find-links|-trusted-host)\b|@ file:|(^|\s)/\w+", re.M
)


def requirements(lock: Path) -> list[str]:
    """The lock's entries, each with its continuation lines."""
    text = "\n".join(line for line in lock.read_text().splitlines() if "#" not in line)
    return [entry for entry in re.split(r"\n(?=\S)", text.replace("\\\n", " ").strip()) if entry]


@pytest.mark.parametrize("path", LOCK_LIKE, ids=lambda path: path.name)
def test_no_lock_names_a_place(path: Path) -> None:
    assert PLACE.findall(path.read_text()) == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_locked_package_has_one_version_and_a_hash(lock: Path) -> None:
    entries = requirements(lock)

    assert entries
    assert [e for e in entries if "==" not in e.split()[0] or "--hash=sha256:" not in e] == []


@pytest.mark.parametrize(
    "wanted", sorted(ROOT.glob("requirements/*.in")), ids=lambda path: path.name
)
def test_every_list_is_locked(wanted: Path) -> None:
    assert wanted.with_suffix(".txt") in LOCKS


def test_tests_run_on_the_versions_that_are_packaged() -> None:
    runtime, dev = (
        {entry.split()[0] for entry in requirements(ROOT / f"requirements/{name}.txt")}
        for name in ("runtime", "dev")
    )

    assert runtime - dev == set()
