"""Coding tasks on every platform: asked for by a command, reviewed by buttons, published."""

import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from local.scenarios.play import Play
from local.scenarios.stage import Off, check
from local.scenarios.venue import Place, Seen, Told
from local.workshop import ACP, CLI, PROJECT, REPOSITORY, Workshop

SECONDS = 60.0  # for a task: git, an agent's start, a review
ID = re.compile(r"Task `?([a-z0-9]{12})\b")
Step = dict[str, Any]


def task_applied(play: Play) -> None:
    """An agent that speaks ACP changes files; the diff is reviewed, applied, pushed, and a pull
    request is opened."""
    _applied(play, ACP)


def task_on_a_terminal_applied(play: Play) -> None:
    """The same with an agent that runs once, on a pseudo-terminal."""
    _applied(play, CLI)


def native_task(play: Play) -> None:
    """Without an agent named, the agent server does it, and answers where it was asked for."""
    place, cleo = play.venue.direct(play.cast.cleo), play.cast.cleo
    mark = play.stage.next_mark()
    answer = f"Done natively {mark}"
    asked = _ask(play, place, cleo, "", f"look around {mark}", {"text": answer})
    play.until(lambda: _said(play, asked, answer), f"the answer to the native task {mark}", SECONDS)
    check(len(play.stage.runs_with(mark)) == 1, "the native task is not in one run")


def task_cancelled(play: Play) -> None:
    """A cancel ends what runs within five seconds, and what was done is kept for review."""
    place, cleo = play.venue.direct(play.cast.cleo), play.cast.cleo
    steps: list[Step] = [{"write": {"path": "half.txt", "text": "half\n"}}, {"hang": True}]
    asked = _ask(play, place, cleo, f"@{ACP}", "take your time", *steps)
    id = _id(play, asked)
    api = _workshop(play).api(play.stage.runtime.stack.api_url)
    play.until(lambda: api.get("tasks", id).get("doing"), "the agent at work", SECONDS)
    began = time.monotonic()
    play.venue.command(place, cleo, f"cancel {id}")
    play.until(lambda: api.get("tasks", id)["state"] == "cancelled", "the task's cancel", SECONDS)
    play.stage.cancels.append(time.monotonic() - began)
    review = _review(play, asked)
    play.venue.click(place, review, cleo, "Reject")
    _settled(play, review, "ejected")


def _applied(play: Play, agent: str) -> None:
    place, cleo = play.venue.direct(play.cast.cleo), play.cast.cleo
    mark = play.stage.next_mark()
    path, text = f"{play.venue.name}-{agent}.txt", f"Written for {mark}\n"
    steps: list[Step] = [{"write": {"path": path, "text": text}}, {"say": f"I wrote {path}."}]
    asked = _ask(play, place, cleo, f"@{agent}", f"write a file {mark}", *steps)
    id = _id(play, asked)
    review = _review(play, asked)
    check(path in review.shown, f"the review does not name the file: {review.shown!r}")
    play.venue.click(place, review, cleo, "Apply")
    _settled(play, review, "pplied")
    shop = _workshop(play)
    check(shop.git.file(REPOSITORY, f"parley/{id}", path) == text.encode(), "not pushed")
    pulls = [each for each in shop.github.pulls.of(REPOSITORY) if each.head == f"parley/{id}"]
    check(len(pulls) == 1, f"{len(pulls)} pull requests were opened, not one")


def _ask(play: Play, place: Place, person: str, options: str, words: str, *steps: Step) -> Told:
    script = f"SCRIPT={json.dumps(steps)}"
    text = " ".join(each for each in ("task", PROJECT, options, words, script) if each)
    return play.venue.command(place, person, text)


def _id(play: Play, asked: Told) -> str:
    def look() -> str | None:
        told = [each.shown for each in _after(play, asked)]
        found = [ID.search(each) for each in told]
        return next((each[1] for each in found if each), None)

    id: str = play.until(look, "the task's id")
    return id


def _review(play: Play, asked: Told) -> Seen:
    def look() -> Seen | None:
        return next((each for each in _after(play, asked) if "Apply" in str(each.buttons)), None)

    review: Seen = play.until(look, "the review", SECONDS)
    return review


def _settled(play: Play, review: Seen, word: str) -> None:
    def look() -> bool:
        found = [each for each in play.venue.seen(review.room) if each.ts == review.ts]
        return bool(found) and not found[0].buttons and word in found[0].shown

    play.until(look, f"the review's outcome: {word}", SECONDS)


def _said(play: Play, asked: Told, words: str) -> bool:
    return any(words in each.shown for each in _after(play, asked))


def _after(play: Play, asked: Told) -> list[Seen]:
    seen = play.venue.seen(asked.place.room)
    return [each for each in seen if each.by_bot and each.ts > asked.ts]


def _workshop(play: Play) -> Workshop:
    shop = play.stage.runtime.workshop
    if shop is None:
        raise Off("there is no workshop for tasks")
    return shop


# One platform does not wait for all of it: each part is played on one, and reviews on every one.
ON_EACH: Mapping[str, Sequence[Callable[[Play], None]]] = {
    "slack": (task_applied, task_cancelled),
    "telegram": (task_on_a_terminal_applied,),
    "discord": (native_task, task_applied),
}
