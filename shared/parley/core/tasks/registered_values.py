"""What the documents of projects, agents and requests share: ids, lists, names of secrets."""

import json
import re
from collections.abc import Callable, Collection
from typing import TypeVar

from parley.core.document import Key, Problems, Section, Slip, load, unfit
from parley.core.tasks.choosing import NATIVE
from parley.core.tasks.request import IDENTIFIER, BadRequest

T = TypeVar("T")

LONGEST_NAME = 80
LONGEST_ADDRESS = 400
DEEPEST = 10  # levels of a document
MOST = 50  # entries of a list or an object
ID_ALLOWED = "1 to 40 of a-z 0-9 -, with no - in front and none at the end"


def read_document(text: str, names: Collection[str], make: Callable[[Section], T]) -> T:
    """What `make` makes of a JSON document with keys of these names. Raises BadRequest, which tells
    all that is wrong, a line for each."""
    problems = Problems()
    try:
        found = make(Section.of("", _whole(load(text)), names, problems))
    except Slip as slip:
        raise BadRequest(f"the document{slip}") from None
    if problems.told:
        raise BadRequest("\n".join(problems.told))
    return found


def _whole(value: object) -> object:
    """JSON can name half a character, which nothing can store or send on; and nest without end."""
    if _deeper(value, DEEPEST):
        raise Slip(" is nested too deeply")
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise Slip(" has half a surrogate pair in it") from None
    return value


def _deeper(value: object, levels: int) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return levels == 0 or any(_deeper(each, levels - 1) for each in inner)


def line(name: str, longest: int, what: str = "a text") -> Key[str]:
    """One line of text, or none."""
    allowed = f"{what} of one line, up to {longest} characters, or empty"

    def read(value: object) -> str:
        if not isinstance(value, str) or len(value) > longest or not value.isprintable():
            raise unfit(value, allowed)
        return value.strip()

    return Key(name, "", allowed, read)


def identifier(value: object) -> str:
    if not isinstance(value, str) or not IDENTIFIER.fullmatch(value):
        raise unfit(value, ID_ALLOWED)
    return value


def agent_name(value: object) -> str:
    if value == NATIVE:
        raise Slip(f' is "{NATIVE}", which stands for the agent server')
    return identifier(value)


def secret_under(prefix: str) -> tuple[str, Callable[[object], str]]:
    """What is allowed, in words, and the reader of a secret's name. A value that is none may be the
    secret itself: it is never repeated."""
    allowed = f"a secret's name below {prefix}, with ssm: or secretsmanager: in front, or neither"
    pattern = re.compile(
        rf"(?:ssm:|secretsmanager:)?{re.escape(prefix)}[\w.-]+(?:/[\w.-]+){{0,8}}", re.ASCII
    )

    def read(value: object) -> str:
        if not isinstance(value, str) or len(value) > LONGEST_ADDRESS or ".." in value:
            raise Slip(f" must be {allowed}")
        if not pattern.fullmatch(value):
            raise Slip(f" must be {allowed}")
        return value

    return allowed, read


def each(value: object, allowed: str, read: Callable[[object], T], least: int = 0) -> tuple[T, ...]:
    """A list of up to MOST entries; a slip in one of them is told by its place."""
    if not isinstance(value, list) or not least <= len(value) <= MOST:
        raise unfit(value, allowed)
    found = []
    for at, entry in enumerate(value):
        try:
            found.append(read(entry))
        except Slip as slip:
            raise Slip(f"[{at}]{slip}") from None
    return tuple(found)
