"""What an agent finds in its environment: nothing of the runner's own."""

from collections.abc import Mapping

from parley.ports.work import Worktree

SEARCH_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/bin:/var/lang/bin"
AUTHOR = "Parley agent"
ADDRESS = "agent@parley.invalid"


def environment_for(worktree: Worktree, *more: Mapping[str, str]) -> dict[str, str]:
    """The harmless, then `more`, later ones over earlier ones; but its folders stay its own. PWD
    because some agents go by it rather than by the folder they are in."""
    home = worktree.home
    return {
        "PATH": SEARCH_PATH,
        "LANG": "C.UTF-8",
        "TERM": "dumb",
        "NO_COLOR": "1",
        "CI": "1",
        "SHELL": "/bin/sh",
        "USER": "agent",
        "LOGNAME": "agent",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_AUTHOR_NAME": AUTHOR,
        "GIT_AUTHOR_EMAIL": ADDRESS,
        "GIT_COMMITTER_NAME": AUTHOR,
        "GIT_COMMITTER_EMAIL": ADDRESS,
        **{name: value for each in more for name, value in each.items()},
        "PWD": str(worktree.path),
        "HOME": str(home),
        "TMPDIR": str(home / "tmp"),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "XDG_DATA_HOME": str(home / ".local/share"),
        "XDG_STATE_HOME": str(home / ".local/state"),
        "XDG_CACHE_HOME": str(home / ".cache"),
    }
