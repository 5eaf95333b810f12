"""The command line of an agent without ACP, and what it reads."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from parley.core.tasks.coding_agent import PromptBy
from parley.ports.work import Job

LONGEST_ARGUMENT = 100_000  # bytes of a prompt; Linux takes 131,071 of a single argument
PLACE = "{}"


class Unfit(Exception):
    """The agent can't be asked this way. The text is for people."""


@dataclass(frozen=True, slots=True)
class Invocation:
    """`stdin` is None where the prompt is an argument: then there is nothing to read."""

    argv: tuple[str, ...] = field(repr=False)
    stdin: bytes | None = field(default=None, repr=False)


def invocation_of(job: Job) -> Invocation:
    """Raises Unfit. Whatever was said earlier stands before the prompt: a program that is asked
    once cannot load a session."""
    agent = job.agent
    argv = (
        *agent.command,
        *_filled(agent.model, job.model, f"`{agent.name}` takes no model"),
        *_filled(agent.mode, job.mode, f"`{agent.name}` has no modes"),
        *_filled(agent.thinking, job.thinking, f"`{agent.name}` has no thinking option"),
    )
    prompt = f"{job.earlier}\n\n{job.prompt}" if job.earlier else job.prompt
    told = prompt.encode("utf-8", "replace")
    if agent.prompt_by is PromptBy.STDIN:
        return Invocation(argv, told)
    if len(told) > LONGEST_ARGUMENT:
        raise Unfit(
            f"The prompt has {len(told):,} bytes, and `{agent.name}` takes it as an argument, of"
            f" {LONGEST_ARGUMENT:,} at most; an agent that reads it from its input takes more"
        )
    return Invocation((*argv, "--", told.decode().replace("\0", "\N{REPLACEMENT CHARACTER}")))


def _filled(template: Sequence[str], value: str, missing: str) -> tuple[str, ...]:
    if not value:
        return ()
    if not template:
        raise Unfit(missing)
    if value.startswith("-") or "\0" in value:
        raise Unfit(f"`{value[:80]}` is no value, but an option")
    return tuple(each.replace(PLACE, value) for each in template)
