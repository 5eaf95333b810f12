"""What isolation costs: worktree and difference against git's own, in a big repository.

    python -m scripts.bench_worktree [--files 50000] [--changed 100] [--rounds 5]

worktree_vs_git_add: from the claim of a task to the start of its agent, as far as git goes: asking
the server (over HTTP, with a credential) for the branch's head, with a cache that has it, and
laying the worktree out; against a bare `git worktree add --detach` of the same commit, which asks
nobody.

snapshot_vs_git: the difference that is recorded (a fresh git folder, patch, bundle, statistics,
flags) after some files changed, against `git add -A && git write-tree` in git's own worktree, whose
index is warm: it has been refreshed, more than a second after the checkout.

Both sides take turns, and who begins takes turns too. Before each measurement what is still to be
written is written (`sync`), so that nobody pays for the other's files; what is read comes from the
page cache for both, as the mirror of a container that has just fetched does. As root our side works
under the agent's account. Medians of all rounds; the first round only fills the caches. Prints
progress and warnings to stderr, and JSON.
"""

import argparse
import hashlib
import json
import multiprocessing
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from local.git_server import GitServer, git_is_here
from parley.adapters.git.workbench import GitWorkbench
from parley.ports.work import Account, Source, Worktree

BOUNDS = {"worktree_vs_git_add": 1.3, "snapshot_vs_git": 1.5}
AGENT = Account(61_200, 61_200)
TASK = "bench"
ENVIRONMENT = {
    "PATH": os.defpath,
    "HOME": "/nonexistent",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
}


def generated(count: int) -> dict[str, bytes]:
    """Files of 200 to 3,500 bytes in folders of fifty, the same every time."""
    return {
        name_of(number): b"".join(
            b"%d:%d %s\n"
            % (number, line, hashlib.sha256(b"%d %d" % (number, line)).hexdigest()[:40].encode())
            for line in range(4 + number * 7 % 60)
        )
        for number in range(count)
    }


def name_of(number: int) -> str:
    return f"part{number // 2500:02}/unit{number // 50:04}/file{number:05}.txt"


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(
        ["git", *arguments], cwd=folder, env=ENVIRONMENT, check=True, capture_output=True
    )


def seconds(work: Callable[[], object]) -> float:
    os.sync()
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def change(tree: Path, names: list[str], number: int) -> None:
    for name in names:
        with open(tree / name, "ab") as file:
            file.write(b"changed %d\n" % number)


class Side(Protocol):
    """Both give seconds, and leave what they made until the next round."""

    def begin(self) -> float: ...

    def snapshot(self, names: list[str], number: int) -> float: ...


class Gits:
    """What git does by itself, in its own clone."""

    def __init__(self, folder: Path, repository: Path) -> None:
        self.clone = folder / "clone.git"
        self.tree = folder / "plain"
        git(folder, "clone", "-q", "--bare", str(repository), str(self.clone))

    def begin(self) -> float:
        if self.tree.exists():
            git(self.clone, "worktree", "remove", "--force", str(self.tree))
        return seconds(
            lambda: git(self.clone, "worktree", "add", "-q", "--detach", str(self.tree), "main")
        )

    def snapshot(self, names: list[str], number: int) -> float:
        time.sleep(1.1)  # git reads again whatever is as new as its index: now nothing is
        git(self.tree, "status")
        change(self.tree, names, number)

        def take() -> None:
            git(self.tree, "add", "-A")
            git(self.tree, "write-tree")

        return seconds(take)


class Ours:
    """What a runner does."""

    def __init__(self, folder: Path, source: Source) -> None:
        account = AGENT if os.getuid() == 0 else None
        self.workbench = GitWorkbench(folder / "work", account)
        self.source = source
        self.worktree: Worktree | None = None

    def begin(self) -> float:
        if self.worktree:
            shutil.rmtree(self.worktree.path)

        def prepare() -> None:
            self.worktree = self.workbench.prepare(TASK, self.source)

        return seconds(prepare)

    def snapshot(self, names: list[str], number: int) -> float:
        worktree = self.worktree
        if worktree is None:
            raise RuntimeError("no worktree")
        change(Path(worktree.path), names, number)
        counts: list[int] = []
        took = seconds(lambda: counts.append(self.workbench.diff(worktree).count))
        if counts != [len(names)]:
            raise RuntimeError(f"{counts} files differ, not {len(names)}")
        return took


def compare(gits: Gits, ours: Ours, names: list[str], rounds: int) -> dict[str, list[float]]:
    samples: dict[str, list[float]] = {
        kind: [] for kind in ("git_worktree_add", "prepare", "git_add", "snapshot")
    }
    sides: list[tuple[Side, str, str]] = [
        (gits, "git_worktree_add", "git_add"),
        (ours, "prepare", "snapshot"),
    ]
    for number in range(rounds + 1):
        for side, begin, snapshot in sides if number % 2 else reversed(sides):
            samples[begin].append(side.begin())
            samples[snapshot].append(side.snapshot(names, number))
        told = ", ".join(f"{kind} {times[-1]:.3f} s" for kind, times in samples.items())
        print(f"round {number} of {rounds}: {told}", file=sys.stderr)
    return {kind: times[1:] for kind, times in samples.items()}


def ratios(samples: Mapping[str, list[float]]) -> dict[str, float]:
    median = {kind: statistics.median(times) for kind, times in samples.items()}
    return {
        "worktree_vs_git_add": round(median["prepare"] / median["git_worktree_add"], 3),
        "snapshot_vs_git": round(median["snapshot"] / median["git_add"], 3),
        **{f"{kind}_ms": round(value * 1000, 1) for kind, value in median.items()},
    }


def make(served: Path, count: int) -> None:
    """The repository, by a process of its own: whoever starts processes pays for the memory that
    it has ever used, and a runner has not made a repository."""
    making = multiprocessing.get_context("spawn").Process(target=_make, args=(served, count))
    making.start()
    making.join()
    if making.exitcode:
        raise SystemExit("the repository could not be made")


def _make(served: Path, count: int) -> None:
    with GitServer(served, "token") as server:
        server.create("big", generated(count))


def bench(folder: Path, count: int, changed: int, rounds: int) -> dict[str, float]:
    print(f"Generating a repository of {count} files ...", file=sys.stderr)
    make(folder / "served", count)
    with GitServer(folder / "served", "token") as server:
        source = Source(server.url_of("big"), "main", "token")
        names = [name_of(number) for number in range(0, count, max(1, count // changed))]
        gits, ours = Gits(folder, server.path_of("big")), Ours(folder, source)
        return ratios(compare(gits, ours, names[:changed], rounds))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--files", type=int, default=50_000)
    parser.add_argument("--changed", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    if not git_is_here():
        raise SystemExit("bench-worktree needs git, which is not on this machine")
    with tempfile.TemporaryDirectory(prefix="parley-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # the agent's account goes through
        result = bench(folder, options.files, options.changed, options.rounds)
    for key, bound in BOUNDS.items():
        if result[key] > bound:
            print(f"{key} is {result[key]}, above its bound of {bound}", file=sys.stderr)
    print(json.dumps({"files": options.files, "changed": options.changed, **result}))


if __name__ == "__main__":
    main()
