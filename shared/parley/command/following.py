"""Following a task to its end: the agent's words as they come, what it does beside them."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TextIO

from parley.command import showing
from parley.command.api import ParleyApi
from parley.errors import ApiUnavailable

PAUSE = 1.0  # seconds between two looks, as often as frames are written
TRIES = 30  # looks in a row that the API did not answer
Fields = Mapping[str, Any]


@dataclass(slots=True)
class Follower:
    """The agent's text goes to `out`, the rest to `errors`; as JSON, each frame is a line of
    `out`."""

    api: ParleyApi
    sleep: Callable[[float], None]
    out: TextIO
    errors: TextIO
    as_json: bool
    _doing: str = field(default="", init=False)
    _in_line: bool = field(default=False, init=False)

    def follow(self, id: str) -> Fields:
        """The task as it is at its end. Raises ApiError."""
        for answer in self._answers(id):
            for frame in answer["frames"]:
                self._show(frame)
            self._progress(str(answer["doing"] or ""))
        self._end_line()
        return self.api.get("tasks", id)

    def _answers(self, id: str) -> Iterator[Fields]:
        after, failures = 0, 0
        while True:
            try:
                answer = self.api.get("tasks", id, "frames", query=f"after={after}")
            except ApiUnavailable:
                failures += 1
                if failures >= TRIES:
                    raise
                self.sleep(PAUSE)
                continue
            failures = 0
            yield answer
            if answer["over"]:
                return
            if not answer["frames"]:
                self.sleep(PAUSE)
            after = answer["last"]

    def _show(self, frame: Fields) -> None:
        if self.as_json:
            self._write(self.out, f"{json.dumps(frame)}\n")
            return
        content = frame["content"]
        if "text" in content:
            self._say(showing.plain(content["text"]))
        elif "id" in content:
            told = " ".join(str(content.get(key) or "") for key in ("title", "status"))
            self._aside(showing.plain(told))
        elif "commands" in content:
            names = ", ".join(str(each.get("name", "")) for each in content["commands"])
            self._aside(showing.plain(f"commands: {names}"))

    def _progress(self, doing: str) -> None:
        if doing and doing != self._doing and not self.as_json:
            self._aside(showing.plain(doing))
        self._doing = doing

    def _say(self, text: str) -> None:
        self._write(self.out, text)
        self._in_line = not text.endswith("\n") if text else self._in_line

    def _aside(self, line: str) -> None:
        self._end_line()
        self._write(self.errors, f"· {' '.join(line.split())}\n")

    def _end_line(self) -> None:
        if self._in_line:
            self._write(self.out, "\n")
        self._in_line = False

    def _write(self, stream: TextIO, text: str) -> None:
        stream.write(text)
        stream.flush()
