"""Step Functions as the ports of executions: a machine for conversations, one for tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from parley.adapters.aws.machine import Machine
from parley.core.names import execution_name
from parley.core.tasks import names

if TYPE_CHECKING:
    from parley.core.directive import Directive
    from parley.core.executions import Started


class StepFunctionsExecutions:
    def __init__(self, client: Any, machine_arn: str) -> None:
        self._machine = Machine(client, machine_arn)

    def start(self, conversation: str, generation: int) -> Started:
        return self._machine.start(
            execution_name(conversation, generation),
            {"conversation": conversation, "generation": generation},
        )

    def call_back(self, token: str, directive: Directive) -> bool:
        output: dict[str, str | int] = {
            "next": str(directive.next),
            "seconds": directive.seconds,
        }
        return self._machine.answer(token, output)


class StepFunctionsTaskExecutions:
    def __init__(self, client: Any, machine_arn: str) -> None:
        self._machine = Machine(client, machine_arn)

    def start(self, task: str, generation: int) -> Started:
        name = names.execution(task, generation)
        return self._machine.start(name, {"task": task, "generation": generation})

    def call_back(self, token: str) -> bool:
        """What is next, the machine reads off the table."""
        return self._machine.answer(token, {})
