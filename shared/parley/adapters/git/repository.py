"""git, hardened: the one place that runs it.

A process gets nothing of this machine: no system, global or user configuration, no hook, monitor,
filter, helper or pager, no prompt, no protocol but https. Filters have names that a repository
chooses, so they cannot be switched off one by one: they do not run because no configuration that
defines one is ever read. That holds as long as the git folder is one that the runner made.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from parley.adapters.git import process, trouble
from parley.adapters.git.process import USUAL, Ended, Limits
from parley.adapters.git.remote import Remote
from parley.errors import WorkbenchError
from parley.ports.work import Account

PATH = "/usr/local/bin:/usr/bin:/bin"

_ENVIRONMENT = {
    "PATH": PATH,
    "HOME": "/nonexistent",
    "LC_ALL": "C",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "/bin/false",
    "GIT_SSH_COMMAND": "/bin/false",
    "GIT_LFS_SKIP_SMUDGE": "1",  # pointers stay pointers, both ways
    "GIT_PROTOCOL_FROM_USER": "0",
    "GIT_ALLOW_PROTOCOL": "none",  # but for the commands that are given a remote
}
_CONFIGURATION = {
    "core.hooksPath": "/dev/null",
    "core.fsmonitor": "false",
    "core.untrackedCache": "false",
    "core.attributesFile": "/dev/null",
    "core.excludesFile": "/dev/null",
    "core.autocrlf": "false",
    "core.safecrlf": "false",
    "core.fsync": "none",  # whatever is written here is lost with the machine anyway
    "core.compression": "1",
    "credential.helper": "",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "submodule.recurse": "false",
    "fetch.recurseSubmodules": "false",
    "push.recurseSubmodules": "no",
    "protocol.version": "2",
    "http.followRedirects": "initial",
    "http.lowSpeedLimit": "1000",  # bytes a second,
    "http.lowSpeedTime": "30",  # for so long
    "transfer.fsckObjects": "true",
    # Old histories are full of these, and none of them does harm.
    "fetch.fsck.zeroPaddedFilemode": "ignore",
    "fetch.fsck.missingSpaceBeforeDate": "ignore",
    "fetch.fsck.badTimezone": "ignore",
    "fetch.fsck.missingEmail": "ignore",
    "fetch.fsck.missingNameBeforeEmail": "ignore",
}


@dataclass(frozen=True, slots=True)
class Repository:
    """A git folder, and what a command works with beside it. `account` runs the commands."""

    folder: Path
    tree: Path | None = None
    index: Path | None = None
    account: Account | None = None

    def git(
        self,
        *arguments: str | bytes,
        stdin: bytes = b"",
        remote: Remote | None = None,
        limits: Limits = USUAL,
        more: Mapping[str, str] | None = None,
    ) -> bytes:
        """What the command writes. Raises WorkbenchError where it fails."""
        ended = self.attempt(*arguments, stdin=stdin, remote=remote, limits=limits, more=more)
        if ended.code != 0:
            raise trouble.of(str(arguments[0]), ended, remote)
        return ended.output

    def attempt(
        self,
        *arguments: str | bytes,
        stdin: bytes = b"",
        remote: Remote | None = None,
        limits: Limits = USUAL,
        more: Mapping[str, str] | None = None,
    ) -> Ended:
        """The same, and the exit code is the caller's to judge. `more` is added to the
        environment."""
        environment = {**self._environment(remote), **(more or {})}
        try:
            return process.run(
                ["git", *arguments],
                environment,
                self.tree or self.folder,
                stdin,
                self.account,
                limits,
            )
        except process.TooSlow:
            raise trouble.too_slow(str(arguments[0]), limits.seconds, remote) from None
        except process.TooMuch:
            raise WorkbenchError(
                f"git {arguments[0]!s} gave more than {limits.output // process.MEGABYTE} MB"
            ) from None
        except FileNotFoundError:
            raise WorkbenchError("git is not installed here, or the worktree is gone") from None

    def _environment(self, remote: Remote | None) -> dict[str, str]:
        environment = _ENVIRONMENT | {"GIT_DIR": str(self.folder)}
        if self.tree:
            environment["GIT_WORK_TREE"] = str(self.tree)
        if self.index:
            environment["GIT_INDEX_FILE"] = str(self.index)
        if remote:
            environment["GIT_ALLOW_PROTOCOL"] = remote.protocols
        return environment | _settings(remote)


def _settings(remote: Remote | None) -> dict[str, str]:
    """Configuration that beats every file's, and stands in no argument."""
    settings = _CONFIGURATION | dict(remote.configuration() if remote else {})
    numbered = {"GIT_CONFIG_COUNT": str(len(settings))}
    for number, (key, value) in enumerate(settings.items()):
        numbered |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return numbered
