"""The keys of a project's document: their defaults, and what is allowed."""

import re
from typing import Any
from urllib.parse import urlsplit

from parley.core.document import Key, Slip, flag, one_of, unfit, whole_number
from parley.core.tasks.choosing import NATIVE
from parley.core.tasks.project import LIMIT, Compute, Fallback
from parley.core.tasks.registered_values import (
    LONGEST_ADDRESS,
    LONGEST_NAME,
    MOST,
    agent_name,
    each,
    identifier,
    line,
    secret_under,
)
from parley.core.tasks.request import LONGEST_OPTION

LONGEST_SCRIPT = 4_000
LONGEST_ON_FARGATE = 720  # minutes
LOOPBACK = ("127.0.0.1", "localhost", "::1")
# The runner may read nothing else of a project's: neither Parley's own tokens nor an agent's keys.
SECRETS = "/parley/projects/"

_BRANCH = re.compile(r"(?!-)[A-Za-z0-9._/-]{1,200}", re.ASCII)
_BRANCH_ALLOWED = "a branch: up to 200 of A-Z a-z 0-9 . _ / -, with no - in front and no .."
_HOST = re.compile(r"[A-Za-z0-9.-]+|\[::1\]", re.ASCII)
_REPOSITORY_ALLOWED = (
    "an https address with a path and without user, password, query and fragment (http on loopback "
    "only), or empty"
)
_FOLDER_ALLOWED = "an absolute path, or empty"
_SECRET_ALLOWED, _read_secret = secret_under(SECRETS)


def _repository(value: object) -> str:
    """An address may hold a password: it is never repeated."""
    if value == "":
        return ""
    if not isinstance(value, str) or len(value) > LONGEST_ADDRESS or not _safe(value):
        raise Slip(f" makes no sense; it must be {_REPOSITORY_ALLOWED}")
    return value.rstrip("/")


def _safe(address: str) -> bool:
    if not address.isascii() or not address.isprintable() or set(address) & set(" @?#\\"):
        return False
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    host = parts.netloc if port is None else parts.netloc.rpartition(":")[0]
    loopback = parts.scheme == "http" and parts.hostname in LOOPBACK
    there = _HOST.fullmatch(host) is not None and parts.path.strip("/") != ""
    return there and (parts.scheme == "https" or loopback)


def _branch(value: object) -> str:
    if not isinstance(value, str) or not _BRANCH.fullmatch(value) or ".." in value:
        raise unfit(value, _BRANCH_ALLOWED)
    return value


def _folder(value: object) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_ADDRESS or not value.isprintable():
        raise unfit(value, _FOLDER_ALLOWED)
    if value and not value.startswith("/"):
        raise unfit(value, _FOLDER_ALLOWED)
    return value


def _credential(value: object) -> str:
    return "" if value == "" else _read_secret(value)


def _default_agent(value: object) -> str:
    return str(value) if value in ("", NATIVE) else identifier(value)


def _agents(value: object) -> tuple[str, ...]:
    names = each(value, AGENTS.allowed, agent_name)
    for at, name in enumerate(names):
        if name in names[:at]:
            raise Slip(f'[{at}] is "{name}" a second time')
    return names


def _script(value: object) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_SCRIPT or "\0" in value:
        raise unfit(value, SETUP.allowed)
    return value.strip()


NAME = line("name", LONGEST_NAME)
REPOSITORY = Key("repository", "", _REPOSITORY_ALLOWED, _repository)
DEFAULT_BRANCH = Key("default_branch", "main", _BRANCH_ALLOWED, _branch)
PATH = Key("path", "", _FOLDER_ALLOWED, _folder)
CREDENTIAL = Key("credential", "", f"{_SECRET_ALLOWED}; or empty", _credential)
AGENTS = Key("agents", [], f"a list of up to {MOST} agents' names", _agents)
DEFAULT_AGENT = Key(
    "default_agent", "", f'one of the agents, or "{NATIVE}", or empty for the same', _default_agent
)
DEFAULT_MODEL = line("default_model", LONGEST_OPTION, "a name")
FALLBACK = Key("fallback", Fallback.NEVER, *one_of(Fallback))
AT_ONCE = whole_number("limit", LIMIT, 1, 100)
MINUTES = whole_number("minutes", 13, 1, LONGEST_ON_FARGATE)
SETUP = Key("setup", "", f"a shell command of up to {LONGEST_SCRIPT} characters", _script)
COMPUTE = Key("compute", Compute.LAMBDA, *one_of(Compute))
BRINGS_CONFIGURATION = Key("brings_configuration", False, "true or false", flag)

PROJECT_KEYS: tuple[Key[Any], ...] = (
    NAME,
    REPOSITORY,
    DEFAULT_BRANCH,
    PATH,
    CREDENTIAL,
    AGENTS,
    DEFAULT_AGENT,
    DEFAULT_MODEL,
    FALLBACK,
    AT_ONCE,
    MINUTES,
    SETUP,
    COMPUTE,
    BRINGS_CONFIGURATION,
)
