"""Changes: decided once, published once, told once (T14 to T18)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from parley.adapters.dynamodb import items, keys, outcome_items
from parley.adapters.dynamodb.change_items import change_of
from parley.adapters.dynamodb.codec import Fields, Plain
from parley.adapters.dynamodb.conditions import all_of
from parley.adapters.dynamodb.table import Refused, Table, update
from parley.adapters.dynamodb.task_conditions import TaskConditions
from parley.adapters.dynamodb.task_items import KEPT
from parley.core.message import Sender
from parley.core.tasks.change import Change, ChangeState

DECIDE = (
    "SET #state = :to, #by = :by, by_name = :name, #at = :now, reason = :reason,"
    " follow_up = :follow_up REMOVE trouble"
)
EXPIRE = "SET #state = :to, #at = :now"
APPLY = "SET #state = :to, branch = :branch, #commit = :commit, #url = :url"
CONFLICT = "SET #state = :to, conflicts = :files"
# Whoever approved it is asked again, or somebody else is. When they did tells this failure from the
# next one.
WITHDRAW = "SET #state = :to, trouble = :trouble REMOVE #by, by_name, reason"


@dataclass(frozen=True, slots=True)
class TableChanges:
    table: Table
    conditions: TaskConditions
    now: Callable[[], int]

    def get(self, change: str) -> Change | None:
        fields = self.table.get(keys.change(change))
        return change_of(fields) if fields else None

    def decide(
        self,
        change: Change,
        state: ChangeState,
        by: Sender,
        reason: str,
        now: int,
        follow_up: str = "",
    ) -> Change:
        condition = all_of(
            self.conditions.undecided, self.conditions.unexpired, self.conditions.same_patch
        )
        values: dict[str, Plain] = {
            "patch": change.snapshot.patch_sha256,
            "by": by.id,
            "name": by.name,
            "now": now,
            "reason": outcome_items.proper(reason),
            "follow_up": follow_up,
        }
        return self._moved(change.id, state, DECIDE, condition, **values)

    def expire(self, change: str, now: int) -> Change:
        condition = all_of(self.conditions.expired_undecided, self.conditions.time_up)
        return self._moved(change, ChangeState.EXPIRED, EXPIRE, condition, now=now)

    def note_prompt(self, change: str, post: str) -> None:
        condition = all_of(self.conditions.prompt_of_change, self.conditions.first_prompt)
        self._noted(change, "SET prompt = :post", condition, post=post)

    def note_file(self, change: str) -> None:
        self._noted(change, "SET filed = :yes", self.conditions.prompt_of_change, yes=True)

    def park(self, change: str, token: str) -> Change:
        condition = self.conditions.parked_change
        return self._written(change, "SET #token = :token", condition, token=token)

    def published(self, change: str, branch: str, commit: str, url: str) -> Change:
        condition = self.conditions.applied_approved
        values = {"branch": branch, "commit": commit, "url": url}
        return self._moved(change, ChangeState.APPLIED, APPLY, condition, **values)

    def conflicted(self, change: str, files: Sequence[str]) -> Change:
        condition = self.conditions.conflicted_approved
        listed = outcome_items.fitting(files)
        return self._moved(change, ChangeState.CONFLICTED, CONFLICT, condition, files=listed)

    def withdrawn(self, change: str, trouble: str) -> Change:
        condition = self.conditions.withdrawn_approved
        told = outcome_items.proper(trouble)
        return self._moved(change, ChangeState.PENDING, WITHDRAW, condition, trouble=told)

    def told(self, change: str) -> None:
        expires = items.seconds(self.now() + KEPT)
        told = "SET told = :yes, expires_at = :expires"
        self._noted(change, told, self.conditions.told_settled, yes=True, expires=expires)

    def _moved(
        self, change: str, state: ChangeState, how: str, condition: str, **values: Plain
    ) -> Change:
        return self._written(change, how, condition, to=str(state), **values)

    def _written(self, change: str, how: str, condition: str, **values: Plain) -> Change:
        """The change as it is then, also where it was refused."""
        written = update(keys.change(change), how, condition, {**_STATES, **values})
        try:
            return change_of(self.table.update(written, "ALL_NEW"))
        except Refused as refused:
            return self._found(refused.old[0], change)

    def _noted(self, change: str, how: str, condition: str, **values: Plain) -> None:
        """A fact; refused where it is known already, or there is no such change."""
        try:
            self.table.update(update(keys.change(change), how, condition, {**_STATES, **values}))
        except Refused:
            return

    def _found(self, fields: Fields | None, change: str) -> Change:
        if fields is None:
            raise LookupError(f"there is no change {change}")
        return change_of(fields)


_STATES: dict[str, Plain] = {str(state): str(state) for state in ChangeState}
