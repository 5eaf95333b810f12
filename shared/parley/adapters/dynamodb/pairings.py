"""People who are let in by a code: offered sparingly, used once, hard to guess."""

from dataclasses import dataclass

from parley.adapters.dynamodb import items, keys
from parley.adapters.dynamodb.codec import Fields, Item, Plain, marshal
from parley.adapters.dynamodb.conditions import Conditions, all_of
from parley.adapters.dynamodb.table import Refused, Table, Write, check, put, update
from parley.core.limits import DAY, HOUR
from parley.core.pairing import (
    CODE_LIFE,
    OFFERS_A_DAY,
    WRONG_CODES_AN_HOUR,
    Paired,
    PairingResult,
    Person,
)

LOCK = 0  # the place of its check in the transaction that lets somebody in


@dataclass(frozen=True, slots=True)
class TablePairings:
    table: Table
    conditions: Conditions

    def paired(self, person: Person) -> bool:
        return self.table.get(keys.paired(person)) is not None

    def offer(self, person: Person, code: str, now: int) -> bool:
        fields = self.table.get(keys.offers(person)) or {}
        read: list[int] = fields.get("times", [])
        lately = [time for time in read if time > now - DAY]
        if len(lately) >= OFFERS_A_DAY or (lately and lately[-1] > now - CODE_LIFE):
            return False
        counted = update(
            keys.offers(person),
            "SET times = :new, expires_at = :expires",
            self.conditions.offers_as_read,
            {"times": read, "new": [*lately, now], "expires": items.seconds(now + DAY)},
        )
        offered = put(_code_item(person, code, now), self.conditions.new_code, {"now": now})
        try:
            self.table.transact(counted, offered)
        except Refused:
            return False
        return True

    def accept(self, code: str, by: str, now: int) -> Paired:
        """A repeat by the same operator lets the same person in: the first answer may be lost."""
        fields = self.table.get(keys.code(code))
        if fields is None:
            return self._wrong(now)
        person = _person_of(fields)
        condition = all_of(self.conditions.living_code, self.conditions.unused_code)
        used = update(keys.code(code), "SET used = :by", condition, {"by": by, "now": now})
        try:
            self.table.transact(self._unlocked(now), used, put(_paired_item(person, by, now)))
        except Refused as refused:
            return Paired(PairingResult.LOCKED) if LOCK in refused.old else self._wrong(now)
        return Paired(PairingResult.PAIRED, person)

    def _unlocked(self, now: int) -> Write:
        key = keys.wrong_codes(now // HOUR)
        return check(key, self.conditions.not_locked, {"most": WRONG_CODES_AN_HOUR})

    def _wrong(self, now: int) -> Paired:
        """One count for everybody: an operator's mistyping locks the others for the same hour."""
        counted = update(
            keys.wrong_codes(now // HOUR),
            "SET expires_at = :expires ADD wrong :one",
            self.conditions.not_locked,
            {"most": WRONG_CODES_AN_HOUR, "one": 1, "expires": items.seconds(now + 2 * HOUR)},
        )
        try:
            self.table.update(counted)
        except Refused:
            return Paired(PairingResult.LOCKED)
        return Paired(PairingResult.UNKNOWN)


def _code_item(person: Person, code: str, now: int) -> Item:
    until = now + CODE_LIFE
    fields: dict[str, Plain] = {"person": _person_fields(person), "code_until": until}
    return keys.code(code) | marshal({**fields, "expires_at": items.seconds(until)})


def _paired_item(person: Person, by: str, now: int) -> Item:
    return keys.paired(person) | marshal({"person": _person_fields(person), "by": by, "at": now})


def _person_fields(person: Person) -> dict[str, Plain]:
    return {
        "channel": person.channel,
        "installation": person.installation,
        "id": person.id,
        "name": person.name,
    }


def _person_of(fields: Fields) -> Person:
    return Person(**fields["person"])
