"""What agents read of a repository before anybody has asked them anything, and may run."""

import re

# Folders, as a whole: settings, hooks, plugins and servers to start lie side by side in them.
_FOLDERS = (
    r"\.opencode",  # plugin/*.js run in the agent's process at its start, whatever its settings say
    r"\.claude",  # settings.json: hooks, a command for the status line, environment
    r"\.codex",  # config.toml: MCP servers, a command for notifications
    r"\.gemini",  # settings.json: MCP servers, hooks, a command that lists tools
    r"\.qwen",  # the same: it is made from it
    r"\.cursor",  # mcp.json, hooks.json
    r"\.goose",  # recipes with extensions, which are commands
    r"\.continue",  # MCP servers
    r"\.copilot",  # MCP servers, hooks
    r"\.amp",  # toolboxes: programs
    r"\.junie",  # MCP servers
    r"\.kiro",  # MCP servers, hooks
    r"\.roo",  # MCP servers
    r"\.windsurf",  # hooks
    r"\.aider[^/]*",  # .aider.conf.yml: commands for lint and test; the rest is its history
)
_FILES = (
    r"opencode\.jsonc?",  # MCP servers, plugins
    r"\.mcp\.json",  # MCP servers of Claude Code, and of others that read it
    r"\.crush\.json",  # MCP and language servers
    r"crush\.json",
)
_NAMES = "|".join((*_FOLDERS, *_FILES)).encode()
_IS = re.compile(rb"(?:^|/)(?:" + _NAMES + rb")(?:/|$)")
_LISTED = re.compile(rb"(?<=[\t/])(?:" + _NAMES.replace(b"[^/]", rb"[^/\0]") + rb")(?=[/\0])")


def configures(path: bytes) -> bool:
    """Whether it is an agent's configuration, at any depth. What merely says something to an agent
    (AGENTS.md, CLAUDE.md) is not."""
    return _IS.search(path) is not None


def listed(listing: bytes) -> list[bytes]:
    """The paths of `git ls-files -s -z` that are an agent's configuration. One search of the whole
    listing: it may be of a hundred thousand files, of which none is."""
    found: dict[bytes, None] = {}  # in order, each once
    for match in _LISTED.finditer(listing):
        begins = listing.rfind(b"\0", 0, match.start()) + 1
        record = listing[begins : listing.index(b"\0", match.end())]
        found[record.partition(b"\t")[2]] = None
    return list(found)
