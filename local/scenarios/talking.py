"""Scenarios of ordinary talk: direct messages, mentions, threads, and what the platform repeats."""

from local.samples import load_event
from local.scenarios.stage import Stage, check
from local.slack.workspace import BOT_USER

ADA, BEN, CLEO = "U0ADA00001", "U0BEN00001", "U0CLEO0001"
GENERAL, DEV = "C0GENERAL1", "C0DEV00001"


def direct_message(stage: Stage) -> None:
    """A direct message: receipt, one run, the reply in its thread."""
    room = stage.runtime.slack.workspace.direct(ADA).id
    words = load_event("slack/dm")["event"]["text"]
    asked = stage.ask(room, ADA, words)
    reply = stage.reply(asked)
    check(reply.shown == asked.reply, f"the reply reads {reply.shown!r}")
    stage.run_of(asked)
    root = stage.runtime.slack.workspace.find(room, asked.ts)
    check(root is not None and "eyes" in root.reactions, "no receipt reaction on the message")
    check(len(stage.bot_posts(room)) == 1, "more than one post of the bot")


def mention_then_twin(stage: Stage) -> None:
    """A mention in a channel arrives as `message`, then as `app_mention`: one run, one reply."""
    _mention(stage, twin_first=False)


def twin_then_mention(stage: Stage) -> None:
    """The same, the other way round."""
    _mention(stage, twin_first=True)


def twins_at_once(stage: Stage) -> None:
    """Both at the same time."""
    asked, post = stage.write(GENERAL, BEN, "@Parley which of you is first?")
    stage.deliver_at_once(*stage.events(post))
    stage.reply(asked)
    stage.run_of(asked)


def _mention(stage: Stage, *, twin_first: bool) -> None:
    words = str(load_event("slack/channel-mention")["event"]["text"])
    asked, post = stage.write(GENERAL, BEN, words.replace(f"<@{BOT_USER}>", "@Parley"))
    bodies = stage.events(post)
    check(len(bodies) == 2, "a mention in a channel has a twin")
    stage.deliver(*(reversed(bodies) if twin_first else bodies))
    stage.reply(asked)
    prompt = stage.run_of(asked)["text"]
    wanted = words.replace(f"<@{BOT_USER}>", "").strip()
    check(prompt.startswith(wanted), f"the mention's text was damaged: {prompt!r}")
    check(len(stage.bot_posts(GENERAL, asked.thread)) == 1, "more than one reply in the thread")


def thread_follow_up(stage: Stage) -> None:
    """In a known thread nobody mentions the bot again; elsewhere one has to."""
    first = stage.ask(GENERAL, BEN, "@Parley hold on to this thread.")
    stage.reply(first)
    words = load_event("slack/thread-follow-up")["event"]["text"]
    second = stage.ask(GENERAL, CLEO, words, thread=first.thread)
    stage.reply(second)
    sessions = {stage.run_of(each)["session_id"] for each in (first, second)}
    check(len(sessions) == 1, "the follow-up went to another session")
    before = len(stage.runs())
    aside = stage.talk(GENERAL, CLEO, "This is between us.")
    beside = stage.talk(GENERAL, ADA, "So is this.", thread=aside.ts)
    stage.deliver(*stage.events(aside), *stage.events(beside))
    stage.settle()
    check(len(stage.runs()) == before, "a message between people started a run")


def file_share(stage: Stage) -> None:
    """A message with a file keeps its text."""
    room = stage.runtime.slack.workspace.direct(BEN).id
    asked, post = stage.write(room, BEN, "Read this & say what <init> does.")
    [body] = stage.events(post)
    sample = load_event("slack/file-share")["event"]
    body["event"] |= {"subtype": sample["subtype"], "files": sample["files"]}
    stage.deliver(body)
    stage.reply(asked)
    prompt = stage.run_of(asked)["text"]
    check("Read this & say what <init> does." in prompt, f"the text was damaged: {prompt!r}")


def not_for_us(stage: Stage) -> None:
    """Edits and the bot's own posts are acknowledged and change nothing."""
    runs, posts = len(stage.runs()), len(stage.posts())
    for name in ("edited", "bot-message"):
        body = load_event(f"slack/{name}")
        stage.runtime.slack.webhooks.send(body)
        check(
            stage.runtime.slack.webhooks.delivered[-1].status == 200, f"{name} was not answered 200"
        )
    stage.settle()
    check(len(stage.runs()) == runs, "an edit or a bot's message started a run")
    check(len(stage.posts()) == posts, "an edit or a bot's message was answered")


def platform_retries(stage: Stage) -> None:
    """All webhooks so far once more, with retry headers, and a new message four times at once."""
    stage.settle()
    runs, posts = len(stage.runs()), len(stage.posts())
    for attempt, body in enumerate(list(stage.sent)):
        result = stage.runtime.slack.webhooks.send(body, attempt=attempt % 3 + 1)
        check(result.status == 200, f"a retry was answered {result.status}, not 200")
    stage.settle()
    check(len(stage.runs()) == runs, "a retry started a run")
    check(len(stage.posts()) == posts, "a retry was answered in the chat")
    asked, post = stage.write(stage.runtime.slack.workspace.direct(ADA).id, ADA, "Only once!")
    stage.deliver_at_once(*(stage.events(post) * 4))
    stage.reply(asked)
    stage.run_of(asked)


TALKING = (
    direct_message,
    mention_then_twin,
    twin_then_mention,
    twins_at_once,
    thread_follow_up,
    file_share,
    not_for_us,
)
