"""Scenarios of trouble: bursts, empty and failing runs, long answers, other people's runs."""

import re
from itertools import pairwise

from local.agent.filler import markdown
from local.faults import Fault
from local.scenarios.stage import Stage, check
from local.scenarios.talking import ADA, BEN, CLEO, DEV
from local.slack.limits import MARKDOWN_CHARACTERS
from parley.core import replies

LONG = 30_000
FENCE = re.compile(r"^```", re.MULTILINE)


def burst(stage: Stage) -> None:
    """What arrives while a run is active becomes one prompt, in the platform's order."""
    room, thread = _thread(stage, "@Parley open a thread for a burst.")
    first = stage.ask(
        room, BEN, "Take your time.", {"sleep": 1.5, "text": "Slowly done."},
        thread=thread, reply="Slowly done.",
    )  # fmt: skip
    stage.until(lambda: stage.runs_with(first.mark), "the slow run's start")
    together = "All of you, answered together."
    rest = [
        stage.ask(room, user, f"Part {n}.", {"text": together}, thread=thread, reply=together)
        for n, user in enumerate((BEN, CLEO, ADA, BEN), start=1)
    ]
    stage.reply(rest[-1])
    check(len(stage.replies(first)) == 1, "the slow run's reply is not there once")
    [prompt] = {stage.run_of(each)["text"] for each in rest}
    places = [prompt.index(each.mark) for each in rest]
    check(places == sorted(places), "the burst reached the agent in another order")
    check(len(stage.replies(rest[-1])) == 1, "the burst was not answered exactly once")


def empty_answer(stage: Stage) -> None:
    """An empty answer is said to be one; an earlier answer is not given again."""
    room, thread = _thread(stage, "@Parley give me a real answer first.")
    asked = stage.ask(
        room, BEN, "And now say nothing.", {"text": ""}, thread=thread, reply=replies.NO_TEXT
    )
    reply = stage.reply(asked)
    check(reply.shown == replies.NO_TEXT, f"the reply reads {reply.shown!r}")


def failing_run(stage: Stage) -> None:
    """The chat is told why a run failed, and the next message runs."""
    # After a failure the agent's model reads both messages as one, and answers the first script.
    failure = {"status": 400, "error": "the model said no", "fail_times": 3, "text": "Better now."}
    with stage.hurried(0.1):
        asked = stage.ask(DEV, ADA, "@Parley fail, please.", failure, reply="⚠️")
        reply = stage.reply(asked)
    check("model said no" in reply.shown, f"the reason is missing: {reply.shown!r}")
    stage.reply(stage.ask(DEV, ADA, "And now?", thread=asked.thread, reply="Better now."))


