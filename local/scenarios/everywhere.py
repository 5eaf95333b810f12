"""Scenarios that run on every platform: questions, approvals, commands, busy modes, files."""

import re
import time
from concurrent.futures import ThreadPoolExecutor

from local.agent.filler import markdown
from local.multipart import Upload
from local.scenarios.play import COMMAND, TOOL, Play, Question, command
from local.scenarios.stage import check
from local.scenarios.venue import Place, Seen

BOOK = 200_000  # characters: more than a few messages on every platform
BEGINNING = "This is part 1 of a long answer"
APPROVAL = re.compile(r"approve ([a-z0-9]{12})")
CODE = re.compile(r"\b[A-Z0-9]{4}-?[A-Z0-9]{4}\b")


def question_and_answer(play: Play) -> None:
    """One question: a receipt, one run, one message with the answer."""
    place = play.venue.direct(play.cast.cleo)
    asked = play.ask(place, play.cast.cleo, "Which files changed?")
    reply = play.reply(asked)
    check(reply.shown == asked.asked.reply, f"the reply reads {reply.shown!r}")
    play.until(lambda: play.venue.received(place, asked.told), "the receipt")
    check(len(play.stage.runs_with(asked.mark)) == 1, "not in one run")


def allowed_by_button(play: Play) -> None:
    """Somebody else's click is refused; the requester's is recorded, and the tool runs."""
    asked = play.ask(play.venue.group(), play.cast.ada, "How many pods?", TOOL)
    prompt = play.prompt(asked)
    check(COMMAND in prompt.shown, f"the prompt does not show the command: {prompt.shown!r}")
    play.venue.click(asked.place, prompt, play.cast.ben, "Allow")
    play.told(play.cast.ben, "can't decide")
    check(not play.replies(asked), "somebody else's click decided")
    play.venue.click(asked.place, prompt, play.cast.ada, "Allow")
    play.reply(asked)
    play.settled(asked, prompt, "Allowed")
    play.told(play.cast.ada, "Allowed")


def denied_by_button(play: Play) -> None:
    """A denied call does not run, the prompt says so, and the agent goes on without it."""
    place = play.venue.direct(play.cast.ada)
    asked = play.ask(place, play.cast.ada, "Delete it all.", TOOL)
    prompt = play.prompt(asked)
    play.venue.click(asked.place, prompt, play.cast.ada, "Deny")
    play.reply(asked)
    play.settled(asked, prompt, "Denied")


def decided_by_text(play: Play) -> None:
    """The id is in the prompt, and decides as a button does; the agent is told why not."""
    place, ada = play.venue.direct(play.cast.ada), play.cast.ada
    asked = play.ask(place, ada, "Twice, please.", TOOL, TOOL)
    first = play.prompt(asked)
    play.venue.command(asked.place, ada, f"approve {_id(first.shown)}")
    play.settled(asked, first, "Allowed")
    second = play.prompt(asked)
    play.venue.command(asked.place, ada, f"deny {_id(second.shown)} not on a Friday")
    play.reply(asked)
    play.settled(asked, second, "Denied")
    bodies = [str(each["body"]) for each in play.stage.log()["requests"]]
    check(any("not on a Friday" in body for body in bodies), "the agent was not told why")


def always_allowed(play: Play) -> None:
    """After "Always allow", the same tool is not asked about again in this conversation."""
    place, ben = play.venue.direct(play.cast.ben), play.cast.ben
    asked = play.ask(place, ben, "Look once.", TOOL)
    play.venue.click(asked.place, play.prompt(asked), ben, "Always")
    play.reply(asked)
    again = play.ask(place, ben, "And again.", TOOL)
    play.reply(again)
    after = [each for each in play.here(again.place) if each.ts > again.told.ts]
    check(all("asks" not in each.shown for each in after), "it was asked about again")


def stopped(play: Play) -> None:
    """`stop` reaches a run that works, and one that waits for a decision, within three seconds."""
    place, ben = play.venue.direct(play.cast.ben), play.cast.ben
    slow = play.begin(place, ben, "Take your time.", command("sleep 60"))
    play.running(slow)
    _stop(play, slow.place, ben, slow.mark)
    play.reply(slow)
    write = {"name": "stakpak__create", "arguments": {"path": "a.txt", "file_text": "a"}}
    parked = play.begin(place, ben, "May you?", {"tools": [write]})
    prompt = play.prompt(parked)
    _stop(play, parked.place, ben, parked.mark)
    play.settled(parked, prompt, "")
    play.reply(parked)


