"""An external agent: a program that works in a worktree, and how it is talked to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Output(StrEnum):
    """What a program that speaks no ACP writes to its terminal."""

    TEXT = "text"
    OPENCODE = "opencode"  # JSON lines of `opencode run --format json`
    CLAUDE = "claude"  # JSON lines of `claude -p --output-format stream-json`
    CODEX = "codex"  # JSON lines of `codex exec --json`


class PromptBy(StrEnum):
    STDIN = "stdin"
    ARGUMENT = "argument"  # as the last one, behind `--`


class Permissions(StrEnum):
    """What an agent is answered that asks before it acts."""

    INSIDE = "inside"  # yes inside the worktree; outside no, with the reason
    NONE = "none"  # no, with the reason


@dataclass(frozen=True, slots=True)
class ChatCommand:
    name: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class CodingAgent:
    """`command` is the program and its arguments. For a program without ACP, `model`, `mode` and
    `thinking` are the arguments that are added when the task has such a value, with `{}` where it
    goes; an ACP agent is told through its session's options. `environment` gives variables by the
    name of the secret that they get, `settings` by their value. `keeps` are folders and files of
    its home, relative, that make up its sessions: they are kept for the next task of a session.
    `commands` are those that it is known to have, until it says itself which ones.
    """

    name: str
    supports_acp: bool
    command: tuple[str, ...]
    model: tuple[str, ...] = ()
    mode: tuple[str, ...] = ()
    thinking: tuple[str, ...] = ()
    prompt_by: PromptBy = PromptBy.STDIN
    output: Output = Output.TEXT
    permissions: Permissions = Permissions.INSIDE
    commands: tuple[ChatCommand, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    keeps: tuple[str, ...] = ()
