"""A scenario's hand on one platform: it says things there, and waits for what it then sees."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from local.multipart import Upload
from local.scenarios.ledger import Asked, replies_to
from local.scenarios.stage import REPLY_SECONDS, Stage, check
from local.scenarios.venue import Cast, Place, Seen, Told, Venue

Step = Mapping[str, Any]
COMMAND = "kubectl get pods"
ENDED = "ancelled"  # what the chat reads of a run that was stopped


def command(words: str) -> Step:
    """The agent asks to run it."""
    return {"tools": [{"name": "stakpak__run_command", "arguments": {"command": words}}]}


def scripted(words: str, mark: str, *steps: Step) -> str:
    return f"{words} {mark}\nSCRIPT={json.dumps(steps)}"


TOOL = command(COMMAND)


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody asked the agent, as the ledger has it and where it is answered."""

    asked: Asked
    told: Told

    @property
    def place(self) -> Place:
        return self.told.place

    @property
    def mark(self) -> str:
        return self.asked.mark


@dataclass(frozen=True)
class Play:
    stage: Stage
    venue: Venue

    @property
    def cast(self) -> Cast:
        return self.venue.cast

    def ask(
        self,
        place: Place,
        person: str,
        words: str,
        *script: Step,
        reply: str = "",
        file: Upload | None = None,
    ) -> Question:
        """Something that must be answered; without a script, by a text of its own."""
        mark = self.stage.next_mark()
        answer = reply or f"Answer to {mark}."
        steps = [*script, {"text": answer}] if not reply else list(script)
        told = self.venue.tell(place, person, scripted(words, mark, *steps), file)
        asked = Asked(mark, told.place.room, told.place.thread, told.ts, answer)
        self.stage.heard(self.venue, asked)
        return Question(asked, told)

    def begin(self, place: Place, person: str, words: str, *script: Step) -> Question:
        """Something whose run will be stopped, so that the ledger expects no answer of it."""
        mark = self.stage.next_mark()
        told = self.venue.tell(place, person, scripted(words, mark, *script))
        return Question(Asked(mark, told.place.room, told.place.thread, told.ts, ENDED), told)

    def reply(self, question: Question, seconds: float = REPLY_SECONDS) -> Seen:
        found: list[Seen] = self.stage.until(
            lambda: self.replies(question), f"the reply to {question.mark}", seconds
        )
        return found[0]

    def replies(self, question: Question) -> list[Seen]:
        found = replies_to(question.asked, self.here(question.place))
        return [each for each in found if isinstance(each, Seen)]

    def prompt(self, question: Question) -> Seen:
        """The question that the bot asks, with its buttons."""
        found: Seen = self.stage.until(
            lambda: self.open_prompt(question), f"the prompt of {question.mark}"
        )
        return found

    def open_prompt(self, question: Question) -> Seen | None:
        after = [each for each in self.here(question.place) if each.ts > question.told.ts]
        return next((each for each in after if each.buttons), None)

    def settled(self, question: Question, prompt: Seen, word: str) -> Seen:
        """The prompt, once it says what became of it and has no buttons."""

        def outcome() -> Seen | None:
            found = [each for each in self.here(question.place) if each.ts == prompt.ts]
            return found[0] if found and not found[0].buttons and word in found[0].shown else None

        found: Seen = self.stage.until(outcome, f"the prompt's outcome: {word}")
        return found

    def told(self, person: str, words: str, earlier: int = 0) -> str:
        """What this person alone is told, once it holds these words."""

        def look() -> str | None:
            told = self.venue.told(person)[earlier:]
            return next((each for each in told if words.lower() in each.lower()), None)

        found: str = self.stage.until(look, f"{words!r} said to somebody")
        return found

    def reads(self, place: Place, person: str, words: str, after: str) -> str:
        """What this person reads there, once it holds these words."""

        def look() -> str | None:
            shown = [each for each in self.venue.seen() if each.by_bot and each.ts > after]
            here = [each for each in shown if each.room == place.room]
            texts = [each.shown for each in here if each.only_for in (None, person)]
            return next((each for each in texts if words.lower() in each.lower()), None)

        found: str = self.stage.until(look, f"{words!r} to be read")
        return found

    def here(self, place: Place) -> list[Seen]:
        seen = self.venue.seen(place.room)
        return [each for each in seen if each.thread_ts == place.thread]

    def running(self, question: Question) -> None:
        self.until(lambda: self.stage.runs_with(question.mark), f"the run of {question.mark}")

    def until(self, look: Callable[[], Any], what: str, seconds: float = REPLY_SECONDS) -> Any:
        return self.stage.until(look, what, seconds)

    def no_run_of(self, mark: str) -> None:
        check(not self.stage.runs_with(mark), f"{mark} is in a run")
