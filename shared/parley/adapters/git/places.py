"""Where things lie on a runner's disk, and whose they are.

    mirrors/DIGEST/         a repository's cache: the runner's, readable to the agent of its task
    tasks/PLACE/tree, home  the agent's; tasks of one session have one place, in turn
    tasks/PLACE/store       what the beginning needs beside the mirror: the runner's, readable
    notes/TASK              what a lost runner's successor has to know: the runner's
    snapshots/RANDOM/       while a difference is taken

Where the runner is root, the agent has an account of its own, and can write to what is its own
alone. Where it is not, all of this is of one user, and what an agent could have written to is not
believed.
"""

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from parley.adapters.git import names, process
from parley.adapters.git.process import Limits
from parley.adapters.git.repository import PATH
from parley.errors import WorkbenchError
from parley.ports.work import Account

_OURS = 0o700
_PASSAGE = 0o711  # whoever knows a name within may go there
_READABLE = 0o755
_REMOVAL = Limits(seconds=120)
_HEAD = b"ref: refs/heads/none\n"
_BARE = b"[core]\n\trepositoryformatversion = 0\n\tbare = true\n"


@dataclass(frozen=True, slots=True)
class Places:
    folder: Path
    account: Account | None

    @property
    def mirrors(self) -> Path:
        return self._opened(self.folder / "mirrors")

    def task(self, task: str) -> Path:
        return self.folder / "tasks" / names.task(task)

    def tree(self, task: str) -> Path:
        return self.task(task) / "tree"

    def home(self, task: str) -> Path:
        return self.task(task) / "home"

    def store(self, task: str) -> Path:
        return self.task(task) / "store"

    def note(self, task: str) -> Path:
        return self.folder / "notes" / names.task(task)

    def begin(self, task: str) -> None:
        """Empty places for the task, whatever was there."""
        self._opened(self.folder / "tasks")
        self.wipe(self.task(task))
        self._opened(self.task(task))
        self.agents(self.tree(task))
        self.agents(self.home(task))

    def keep_note(self, task: str, note: bytes) -> None:
        place = self.note(task)
        place.parent.mkdir(mode=_OURS, exist_ok=True)
        unfinished = place.with_suffix(".new")
        unfinished.write_bytes(note)
        unfinished.replace(place)

    def agents(self, folder: Path) -> Path:
        """A new folder that is the agent's."""
        folder.mkdir(mode=_OURS)
        self.hand_over(folder)
        return folder

    def hand_over(self, path: Path) -> None:
        if self.account:
            os.chown(path, self.account.uid, self.account.gid, follow_symlinks=False)

    def show(self, folder: Path, *, shown: bool) -> None:
        """Let agents read in a folder of the runner's, or no longer."""
        folder.chmod(_READABLE if shown and self.account else _OURS)

    @contextmanager
    def snapshot(self) -> Iterator[Path]:
        """A folder for the time that a difference is taken. Its name is not to be guessed."""
        folder = Path(tempfile.mkdtemp(dir=self._opened(self.folder / "snapshots")))
        try:
            self.show(folder, shown=True)
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)  # no process for what is mostly a few files
            self.wipe(folder)

    def bare(self, folder: Path, alternates: bytes = b"", shallow: bytes = b"") -> Path:
        """A new git folder of the runner's that knows of nothing but the objects of others."""
        for name in ("", "refs", "refs/parley", "info", "objects", "objects/info"):
            (folder / name).mkdir()
            (folder / name).chmod(_READABLE)  # whatever the umask
        files = {
            "HEAD": _HEAD,
            "config": _BARE,
            "objects/info/alternates": alternates,
            "shallow": shallow,
        }
        for name, content in files.items():
            if content:
                (folder / name).write_bytes(content)
                (folder / name).chmod(0o644)
        return folder

    def hand_over_objects(self, git: Path) -> None:
        """Let the agent's account add to them. From here on the runner writes nothing there."""
        for name in ("objects/info", "objects"):
            self.hand_over(git / name)

    def agents_copy(self, folder: Path, name: str, content: bytes) -> Path:
        """A file in a new folder, both the agent's: written before they are."""
        folder.mkdir(mode=_OURS)
        if content:
            (folder / name).write_bytes(content)
            self.hand_over(folder / name)
        self.hand_over(folder)
        return folder / name

    def clear(self, note: str, place: str) -> None:
        """Remove what every task left, but for one's note and its place."""
        for kind, kept in (("tasks", place), ("notes", note), ("snapshots", "")):
            for path in self._within(kind):
                if path.name != kept:
                    self.wipe(path)

    def make_readable(self, folder: Path) -> None:
        """Whatever is in there, for its owner. No link is followed, and it is done as the agent."""
        with suppress(process.TooSlow):
            process.run(
                ["chmod", "-R", "u+rX", "--", str(folder)],
                {"PATH": PATH},
                Path("/"),
                account=self.account,
                limits=_REMOVAL,
            )

    def wipe(self, path: Path) -> None:
        """Remove a file or a folder, however deep and whatever its modes. `rm` follows no link,
        also where somebody changes the tree meanwhile. Raises WorkbenchError if it stays."""
        for command in (["rm", "-rf"], ["chmod", "-R", "u+rwX"], ["rm", "-rf"]):
            if not os.path.lexists(path):
                return
            with suppress(process.TooSlow):
                process.run([*command, "--", str(path)], {"PATH": PATH}, Path("/"), limits=_REMOVAL)
        if os.path.lexists(path):
            raise WorkbenchError("What an earlier task left could not be removed")

    def _within(self, kind: str) -> list[Path]:
        try:
            return sorted((self.folder / kind).iterdir())
        except FileNotFoundError:
            return []

    def _opened(self, folder: Path) -> Path:
        """A folder of the runner's, made if need be, through which agents can go."""
        if folder != self.folder:
            self._opened(self.folder)
        folder.mkdir(exist_ok=True, parents=True)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
            raise WorkbenchError(f"{folder} is not the runner's own folder")
        folder.chmod(_PASSAGE if self.account else _OURS)
        return folder
