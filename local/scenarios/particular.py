"""Scenarios of one platform: what only it has, and what only it does to a bot."""

import json
import time
from collections.abc import Callable

from nacl.signing import SigningKey

from local.discord.acting import ask_about as discord_about
from local.discord.acting import command as discord_command
from local.discord.acting import submit
from local.discord.interactions import modal_inputs
from local.discord.rooms import DEV, FIX_CI
from local.scenarios.ledger import Asked
from local.scenarios.play import Play, Question, scripted
from local.scenarios.stage import check
from local.scenarios.venue import Place, Told
from local.slack.acting import ask_about as slack_about
from local.slack.acting import stop_session
from local.telegram.chats import GROUP
from local.telegram.updates import migrate, update_for, write

Scenario = Callable[[Play], None]


# -- Slack


def asked_about_a_message(play: Play) -> None:
    """The shortcut in a message's menu: its text is the question, the answer is in its thread."""
    slack = play.stage.runtime.platforms.slack
    mark = play.stage.next_mark()
    answer = f"Answer to {mark}."
    trace = scripted("Traceback: KeyError", mark, {"text": answer})
    post = play.stage.talk("C0GENERAL1", play.cast.ben, trace)
    form = slack_about(slack.workspace, slack.responses, post, play.cast.ada)
    check(slack.webhooks.submit(form).status == 200, "the shortcut was not answered 200")
    asked = Asked(mark, post.room, post.ts, post.ts, answer)
    play.stage.heard(play.venue, asked)
    play.reply(Question(asked, Told(Place(post.room, post.ts), post.ts, ())))


def stopped_by_slack(play: Play) -> None:
    """Slack's own stop button sends an event, which is obeyed as the command is."""
    slack, ben = play.stage.runtime.platforms.slack, play.cast.ben
    opened = play.ask(play.venue.group(), ben, "Open a thread.")
    play.reply(opened)
    view = {"name": "stakpak__view", "arguments": {"path": "/etc/hostname"}}
    slow = play.begin(opened.place, ben, "Work.", {"sleep": 1.5, "tools": [view]})
    play.running(slow)
    body = stop_session(slack.workspace, slow.place.room, slow.place.thread or "", ben)
    check(slack.webhooks.deliver(body).status == 200, "the event was not answered 200")
    play.until(lambda: "cancel" in _paths(play, slow.mark), "the cancel")
    play.reply(slow)


# -- Telegram


def moved_group(play: Play) -> None:
    """While the agent works the group becomes a supergroup: the answer goes to its new id."""
    telegram, ada = play.stage.runtime.platforms.telegram, play.cast.ada
    mark = play.stage.next_mark()
    answer = f"Answer to {mark}."
    said = scripted("@Parley are you with us?", mark, {"sleep": 1.5, "text": answer})
    message = write(telegram.chats, GROUP, int(ada), said)
    telegram.webhooks.deliver(update_for(telegram.chats, message))
    play.until(lambda: play.stage.runs_with(mark), "the run")
    old, new = migrate(telegram.chats, GROUP)
    room = str(new["message"]["chat"]["id"])
    asked = Asked(mark, room, None, f"{message.id:09}", answer)
    play.stage.heard(play.venue, asked)
    for update in (old, new):
        check(telegram.webhooks.deliver(update).taken, "a service message was not taken")
    play.reply(Question(asked, Told(Place(room), asked.ts, ())))


def without_rich_messages(play: Play) -> None:
    """A server that knows no rich messages gets the answer in HTML."""
    bot, cleo = play.stage.runtime.platforms.telegram.bot, play.cast.cleo
    bot.takes_rich_messages = False
    try:
        text = "**Bold** and `code`."
        told = play.venue.tell(
            play.venue.direct(cleo), cleo, scripted("Shape it.", "", {"text": text})
        )
        play.reads(told.place, cleo, "Bold and code.", told.ts)
    finally:
        bot.takes_rich_messages = True


def forged_update(play: Play) -> None:
    """Without the secret it is answered 401 and means nothing."""
    telegram, ada = play.stage.runtime.platforms.telegram, play.cast.ada
    mark = play.stage.next_mark()
    message = write(telegram.chats, int(ada), int(ada), f"Let me in. {mark}")
    secret, telegram.bot.webhook.secret = telegram.bot.webhook.secret, "guessed"
    try:
        result = telegram.webhooks.send(update_for(telegram.chats, message))
    finally:
        telegram.bot.webhook.secret = secret
    check(result.status == 401, f"a forged update was answered {result.status}")
    play.no_run_of(mark)


