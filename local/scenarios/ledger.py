"""Who asked what, and whether each got one run and one reply: judged by what arrived."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


class Said(Protocol):
    """Something that was said in a chat, on any platform. `ts` sorts as it was said."""

    @property
    def room(self) -> str: ...
    @property
    def thread_ts(self) -> str | None: ...
    @property
    def ts(self) -> str: ...
    @property
    def by_bot(self) -> bool: ...
    @property
    def shown(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Asked:
    """A message that the bot has to answer.

    `mark` stands in its text and in no other message's. `reply` is a text that exactly one post of
    the bot must hold, in `thread` of `room` (none: not in a thread); messages that are answered
    together share it.
    """

    mark: str
    room: str
    thread: str | None
    ts: str
    reply: str


@dataclass(frozen=True, slots=True)
class Verdict:
    messages: int
    replies: int
    lost: tuple[str, ...]
    duplicates: tuple[str, ...]


def judge(asked: Sequence[Asked], prompts: Sequence[str], posts: Sequence[Said]) -> Verdict:
    """Lost: in no run, or without a reply. Duplicate: in two runs, or a reply posted twice."""
    runs = {each.mark: sum(each.mark in prompt for prompt in prompts) for each in asked}
    found = {each.mark: replies_to(each, posts) for each in asked}
    lost = [mark for mark, count in runs.items() if count == 0]
    lost += [mark for mark, replies in found.items() if not replies and mark not in lost]
    doubled = [mark for mark, count in runs.items() if count > 1]
    doubled += [mark for mark, replies in found.items() if len(replies) > 1]
    answers = {(post.room, post.ts) for replies in found.values() for post in replies}
    return Verdict(len(asked), len(answers), tuple(lost), tuple(doubled))


def replies_to(asked: Asked, posts: Sequence[Said]) -> list[Said]:
    return [
        post
        for post in posts
        if post.by_bot
        and post.room == asked.room
        and post.thread_ts == asked.thread
        and post.ts > asked.ts
        and asked.reply in post.shown
    ]