def long_answer(stage: Stage) -> None:
    """30,000 characters with code: in order, whole, within the limits, fences closed in each."""
    whole = markdown(LONG)
    end = whole.splitlines()[-1]
    asked = stage.ask(DEV, BEN, "@Parley write a lot.", {"text_size": LONG}, reply=end)
    stage.reply(asked)
    chunks = [post.shown for post in stage.bot_posts(DEV, asked.thread)]
    check(len(chunks) >= LONG // MARKDOWN_CHARACTERS, f"only {len(chunks)} posts")
    check(all(len(FENCE.findall(each)) % 2 == 0 for each in chunks), "a fence is left open")
    # Cuts may close and reopen a fence and repeat a table's head: every line is there, in order.
    lines = iter("\n".join(chunks).splitlines())
    missing = [line for line in whole.splitlines() if line.strip() and line not in lines]
    check(not missing, f"missing from the reply, from: {missing[:1]}")


def foreign_run(stage: Stage) -> None:
    """While somebody else's run holds the session (409), the message waits, and then it runs."""
    room, thread = _thread(stage, "@Parley we will be interrupted.")
    session = _session(stage, thread)
    stage.control("foreign-run", session=session, seconds=1.5)
    asked = stage.ask(room, BEN, "Our turn yet?", thread=thread)
    stage.reply(asked)
    stage.run_of(asked)
    path = f"/v1/sessions/{session}/messages"
    answers = [each["status"] for each in stage.log()["requests"] if _posts(each, path)]
    check(409 in answers, "the foreign run was never met")


def agent_restart(stage: Stage) -> None:
    """The agent restarts in mid-run: the chat is told, nothing runs twice, the next one runs."""
    room, thread = _thread(stage, "@Parley something will break.")
    job = {"sleep": 30, "text": "Back again."}
    asked = stage.ask(room, BEN, "A long job.", job, thread=thread, reply=replies.INTERRUPTED)
    stage.until(lambda: stage.runs_with(asked.mark), "the long run's start")
    stage.control("restart", seconds=0.3)
    stage.reply(asked)
    stage.run_of(asked)
    # Its model still reads the long job, in the same message as the next one: let it hurry.
    with stage.hurried(0.01):
        again = stage.ask(room, BEN, "Are you back?", thread=thread, reply="Back again.")
        stage.reply(again)


def two_targets(stage: Stage) -> None:
    """Two places of one conversation, the direct messages and a thread in them: a turn for each
    message, in order, each answered in its own place."""
    room = stage.runtime.slack.workspace.direct(BEN).id
    root = stage.ask(room, BEN, "Something to open a thread on.")
    stage.reply(root)
    slow = {"sleep": 0.8, "text": "The first."}
    first = stage.ask(room, BEN, "In the open.", slow, reply="The first.")
    stage.until(lambda: stage.runs_with(first.mark), "the first run")
    second = stage.ask(room, BEN, "In the thread.", thread=root.ts)
    third = stage.ask(room, BEN, "In the open again.")
    asked = (first, second, third)
    for each in asked:
        stage.reply(each)
    runs = [stage.run_of(each) for each in asked]
    check(len({run["session_id"] for run in runs}) == 1, "they are not one conversation")
    check(len({run["run_id"] for run in runs}) == 3, "two places shared a turn")
    ended = [max(run["written_ns"]) for run in runs]
    check(all(a < b for a, b in pairwise(ended)), "the turns were not taken in order")


def rate_limit(stage: Stage) -> None:
    """Slack says 429: the machine waits as long as it was told, and the reply comes once."""
    stage.runtime.slack.api.faults.add(
        Fault("chat.postMessage", error="ratelimited", retry_after=1, room=DEV)
    )
    asked = stage.ask(DEV, CLEO, "@Parley patience.")
    stage.reply(asked)
    check(len(stage.bot_posts(DEV, asked.thread)) == 1, "more than one reply in the thread")


def undeliverable(stage: Stage) -> None:
    """Slack will not take a reply: it is kept on its turn, and the conversation goes on."""
    stage.runtime.slack.api.faults.add(Fault("chat.postMessage", error="is_archived", room=DEV))
    post = stage.talk(DEV, ADA, "@Parley this channel will be gone.")
    stage.deliver(*stage.events(post))
    kept = stage.until(
        lambda: [item for item in stage.items() if "undelivered" in item], "the kept reply"
    )
    check("is_archived" in str(kept[0]["undelivered"]), "the turn does not say why")
    stage.settle()
    stage.reply(stage.ask(DEV, ADA, "And back again?", thread=post.ts))


def refused_token(stage: Stage) -> None:
    """The agent takes the token no longer: the chat is told in a plain sentence, and no run is."""
    token = stage.runtime.agent.token
    stage.control("token", token="another")
    try:
        post = stage.talk(DEV, CLEO, "@Parley the locks were changed.")
        stage.deliver(*stage.events(post))
        stage.until(lambda: stage.bot_posts(DEV, post.ts), "the chat to be told")
        stage.settle()
    finally:
        stage.control("token", token=token)
    [told] = stage.bot_posts(DEV, post.ts)
    check(replies.ACCESS_REFUSED in told.shown, f"the chat reads {told.shown!r}")


def _thread(stage: Stage, words: str) -> tuple[str, str | None]:
    """A thread that is a conversation already."""
    asked = stage.ask(DEV, BEN, words)
    stage.reply(asked)
    return asked.room, asked.thread


def _session(stage: Stage, thread: str | None) -> str:
    asked = next(each for each in stage.asked if each.thread == thread)
    return str(stage.run_of(asked)["session_id"])


def _posts(request: dict[str, object], path: str) -> bool:
    return request["method"] == "POST" and request["path"] == path


# Each keeps to a conversation of its own.
QUIET_TROUBLE = (burst, empty_answer, long_answer, foreign_run, two_targets)
# These upset the agent, or the channel that all of them use.
TROUBLE = (failing_run, agent_restart, rate_limit, undeliverable, refused_token)