def _stop(play: Play, place: Place, person: str, mark: str) -> None:
    """Nobody here waits for longer, but a busy machine alone fails nothing: the demo says it."""
    began = time.monotonic()
    play.venue.command(place, person, "stop")
    play.until(lambda: _cancelled(play, mark), f"the cancel of {mark}")
    play.stage.stops.append(time.monotonic() - began)


def _cancelled(play: Play, mark: str) -> bool:
    sessions = {run["session_id"] for run in play.stage.runs_with(mark)}
    return any(
        each["path"].endswith("/cancel") and any(s in each["path"] for s in sessions)
        for each in play.stage.log()["requests"]
    )


def commands(play: Play) -> None:
    """Each is answered at once, to who asked, and reaches no agent."""
    place, ada = play.venue.direct(play.cast.ada), play.cast.ada
    runs = len(play.stage.runs())
    for text, words in (("help", "whoami"), ("whoami", ada), ("status", "")):
        told = play.venue.command(place, ada, text)
        play.reads(place, ada, words, told.ts)
    check(len(play.stage.runs()) >= runs, "the agent's journal lost runs")


def new_session(play: Play) -> None:
    """After `new` the conversation goes on in another session."""
    place, cleo = play.venue.direct(play.cast.cleo), play.cast.cleo
    before = play.ask(place, cleo, "Remember this.")
    play.reply(before)
    play.venue.command(place, cleo, "new")
    after = play.ask(place, cleo, "Do you remember?")
    play.reply(after)
    sessions = {play.stage.run_of(each.asked)["session_id"] for each in (before, after)}
    check(len(sessions) == 2, "the session is still the old one")


def rejected_while_busy(play: Play) -> None:
    """In mode `reject` a second message is turned away, and its sender told so."""
    place, ada = play.venue.direct(play.cast.ada), play.cast.ada
    play.venue.command(place, ada, "queue reject")
    slow = play.ask(place, ada, "Work.", {"sleep": 1.5, "text": "Worked."}, reply="Worked.")
    play.running(slow)
    mark = play.stage.next_mark()
    told = play.venue.tell(place, ada, f"And this? {mark}")
    play.reads(place, ada, "busy", told.ts)
    play.reply(slow)
    play.venue.command(place, ada, "queue followup")
    play.no_run_of(mark)


def interrupted(play: Play) -> None:
    """In mode `interrupt` the second message ends the first one's run and takes its place."""
    place, ben = play.venue.direct(play.cast.ben), play.cast.ben
    play.venue.command(place, ben, "queue interrupt")
    slow = play.begin(place, ben, "Work.", command("sleep 60"))
    play.running(slow)
    # The agent's model reads both scripts, and answers the newest.
    instead = play.ask(place, ben, "No, this.")
    play.reply(instead)
    play.reply(slow)
    play.venue.command(place, ben, "queue followup")


def steered(play: Play) -> None:
    """In mode `steer` the second message is passed on to the run that works."""
    place, ben = play.venue.direct(play.cast.ben), play.cast.ben
    play.venue.command(place, ben, "queue steer")
    steps = (command("sleep 4"), {"text": "Steered."})
    slow = play.ask(place, ben, "Work.", *steps, reply="Steered.")
    play.running(slow)
    mark = play.stage.next_mark()
    told = play.venue.tell(place, ben, f"Look at the tests too. {mark}")
    play.reads(place, ben, "Passed on", told.ts)
    play.reply(slow)
    bodies = [str(each["body"]) for each in play.stage.log()["requests"]]
    check(any(mark in body and "steering" in body for body in bodies), "it was not passed on")
    play.venue.command(place, ben, "queue followup")


