"""Who may have which file: a runner those of its own task, and what it goes on from."""

from dataclasses import dataclass
from typing import Protocol

from parley.core.tasks.names import file_key
from parley.core.tasks.task import Task, TaskState
from parley.ports import Changes, Tasks, Telemetry


class Addresses(Protocol):
    def address(self, verb: str, key: str) -> str: ...


@dataclass(frozen=True, slots=True)
class DepotKeeping:
    tasks: Tasks
    changes: Changes
    addresses: Addresses
    telemetry: Telemetry

    def address(self, id: str, fence: int, verb: str, key: str) -> dict[str, str]:
        """`url`, good for one file and a short while, or `refused` with the reason: where the task
        does not run, another runner holds it, or the file is none of its."""
        task = self.tasks.get(id)
        if task is None or task.state is not TaskState.RUNNING or task.fence != fence:
            return self._refuse(id, "not the task's holder")
        if not self._may(task, verb, key):
            return self._refuse(id, "none of the task's files")
        return {"url": self.addresses.address(verb, key)}

    def _may(self, task: Task, verb: str, key: str) -> bool:
        if verb == "put":
            folder = file_key(task.id, task.fence, "")
            return key.startswith(folder) and "/" not in key.removeprefix(folder)
        return verb == "get" and key in self._given(task)

    def _given(self, task: Task) -> set[str]:
        """What the task goes on from."""
        change = self.changes.get(task.on_top) if task.on_top else None
        session = self.tasks.session(task.session) if task.continues else None
        bundle = change.snapshot.bundle_key if change else ""
        return {bundle, session.files if session else ""} - {""}

    def _refuse(self, id: str, reason: str) -> dict[str, str]:
        self.telemetry.event("file_refused", task=id, reason=reason)
        return {"refused": reason}
