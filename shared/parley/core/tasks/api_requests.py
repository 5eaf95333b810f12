"""Bodies of the API's requests, read strictly: a task that is asked for, a decision on a change."""

import re
from dataclasses import dataclass

from parley.core.document import Key, Section, Slip, unfit
from parley.core.tasks.change import Ruling
from parley.core.tasks.registered_values import identifier, line, read_document
from parley.core.tasks.request import LONGEST_OPTION, TaskRequest
from parley.core.tasks.task import API

HEADER = "Idempotency-Key"
LONGEST_PROMPT = 100_000  # characters
LONGEST_REVISION = 10_000
LONGEST_REASON = 1_000

_KEY = re.compile(r"[\x21-\x7e]{1,200}", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Order:
    """A task as the API is asked for it. The same `key` is the same task. `by` is who asks."""

    request: TaskRequest
    key: str
    by: str


@dataclass(frozen=True, slots=True)
class Decision:
    """`words` are the reason of a rejection, or the prompt of the follow-up. `patch_sha256` is the
    patch that was read, empty where none was named."""

    by: str
    words: str
    patch_sha256: str


def parse_order(text: str, key: str | None) -> Order:
    """`key` is the header's, None without one. Raises BadRequest."""
    return read_document(text, _ORDER, lambda top: _order(top, key))


def parse_decision(text: str, ruling: Ruling) -> Decision:
    """Raises BadRequest."""
    names = [BY.name, PATCH.name, *_WORDS[ruling]]
    return read_document(text, names, lambda top: _decision(top, ruling))


def _order(top: Section, header: str | None) -> Order:
    request = TaskRequest(
        project=top.need(PROJECT, ""),
        prompt=top.need(PROMPT, ""),
        agent=top.take(AGENT),
        model=top.take(MODEL),
        mode=top.take(MODE),
        thinking=top.take(THINK),
        session=top.take(SESSION),
    )
    key = _header(top, header) if header is not None else top.take_or(KEY, "")
    if header is None and KEY.name not in top.entries:
        top.problems.add(HEADER, Slip(f" is missing, and so is key; it must be {KEY.allowed}"))
    return Order(request, key, _by(top))


def _header(top: Section, header: str) -> str:
    if not _KEY.fullmatch(header):
        top.problems.add(HEADER, unfit(header, KEY.allowed))
    if top.entries.get(KEY.name, header) != header:
        top.problems.add(KEY.name, Slip(f" is not what the header {HEADER} says"))
    return header


def _decision(top: Section, ruling: Ruling) -> Decision:
    if ruling is Ruling.APPLY:
        return Decision(_by(top), "", top.need(PATCH, ""))
    words = top.take(REASON) if ruling is Ruling.REJECT else top.need(REVISION, "")
    return Decision(_by(top), words, top.take_or(PATCH, ""))


def _by(top: Section) -> str:
    return top.take(BY) or API


def _text(name: str, longest: int, least: int) -> Key[str]:
    allowed = f"a text of {least} to {longest} characters, none of them NUL"

    def read(value: object) -> str:
        if not isinstance(value, str) or "\0" in value:
            raise unfit(value, allowed)
        if not least <= len(value.strip()) <= longest:
            raise unfit(value, allowed)
        return value.strip()

    return Key(name, "", allowed, read)


def _option(name: str) -> Key[str]:
    allowed = f"a word of up to {LONGEST_OPTION} characters, or empty"

    def read(value: object) -> str:
        if value == "":
            return ""
        if not isinstance(value, str) or not re.fullmatch(r"\S{1,200}", value):
            raise unfit(value, allowed)
        return value

    return Key(name, "", allowed, read)


def _id(name: str, what: str) -> Key[str]:
    return Key(
        name, "", f"{what}, or empty", lambda value: "" if value == "" else identifier(value)
    )


def _key(value: object) -> str:
    if not isinstance(value, str) or not _KEY.fullmatch(value):
        raise unfit(value, KEY.allowed)
    return value


def _sha256(value: object) -> str:
    if not isinstance(value, str) or not _SHA256.fullmatch(value):
        raise unfit(value, PATCH.allowed)
    return value


PROJECT = Key("project", None, "a project's id", identifier)
PROMPT = _text("prompt", LONGEST_PROMPT, 1)
AGENT = _id("agent", "an agent's name")
MODEL, MODE, THINK = (_option(name) for name in ("model", "mode", "think"))
SESSION = _id("session", "an earlier task's id")
KEY = Key("key", "", "1 to 200 visible characters of ASCII", _key)
BY = line("by", 80, "a name")
PATCH = Key("patch_sha256", "", "the SHA-256 of the patch that was read, 64 of 0-9 a-f", _sha256)
REASON = _text("reason", LONGEST_REASON, 0)
REVISION = _text("prompt", LONGEST_REVISION, 1)

_ORDER = [each.name for each in (PROJECT, PROMPT, AGENT, MODEL, MODE, THINK, SESSION, KEY, BY)]
_WORDS = {Ruling.APPLY: [], Ruling.REJECT: [REASON.name], Ruling.REVISE: [REVISION.name]}
