"""A worktree's difference, from the runner to the bucket."""

from dataclasses import dataclass, field

from parley.core.tasks.names import file_key
from parley.core.tasks.task import Snapshot, Task
from parley.ports import Tasks
from parley.ports.work import Depot, Diff, Workbench, Worktree


@dataclass(frozen=True, slots=True)
class Shipping:
    depot: Depot
    task: Task

    def diff(self, worktree: Worktree, diff: Diff, name: str, *, partial: bool) -> Snapshot | None:
        """The snapshot to keep in the table once the files of this name are up; None where nothing
        changed. A repeat with the same diff changes nothing."""
        if diff.empty:
            return None
        patch, bundle = self._key(f"{name}.patch"), self._key(f"{name}.bundle")
        self.depot.put(patch, diff.patch)
        self.depot.put(bundle, diff.bundle)
        return Snapshot(
            base=worktree.base,
            base_ref=worktree.base_ref,
            tree=diff.tree,
            commit=diff.commit,
            patch_key=patch,
            patch_sha256=diff.patch_sha256,
            patch_bytes=len(diff.patch),
            bundle_key=bundle,
            files=diff.files,
            count=diff.count,
            flags=diff.flags,
            partial=partial,
        )

    def file(self, name: str, content: bytes) -> str:
        """Its key; empty where there is nothing to keep."""
        if not content:
            return ""
        key = self._key(name)
        self.depot.put(key, content)
        return key

    def _key(self, name: str) -> str:
        return file_key(self.task.id, self.task.fence, name)


@dataclass(slots=True)
class Saving:
    """Keeps the difference so far, where it has changed since the last time. `kept` is the last
    one, for when no other can be had."""

    tasks: Tasks
    workbench: Workbench
    shipping: Shipping
    worktree: Worktree
    kept: Snapshot | None = None
    _tree: str = field(default="", init=False)

    def save(self) -> None:
        diff = self.workbench.diff(self.worktree)
        if diff.tree == self._tree:
            return
        name = f"so-far-{diff.tree[:12]}"
        snapshot = self.shipping.diff(self.worktree, diff, name, partial=True)
        if snapshot is not None:
            self.tasks.checkpoint(self.shipping.task, snapshot)
            self.kept = snapshot
        self._tree = diff.tree
