"""The fencing token: which invocation of which task may write to a conversation."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Fence:
    """(generation, step, retry): grows with every invocation of every task of a conversation.

    `step` counts the states that the execution has entered, `retry` Step Functions' retries of the
    present one, so of two invocations the later one always carries the greater fence.
    """

    generation: int
    step: int
    retry: int

    def __str__(self) -> str:
        """The form that is stored: fixed width, so that text compares as the numbers do."""
        return f"{self.generation:012d}.{self.step:06d}.{self.retry:04d}"


@dataclass(frozen=True, slots=True)
class Holder:
    """One invocation of one task, at work on one conversation."""

    conversation: str
    fence: Fence

    @property
    def generation(self) -> int:
        return self.fence.generation
