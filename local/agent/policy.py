"""Which tool calls the server approves by itself. Everything else asks, and asking has no time
limit.
"""

from dataclasses import dataclass

from local.agent.tools import READ_ONLY, RUN_COMMAND, ToolCall, command_of, short_name

AutoApprove = str | list[str] | None


@dataclass(frozen=True, slots=True)
class Policy:
    everything: bool = False
    names: frozenset[str] = frozenset()
    commands: tuple[tuple[str, ...], ...] = ()

    def approves(self, call: ToolCall) -> bool:
        if self.everything or call.short_name in self.names:
            return True
        words = command_of(call.scripted.arguments).split()
        return call.short_name == RUN_COMMAND and any(
            tuple(words[: len(rule)]) == rule for rule in self.commands
        )


SERVER_POLICY = Policy(names=READ_ONLY)


def policy(override: AutoApprove) -> Policy:
    """The run's policy. A string other than `all` and `none` falls back to the server's own."""
    if isinstance(override, list):
        return _listed(override)
    match (override or "").lower():
        case "all":
            return Policy(everything=True)
        case "none":
            return Policy()
        case _:
            return SERVER_POLICY


def _listed(entries: list[str]) -> Policy:
    """Names, and hierarchical rules for commands: `run_command::git::log`."""
    rules = [short_name(entry).split("::") for entry in entries]
    return Policy(
        names=frozenset(rule[0] for rule in rules if len(rule) == 1),
        commands=tuple(
            tuple(rule[1:]) for rule in rules if len(rule) > 1 and rule[0] == RUN_COMMAND
        ),
    )
