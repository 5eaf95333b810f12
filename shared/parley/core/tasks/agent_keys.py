"""The keys of an agent's document: their defaults, and what is allowed."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from parley.core.document import Key, Slip, flag, one_of, unfit, unknown
from parley.core.tasks.coding_agent import ChatCommand, Output, Permissions, PromptBy
from parley.core.tasks.registered_values import MOST, each, line, secret_under

LONGEST_ARGUMENT = 4_000
PLACE = "{}"  # where a value goes in an argument
# An agent gets nothing else: neither Parley's own tokens nor what a project is pushed with.
SECRETS = "/parley/agents/"

# They read a command line anew, where a model's name could become a command.
SHELLS = frozenset(
    {"sh", "bash", "dash", "ash", "zsh", "ksh", "mksh", "fish", "csh", "tcsh", "busybox", "env"}
)
# What the runner sets itself, or what reaches into git, the loader or the AWS SDK.
RESERVED = frozenset({"PATH", "HOME", "PWD", "SHELL", "BASH_ENV", "ENV"})
RESERVED_BEGINNINGS = ("LD_", "AWS_", "GIT_", "PARLEY_", "PYTHON")

_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]{0,99}", re.ASCII)
_VARIABLE_ALLOWED = "variables are made of A-Z 0-9 _, and none of " + ", ".join(
    (*sorted(RESERVED), *(f"{beginning}*" for beginning in RESERVED_BEGINNINGS))
)
_KEPT = re.compile(r"[^\x00-\x1f\\]{1,200}")
_KEPT_ALLOWED = "a path in the agent's home, relative and without .."
_SECRET_ALLOWED, _read_secret = secret_under(SECRETS)


def _argument(value: object) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_ARGUMENT or "\0" in value:
        raise unfit(value, f"a text of 1 to {LONGEST_ARGUMENT} characters")
    return value


def _command(value: object) -> tuple[str, ...]:
    command = each(value, COMMAND.allowed, _argument, least=1)
    program = command[0]
    if program.rpartition("/")[2] in SHELLS:
        raise unfit(program, "the program itself, and no shell", "[0]")
    # A relative path would be looked up in the worktree: whatever the repository has there.
    if program.startswith("-") or ("/" in program and not program.startswith("/")):
        raise unfit(program, "a program's name, or its absolute path", "[0]")
    return command


def _arguments(name: str) -> Key[tuple[str, ...]]:
    allowed = f"a list of arguments with {PLACE} where the value goes, or empty"

    def read(value: object) -> tuple[str, ...]:
        given = each(value, allowed, _argument)
        if given and not any(PLACE in argument for argument in given):
            raise unfit(value, allowed)
        return given

    return Key(name, [], allowed, read)


def _chat_command(value: object) -> ChatCommand:
    if not isinstance(value, dict):
        raise unfit(value, "a JSON object")
    fields = {}
    for name, text in value.items():
        if name not in _CHAT_COMMAND:
            raise Slip(f".{name}{unknown(name, _CHAT_COMMAND)}")
        try:
            fields[name] = _CHAT_COMMAND[name].read(text)
        except Slip as slip:
            raise Slip(f".{name}{slip}") from None
    if not fields.get("name"):
        raise Slip(".name is missing")
    return ChatCommand(**fields)


def _variables(value: object, allowed: str, read: Callable[[object], str]) -> Mapping[str, str]:
    """The values may be secrets, by a slip: they are not repeated."""
    if not isinstance(value, dict) or len(value) > MOST:
        raise Slip(f" must be {allowed}")
    found = {}
    for name, entry in value.items():
        if not _may_be_set(name):
            raise Slip(f".{name} can't be set: {_VARIABLE_ALLOWED}")
        try:
            found[name] = read(entry)
        except Slip as slip:
            raise Slip(f".{name}{slip}") from None
    return found


def _may_be_set(name: str) -> bool:
    reserved = name in RESERVED or name.startswith(RESERVED_BEGINNINGS)
    return not reserved and _VARIABLE.fullmatch(name) is not None


def _setting(value: object) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_ARGUMENT or "\0" in value:
        raise Slip(f" must be a text of up to {LONGEST_ARGUMENT} characters")
    return value


def _kept(value: object) -> str:
    if not isinstance(value, str) or not _KEPT.fullmatch(value):
        raise unfit(value, _KEPT_ALLOWED)
    parts = value.rstrip("/").split("/")
    if any(part in ("", ".", "..") for part in parts):
        raise unfit(value, _KEPT_ALLOWED)
    return "/".join(parts)


SUPPORTS_ACP = Key("supports_acp", True, "true or false", flag)
COMMAND = Key(
    "command",
    None,  # there is no default
    f"a list of 1 to {MOST} texts: a program and its arguments",
    _command,
)
MODEL, MODE, THINKING = (_arguments(name) for name in ("model", "mode", "thinking"))
PROMPT_BY = Key("prompt_by", PromptBy.STDIN, *one_of(PromptBy))
OUTPUT = Key("output", Output.TEXT, *one_of(Output))
PERMISSIONS = Key("permissions", Permissions.INSIDE, *one_of(Permissions))
COMMANDS: Key[tuple[ChatCommand, ...]] = Key(
    "commands",
    [],
    "a list of objects with a name and a description",
    lambda value: each(value, COMMANDS.allowed, _chat_command),
)
ENVIRONMENT: Key[Mapping[str, str]] = Key(
    "environment",
    {},
    f"an object of variables, each {_SECRET_ALLOWED}",
    lambda value: _variables(value, ENVIRONMENT.allowed, _read_secret),
)
SETTINGS: Key[Mapping[str, str]] = Key(
    "settings",
    {},
    "an object of variables, each a text",
    lambda value: _variables(value, SETTINGS.allowed, _setting),
)
KEEPS: Key[tuple[str, ...]] = Key(
    "keeps",
    [],
    f"a list, each {_KEPT_ALLOWED}",
    lambda value: each(value, KEEPS.allowed, _kept),
)
_CHAT_COMMAND = {key.name: key for key in (line("name", 80), line("description", 300))}

AGENT_KEYS: tuple[Key[Any], ...] = (
    SUPPORTS_ACP,
    COMMAND,
    MODEL,
    MODE,
    THINKING,
    PROMPT_BY,
    OUTPUT,
    PERMISSIONS,
    COMMANDS,
    ENVIRONMENT,
    SETTINGS,
    KEEPS,
)
