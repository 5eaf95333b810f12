"""Asking for a task: the same fields in a chat, by the API and on the command line."""

import re
from dataclasses import dataclass

_OPTION = re.compile(r"(model|mode|think|session)=(\S+)")
_WORD = re.compile(r"\S+")
IDENTIFIER = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?", re.ASCII)
LONGEST_OPTION = 200
USAGE = "PROJECT [@agent] [model=… mode=… think=… session=…] prompt"


class BadRequest(ValueError):
    """The text says what is wrong, for people."""


@dataclass(frozen=True, slots=True)
class TaskRequest:
    """`session` is the id of an earlier task. Empty fields are the project's or the stage's."""

    project: str
    prompt: str
    agent: str = ""
    model: str = ""
    mode: str = ""
    thinking: str = ""
    session: str = ""


def parse(text: str) -> TaskRequest:
    """A request as it is written in a chat. The prompt begins with the first word that is no option
    and is taken as it is, line breaks and all. Raises BadRequest."""
    found = _WORD.match(text.lstrip())
    if found is None or not IDENTIFIER.fullmatch(found[0]):
        raise BadRequest(f"Please write `task {USAGE}`")
    project, rest = found[0], text.lstrip()[found.end() :].lstrip()
    fields: dict[str, str] = {}
    while word := _WORD.match(rest):
        name, value = _option(word[0])
        if not name:
            break
        if name in fields:
            raise BadRequest(f"`{word[0]}` is said a second time")
        fields[name] = value
        rest = rest[word.end() :].lstrip()
    if not rest.strip():
        raise BadRequest(f"What is to be done? Please write `task {USAGE}`")
    return TaskRequest(
        project=project,
        prompt=rest.rstrip(),
        agent=fields.get("agent", ""),
        model=fields.get("model", ""),
        mode=fields.get("mode", ""),
        thinking=fields.get("think", ""),
        session=fields.get("session", ""),
    )


def _option(word: str) -> tuple[str, str]:
    """Its name and value; empty where the word is the prompt's first."""
    if len(word) > 1 and word.startswith("@") and IDENTIFIER.fullmatch(word[1:]):
        return "agent", word[1:]
    found = _OPTION.fullmatch(word)
    if found is None or len(found[2]) > LONGEST_OPTION:
        return "", ""
    return found[1], found[2]
