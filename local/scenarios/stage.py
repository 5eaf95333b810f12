"""What a scenario plays on: people who write, webhooks that arrive, and things to wait for."""

import itertools
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import httpx

from local.runtime import Runtime
from local.samples import Body
from local.scenarios.ledger import Asked, Said, Verdict, judge, replies_to
from local.scenarios.venue import Venue
from local.sending import Delivered
from local.slack.acting import events_for, say
from local.slack.workspace import Post
from local.waiting import await_condition

REPLY_SECONDS = 20.0
Run = Mapping[str, Any]


class Off(AssertionError):
    """Something is not as it should be. The text says what, in the demo's own words."""


def check(truth: object, otherwise: str) -> None:
    if not truth:
        raise Off(otherwise)


class Stage:
    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self.asked: list[Asked] = []
        self.asked_at: list[tuple[Venue, Asked]] = []
        self.stops: list[float] = []  # seconds from each `stop` to the run's cancel
        self.cancels: list[float] = []  # seconds from a task's cancel to its end
        self.sent: list[Body] = []
        self._marks = itertools.count(1)
        self._control = httpx.Client(base_url=f"{runtime.agent.url}/_control", timeout=10)
        self._senders = ThreadPoolExecutor(max_workers=6)
        self._lock = threading.Lock()

    def close(self) -> None:
        self._senders.shutdown()
        self._control.close()

    # -- Writing

    def write(
        self,
        room: str,
        user: str,
        words: str,
        *script: Mapping[str, Any],
        thread: str | None = None,
        reply: str | None = None,
    ) -> tuple[Asked, Post]:
        """A person writes something that the bot must answer. The webhook is not sent yet.

        Without a script the agent answers with a text of its own for this message.
        """
        mark = self.next_mark()
        answer = reply or f"Answer to {mark}."
        steps = list(script) or [{"text": answer}]
        text = f"{words} {mark}\nSCRIPT={json.dumps(steps)}"
        post = say(self.runtime.slack.workspace, room, user, text, thread)
        answered_in = thread if self._direct(room) else thread or post.ts
        asked = Asked(mark, room, answered_in, post.ts, answer)
        self.asked.append(asked)
        return asked, post

    def next_mark(self) -> str:
        """Stands in one message's text, and in no other's."""
        with self._lock:
            return f"[m{next(self._marks):03}]"

    def heard(self, venue: Venue, asked: Asked) -> None:
        """What was asked on a platform, for the verdict."""
        with self._lock:
            self.asked_at.append((venue, asked))

    def _direct(self, room: str) -> bool:
        return self.runtime.slack.workspace.rooms[room].kind == "im"

    def talk(self, room: str, user: str, words: str, thread: str | None = None) -> Post:
        """A person writes something that is not for the bot."""
        return say(self.runtime.slack.workspace, room, user, words, thread)

    def events(self, post: Post) -> list[Body]:
        return events_for(self.runtime.slack.workspace, post)

    def deliver(self, *bodies: Body) -> list[Delivered]:
        """Webhooks one after another, each acknowledged with 200, if not at the first attempt."""
        results = []
        for body in bodies:
            result = self.runtime.slack.webhooks.deliver(body)
            check(result.status == 200, f"a webhook was answered {result.status}, not 200")
            self.sent.append(body)
            results.append(result)
        return results

    def deliver_at_once(self, *bodies: Body) -> None:
        """The same, side by side."""
        list(self._senders.map(self.deliver, bodies))

    def ask(self, room: str, user: str, words: str, *script: Run, **more: Any) -> Asked:
        """Write, and deliver what that sets off."""
        asked, post = self.write(room, user, words, *script, **more)
        self.deliver(*self.events(post))
        return asked

    # -- Waiting and looking

    def reply(self, asked: Asked, seconds: float = REPLY_SECONDS) -> Post:
        """The reply, once it is there and the conversation is given up again."""
        found: list[Post] = self.until(
            lambda: self.replies(asked), f"the reply to {asked.mark}", seconds
        )
        self.settle()
        return found[0]

    def replies(self, asked: Asked) -> list[Post]:
        found = replies_to(asked, self.posts(asked.room))
        return [each for each in found if isinstance(each, Post)]

    def until(self, look: Callable[[], Any], what: str, seconds: float = REPLY_SECONDS) -> Any:
        return await_condition(look, what, seconds=seconds)

    def settle(self) -> None:
        """Until nothing runs: no execution, so no write to come."""
        running = self.runtime.executions.running
        await_condition(
            lambda: not running(), "the executions' end", seconds=REPLY_SECONDS, every=0.05
        )

    def posts(self, room: str | None = None, thread: str | None = None) -> list[Post]:
        return self.runtime.slack.workspace.posts(room, thread)

    def bot_posts(self, room: str, thread: str | None = None) -> list[Post]:
        return [post for post in self.posts(room, thread) if post.by_bot]

    def runs(self) -> dict[str, Run]:
        """Runs by id, as the agent's journal has them."""
        return dict(self.log()["runs"])

    def runs_with(self, mark: str) -> list[Run]:
        return [run for run in self.runs().values() if mark in run["text"]]

    def run_of(self, asked: Asked) -> Run:
        runs = self.runs_with(asked.mark)
        check(len(runs) == 1, f"{asked.mark} is in {len(runs)} runs, not in one")
        return runs[0]

    def log(self) -> dict[str, Any]:
        answer: dict[str, Any] = self._control.get("/log").json()
        return answer

    @contextmanager
    def hurried(self, pace: float) -> Iterator[None]:
        """The agent's own waits, of retries and of scripts, shortened while the context lasts."""
        self.control("settings", pace=pace)
        try:
            yield
        finally:
            self.control("settings", pace=1.0)

    def control(self, action: str, **arguments: Any) -> None:
        self._control.post(f"/{action}", json=arguments).raise_for_status()

    def items(self) -> list[dict[str, Any]]:
        """The table, whole. Values keep DynamoDB's type tags."""
        client = self.runtime.account.client("dynamodb")
        pages = client.get_paginator("scan").paginate(
            TableName=self.runtime.stack.of("ConversationsTable"), ConsistentRead=True
        )
        return [item for page in pages for item in page["Items"]]

    def judge(self) -> Verdict:
        prompts = [str(run["text"]) for run in self.runs().values()]
        venues = {venue.name: venue for venue, _ in self.asked_at}
        seen: list[Said] = [each for name in venues for each in venues[name].seen()]
        at_venues = [asked for _, asked in self.asked_at]
        both = (judge(self.asked, prompts, self.posts()), judge(at_venues, prompts, seen))
        return Verdict(
            messages=sum(each.messages for each in both),
            replies=sum(each.replies for each in both),
            lost=tuple(mark for each in both for mark in each.lost),
            duplicates=tuple(mark for each in both for mark in each.duplicates),
        )
