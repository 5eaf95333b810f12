"""Tasks that the API is asked for."""

from dataclasses import dataclass
from typing import Protocol

from parley.core.delivery import Delivery
from parley.core.tasks.api_requests import Order
from parley.core.tasks.names import task_id
from parley.core.tasks.request import TaskRequest
from parley.core.tasks.task import API, Requester, Task
from parley.ports import Tasks


class Submits(Protocol):
    def submit(
        self, request: TaskRequest, id: str, requester: Requester, delivery: Delivery | None
    ) -> Task: ...


@dataclass(frozen=True, slots=True)
class Ordering:
    tasks: Tasks
    submitting: Submits

    def order(self, order: Order) -> Task | None:
        """The task, new or as the same request made it before; None where its key was used for
        another request. Nobody is told of it in a chat. Raises BadRequest."""
        requester = Requester(API, order.by, order.by)
        task = self.submitting.submit(order.request, task_id(API, order.key), requester, None)
        return task if self._was_asked_for(task, order.request) else None

    def _was_asked_for(self, task: Task, request: TaskRequest) -> bool:
        first = TaskRequest(
            project=task.project,
            prompt=task.prompt,
            agent=task.agent,
            model=task.model,
            mode=task.mode,
            thinking=task.thinking,
            session=request.session,
        )
        return first == request and task.session == self._session(task, request)

    def _session(self, task: Task, request: TaskRequest) -> str | None:
        if not request.session:
            return task.id
        earlier = self.tasks.get(request.session)
        return earlier.session if earlier else None
