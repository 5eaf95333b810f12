"""The line under a thread that says that we are at work."""

from parley.adapters.slack.errors import NO_STATUS_ANYWHERE, NO_STATUS_HERE
from parley.adapters.slack.limits import THREADS_REMEMBERED
from parley.adapters.slack.web_api import WebApi
from parley.core.delivery import Delivery

STATUS = "is working…"


class Status:
    """Where Slack shows none, it is not asked again by this process: that costs nothing."""

    def __init__(self, api: WebApi) -> None:
        self._api = api
        self._nowhere = False
        self._not_here: set[str] = set()

    def show(self, delivery: Delivery, deadline: float) -> None:
        thread = delivery.meta.get("thread_ts")
        if thread is None or self._nowhere or delivery.target in self._not_here:
            return
        fields = {
            "channel_id": delivery.meta["channel"],
            "thread_ts": thread,
            "status": STATUS,
        }
        answer = self._api.call(
            "assistant.threads.setStatus", fields, deadline, NO_STATUS_ANYWHERE | NO_STATUS_HERE
        )
        if not answer["ok"]:
            self._remember(str(answer["error"]), delivery.target)

    def _remember(self, error: str, target: str) -> None:
        if error in NO_STATUS_ANYWHERE:
            self._nowhere = True
        elif len(self._not_here) < THREADS_REMEMBERED:
            self._not_here.add(target)