def paired(play: Play) -> None:
    """Somebody unknown is told so once, with a code; an operator's word lets them in."""
    dora, ada = play.cast.dora, play.cast.ada
    place = play.venue.direct(dora)
    mark = play.stage.next_mark()
    told = play.venue.tell(place, dora, f"Hello? {mark}")
    told_so = play.reads(place, dora, dora, told.ts)
    play.no_run_of(mark)
    code = CODE.search(told_so.replace(dora, ""))
    check(code, f"no code is in what was said: {told_so!r}")
    play.venue.command(play.venue.direct(ada), ada, f"pair {code[0] if code else ''}")
    play.reads(play.venue.direct(ada), ada, "may talk", told.ts)
    play.reply(play.ask(place, dora, "And now?"))


def progress(play: Play) -> None:
    """While a tool runs, a message says which; then the answer takes its place."""
    place, ben = play.venue.direct(play.cast.ben), play.cast.ben
    asked = play.ask(place, ben, "Read along.", command("sleep 7"))
    play.until(lambda: _shows(play, asked.place, asked.told.ts, "run_command"), "the progress")
    play.reply(asked)
    play.until(lambda: len(_by_bot(play, asked)) == 1, "the answer, alone")


def _by_bot(play: Play, asked: Question) -> list[Seen]:
    """What the bot said since."""
    return [each for each in play.here(asked.place) if each.by_bot and each.ts > asked.told.ts]


def _shows(play: Play, place: Place, after: str, word: str) -> bool:
    return any(word in each.shown for each in play.here(place) if each.by_bot and each.ts > after)


def file_in(play: Play) -> None:
    """A text file reaches the agent with its content."""
    place, cleo = play.venue.direct(play.cast.cleo), play.cast.cleo
    file = Upload("build.log", b"step 7: the disk is full\n", "text/plain")
    asked = play.ask(place, cleo, "What went wrong?", file=file)
    play.reply(asked)
    prompt = str(play.stage.run_of(asked.asked)["text"])
    check("the disk is full" in prompt, "the file's content is not in the prompt")
    check("build.log" in prompt, "the file's name is not in the prompt")


def rest_as_a_file(play: Play) -> None:
    """Of a very long answer the beginning is posted, and the rest comes as a file."""
    place, ben = play.venue.direct(play.cast.ben), play.cast.ben
    asked = play.ask(place, ben, "Write a book.", {"text_size": BOOK}, reply=BEGINNING)
    play.until(lambda: _files(play, asked.place, asked.told.ts), "the file", 30)
    [file] = _files(play, asked.place, asked.told.ts)
    end = markdown(BOOK).splitlines()[-1]
    check(file.content.decode().rstrip().endswith(end), "the file does not end as the answer does")


def _files(play: Play, place: Place, after: str) -> list[Upload]:
    return [file for each in play.here(place) if each.ts > after for file in each.files]


def spoken_together(play: Play) -> None:
    """What several people say in a group within a second is one turn, with their names."""
    cast = play.cast
    opened = play.ask(play.venue.group(), cast.ada, "Let us plan.")
    play.reply(opened)
    together = "To all three of you."

    def say(who: str, words: str) -> Question:
        return play.ask(opened.place, who, words, {"text": together}, reply=together)

    people, words = (cast.ada, cast.ben, cast.cleo), ("Tests first.", "Docs!", "Both.")
    with ThreadPoolExecutor(len(people)) as actors:
        said = list(actors.map(say, people, words))
    play.reply(said[-1])
    prompts = {str(play.stage.run_of(each.asked)["text"]) for each in said}
    check(len(prompts) == 1, f"they became {len(prompts)} turns")
    [prompt] = prompts
    named = all(f"{name}: " in prompt for name in ("Ada", "Ben", "Cleo"))
    check(named, f"the names are missing: {prompt!r}")


def _id(prompt: str) -> str:
    found = APPROVAL.search(prompt)
    check(found, f"no id is in the prompt: {prompt!r}")
    return found[1] if found else ""


EVERYWHERE = (
    question_and_answer,
    allowed_by_button,
    denied_by_button,
    decided_by_text,
    commands,
    new_session,
    paired,
    file_in,
    spoken_together,
    always_allowed,
)
# It is mostly waiting, in Ben's direct messages: what needs them not may go on meanwhile.
WAITING = (progress,)
LAST = (rest_as_a_file, stopped)
# The intake decides on these, whatever the platform: one on each.
BUSY = {"slack": steered, "telegram": interrupted, "discord": rejected_while_busy}