# -- Discord


def form(play: Play) -> None:
    """`/ask` alone opens a form, and what is written there is the question."""
    discord, ada = play.stage.runtime.platforms.discord, play.cast.ada
    deed = discord_command(discord.discord, FIX_CI, ada, "ask")
    discord.webhooks.deliver(deed)
    modal = deed.interaction.modal or {}
    check(modal, "no form opened")
    mark = play.stage.next_mark()
    answer = f"Answer to {mark}."
    filled = {
        str(modal_inputs(modal)[0]["custom_id"]): scripted(
            "A long question,\nover lines.", mark, {"text": answer}
        )
    }
    sent = submit(discord.discord, deed.interaction, filled)
    discord.webhooks.deliver(sent)
    asked = Asked(mark, FIX_CI, None, sent.interaction.id, answer)
    play.stage.heard(play.venue, asked)
    play.reply(Question(asked, Told(Place(FIX_CI), sent.interaction.id, ())))


def asked_about_somebodys_words(play: Play) -> None:
    """The command in a message's menu: the message is the question."""
    discord, ada = play.stage.runtime.platforms.discord, play.cast.ada
    mark = play.stage.next_mark()
    answer = f"Answer to {mark}."
    words = scripted("Traceback: KeyError", mark, {"text": answer})
    message = discord.rooms.say(DEV, play.cast.ben, words)
    deed = discord_about(discord.discord, message, ada)
    discord.webhooks.deliver(deed)
    asked = Asked(mark, DEV, None, deed.interaction.id, answer)
    play.stage.heard(play.venue, asked)
    play.reply(Question(asked, Told(Place(DEV), deed.interaction.id, ())))


def early_refusal(play: Play) -> None:
    """After a deferred answer its endpoint may be unknown at first: it is tried again."""
    discord, cleo = play.stage.runtime.platforms.discord, play.cast.cleo
    discord.interactions.unknown_after_deferring = 2
    try:
        asked = play.ask(Place(FIX_CI), cleo, "Too early?")
    finally:
        discord.interactions.unknown_after_deferring = 0
    play.reply(asked)
    [answer] = [each for each in play.here(asked.place) if asked.asked.reply in each.shown]
    check(answer.settled, "the deferred answer is still open")


def after_a_quarter_of_an_hour(play: Play) -> None:
    """The token died while the agent worked: the bot answers by its own."""
    discord, cleo = play.stage.runtime.platforms.discord, play.cast.cleo
    answer = "Better late."
    slow = play.ask(
        Place(FIX_CI), cleo, "A long job.", {"sleep": 1.5, "text": answer}, reply=answer
    )
    play.running(slow)
    discord.interactions.expire(FIX_CI)
    play.reply(slow)


def forged_interaction(play: Play) -> None:
    """What another key signed is answered 401, and so is what was signed long ago."""
    discord, ada = play.stage.runtime.platforms.discord, play.cast.ada
    mark = play.stage.next_mark()
    deed = discord_command(discord.discord, DEV, ada, "ask", {"prompt": f"Let me in. {mark}"})
    now = int(time.time())
    another = SigningKey.generate().sign(str(now).encode() + json.dumps(deed.body).encode())
    foreign = {"X-Signature-Ed25519": another.signature.hex(), "X-Signature-Timestamp": str(now)}
    stale = discord.application.sign(json.dumps(deed.body).encode(), now - 3600)
    for headers in (foreign, stale):
        result = discord.webhooks.forge(deed.body, headers)
        check(result.status == 401, f"a forged interaction was answered {result.status}")
    play.no_run_of(mark)


def _paths(play: Play, mark: str) -> str:
    sessions = {run["session_id"] for run in play.stage.runs_with(mark)}
    paths = [each["path"] for each in play.stage.log()["requests"]]
    return " ".join(path for path in paths if any(each in path for each in sessions))


ON_SLACK: tuple[Scenario, ...] = (asked_about_a_message, stopped_by_slack)
ON_TELEGRAM: tuple[Scenario, ...] = (forged_update, moved_group)
# Parley remembers that a server knows no rich messages, so nothing else comes after it.
LAST_ON_TELEGRAM: tuple[Scenario, ...] = (without_rich_messages,)
ON_DISCORD: tuple[Scenario, ...] = (
    forged_interaction,
    form,
    asked_about_somebodys_words,
    early_refusal,
    after_a_quarter_of_an_hour,
)
