"""What a recording of a real agent server says: its streams' events, its runs, its history."""

import json
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Frame:
    """A whole event of a stream: when it came, and the lines it came in."""

    due: int  # milliseconds since the stream was opened
    id: int
    run: str | None
    name: str
    fields: Json
    lines: bytes


def frames_of(stream: Json) -> list[Frame]:
    """The whole events; a recording may have been stopped inside of one."""
    frames: list[Frame] = []
    lines: list[str] = []
    for seconds, line in stream["lines"]:
        lines.append(line)
        if line:
            continue
        fields = dict(part.split(": ", 1) for part in lines if part and part[0] != ":")
        if fields:
            frames.append(_frame(round(seconds * 1000), fields, lines))
        lines = []
    return frames


def _frame(due: int, fields: Mapping[str, str], lines: Sequence[str]) -> Frame:
    data = json.loads(fields["data"])
    (inner,) = data["event"].values() if "event" in data else ({},)
    sent = "".join(f"{line}\n" for line in lines).encode()
    return Frame(due, data.get("id", 0), data.get("run_id"), fields["event"], inner, sent)


class Recording:
    """What is known of one scenario."""

    def __init__(self, recorded: Json) -> None:
        self.exchanges: list[Json] = recorded["exchanges"]
        self.streams: list[Json] = recorded["streams"]
        self.session = self.streams[0]["path"].split("/")[3]
        self.prompts: dict[str, str] = {}  # by the run that they started, in order
        for exchange in self.exchanges:
            body = exchange["body"]
            if exchange["path"].endswith("/messages") and exchange["method"] == "POST":
                said = body if isinstance(body, str) else body.get("message", {}).get("content")
                if exchange["status"] == 200:
                    self.prompts.setdefault(exchange["answer"]["run_id"], said)

    @property
    def runs(self) -> list[str]:
        return list(self.prompts)

    def last(self, path: str) -> Json | None:
        """The newest successful answer to a GET of this path of the session."""
        wanted = f"/v1/sessions/{self.session}{path}"
        found = [
            exchange["answer"]
            for exchange in self.exchanges
            if (exchange["method"], exchange["path"]) == ("GET", wanted)
            and exchange["status"] == 200
        ]
        return found[-1] if found else None

    def history(self) -> list[tuple[str | None, Json]]:
        """The session's messages, each prompt with the run that it started. As recorded, else as
        the events tell it."""
        recorded = self.last("/messages")
        if recorded is None:
            return self._told()
        rest = deque(self.prompts.items())
        messages: list[tuple[str | None, Json]] = []
        for message in recorded["messages"]:
            begins = message["role"] == "user" and rest and message["content"].endswith(rest[0][1])
            messages.append((rest.popleft()[0] if begins else None, message))
        return messages

    def _told(self) -> list[tuple[str | None, Json]]:
        texts = {
            frame.id: (frame.run, frame.fields["text"])
            for stream in self.streams
            for frame in frames_of(stream)
            if frame.name == "text_complete"
        }
        messages: list[tuple[str | None, Json]] = [(None, {"role": "system", "content": "prompt"})]
        for run, prompt in self.prompts.items():
            messages.append((run, {"role": "user", "content": prompt}))
            said = [text for _, (teller, text) in sorted(texts.items()) if teller == run]
            messages += [(None, {"role": "assistant", "content": text}) for text in said]
        return messages
