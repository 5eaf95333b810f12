"""What Slack shows of us beside the messages: that we are at work in a thread, and who can stop it.

Apps that Slack takes for agents have sessions, which show that with a stop button; others have a
line under the thread.
"""

from collections.abc import Mapping
from enum import StrEnum

from parley.adapters.slack.errors import NOT_FOR_THIS_APP
from parley.adapters.slack.limits import STATUS_TIMEOUT, THREADS_REMEMBERED
from parley.adapters.slack.web_api import WebApi
from parley.errors import ChannelError, Undeliverable

LINE = "is working…"


class Session(StrEnum):
    PROCESSING = "processing"  # with a stop button
    SUSPENDED = "suspended"  # waits for a person
    ACTIVE = "active"


class Courtesy:
    """A method that nobody misses. Where Slack refuses it, in one thread or everywhere, this
    process does not call it again: that costs nothing."""

    def __init__(self, api: WebApi, method: str) -> None:
        self._api = api
        self._method = method
        self._nowhere = False
        self._not_here: set[tuple[str, str]] = set()

    def do(self, channel: str, thread: str, status: str, deadline: float) -> bool:
        """Whether Slack did it."""
        if self._nowhere or (channel, thread) in self._not_here:
            return False
        fields = {"channel_id": channel, "thread_ts": thread, "status": status}
        try:
            answer = self._api.call(self._method, fields, deadline, NOT_FOR_THIS_APP)
        except Undeliverable:
            if len(self._not_here) < THREADS_REMEMBERED:
                self._not_here.add((channel, thread))
            return False
        self._nowhere = not answer["ok"]
        return not self._nowhere


class Status:
    def __init__(self, api: WebApi) -> None:
        self._api = api
        self._line = Courtesy(api, "assistant.threads.setStatus")
        self._session = Courtesy(api, "agents.sessions.setStatus")

    def at_work(self, meta: Mapping[str, str], deadline: float) -> None:
        channel, thread = meta["channel"], meta.get("thread_ts")
        if thread is None:
            return
        if not self._session.do(channel, thread, Session.PROCESSING, deadline):
            self._line.do(channel, thread, LINE, deadline)

    def turn_to(self, session: Session, meta: Mapping[str, str], deadline: float) -> None:
        """Called before the post that makes it true, so that nothing stands between a post and its
        record. Whatever goes wrong, the post is what counts."""
        if "thread_ts" not in meta:
            return
        soon = min(deadline, self._api.transport.deadline(STATUS_TIMEOUT))
        try:
            self._session.do(meta["channel"], meta["thread_ts"], session, soon)
        except ChannelError:
            return
