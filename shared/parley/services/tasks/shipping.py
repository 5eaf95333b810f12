"""A worktree's difference, from the runner to the bucket."""

from dataclasses import dataclass

from parley.core.tasks.names import file_key
from parley.core.tasks.task import Snapshot, Task
from parley.ports.work import Depot, Diff, Worktree


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
