"""The commands for projects, agents, tasks and changes: each calls the API."""

import argparse
import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from parley.command import showing
from parley.command.api import ParleyApi
from parley.command.document import text_of
from parley.command.following import Follower
from parley.core.document import Slip, load
from parley.core.tasks.request import BadRequest, parse
from parley.errors import ApiError, ApiUnavailable, SettingsError

Fields = Mapping[str, Any]

FAILED_TASK = 3  # the exit code where a task that was followed did not complete
LEAST_SHA = 8  # digits
ID_KEYS = {"project": "id", "agent": "name"}


@dataclass(frozen=True, slots=True)
class Terminal:
    out: TextIO
    errors: TextIO
    sleep: Callable[[float], None]


def run(given: argparse.Namespace, api: ParleyApi, terminal: Terminal) -> int:
    """The exit code. Raises ParleyError."""
    desk = Desk(given, api, terminal)
    match given.command, given.verb:
        case "project" | "agent", verb:
            desk.registered(verb)
        case "task", "follow":
            return desk.follow()
        case "task", verb:
            desk.task(verb)
        case "change", "show" | "patch" as verb:
            desk.look_at_change(verb)
        case "change", verb:
            desk.rule(verb)
    return 0


@dataclass(frozen=True, slots=True)
class Desk:
    given: argparse.Namespace
    api: ParleyApi
    terminal: Terminal

    def registered(self, verb: str) -> None:
        kind = self.given.command
        match verb:
            case "put":
                id, body = _document(self.given.file, ID_KEYS[kind])
                answer = self.api.put(f"{kind}s", id, body=body)
                self._tell(answer, lambda _: f"{kind} {id} is registered")
            case "list":
                answer = self.api.get(f"{kind}s")
                self._tell(answer, lambda found: _listed(found[f"{kind}s"], kind))
            case "show":
                self._tell(self.api.get(f"{kind}s", self.given.id), showing.as_json)
            case "remove":
                self.api.delete(f"{kind}s", self.given.id)
                self._tell({"removed": self.given.id}, lambda _: f"{kind} {self.given.id} is gone")

    def task(self, verb: str) -> None:
        id = getattr(self.given, "id", "")
        match verb:
            case "start":
                self._tell(self._start(), _started)
            case "list":
                self._tell(self.api.get("tasks", query=f"limit={self.given.limit}"), showing.tasks)
            case "show":
                self._tell(self.api.get("tasks", id), showing.task)
            case "transcript":
                self._tell(self.api.get("tasks", id, "transcript"), showing.transcript)
            case "cancel":
                self._tell(self.api.post("tasks", id, "cancel", body={}), showing.task)

    def follow(self) -> int:
        streams = (self.terminal.out, self.terminal.errors)
        follower = Follower(self.api, self.terminal.sleep, *streams, self.given.json)
        task = follower.follow(self.given.id)
        if self.given.json:
            self.terminal.out.write(f"{json.dumps(task)}\n")
        else:
            self.terminal.errors.write(f"{showing.task(task)}\n")
        return 0 if task["state"] == "completed" else FAILED_TASK

    def look_at_change(self, verb: str) -> None:
        change = self.api.get("changes", self.given.id)
        if verb == "show":
            self._tell(change, showing.change)
            return
        patch = self.api.patch_of(change)
        if self.given.output:
            _write(self.given.output, patch)
        else:
            self.terminal.out.write(showing.plain(patch.decode(errors="replace")))

    def rule(self, verb: str) -> None:
        body = {"by": self.given.by, **self._words(verb)}
        if verb == "apply":
            body["patch_sha256"] = self._patch()
        answer = self.api.post("changes", self.given.id, verb, body=body)
        self._tell(answer, lambda found: showing.plain(found["said"]))

    def _words(self, verb: str) -> Fields:
        key = {"reject": "reason", "revise": "prompt"}.get(verb)
        return {key: " ".join(self.given.words)} if key else {}

    def _patch(self) -> str:
        """The whole hash of the patch whose beginning was given."""
        known = str(self.api.get("changes", self.given.id)["patch_sha256"])
        if len(self.given.patch) < LEAST_SHA or not known.startswith(self.given.patch.lower()):
            raise ApiError(
                f"{self.given.patch} is not the patch of change {self.given.id}: "
                f"look at it, then give the first {LEAST_SHA} digits of its hash, or more"
            )
        return known

    def _start(self) -> Fields:
        try:
            asked = parse(" ".join([self.given.project, *self.given.words]))
        except BadRequest as error:
            raise ApiError(str(error)) from None
        key = self.given.key or str(uuid.uuid4())
        body = {
            "project": asked.project,
            "prompt": asked.prompt,
            "agent": asked.agent,
            "model": asked.model,
            "mode": asked.mode,
            "think": asked.thinking,
            "session": asked.session,
            "by": self.given.by,
            "key": key,
        }
        try:
            return self.api.post("tasks", body=body)
        except ApiUnavailable as error:
            raise ApiUnavailable(f"{error} (with --key {key} it is one task)") from None

    def _tell(self, answer: Fields, words: Callable[[Fields], str]) -> None:
        told = showing.as_json(answer) if self.given.json else words(answer)
        self.terminal.out.write(f"{told}\n")


def _document(path: str, key: str) -> tuple[str, Fields]:
    """A document's id, and all of it. Whether it makes sense, the API says."""
    try:
        body = load(text_of(path))
    except Slip as slip:
        raise SettingsError(f"{path}{slip}") from None
    if not isinstance(body, dict) or not isinstance(body.get(key), str) or not body[key]:
        raise SettingsError(f"{path} has no {key}")
    return body[key], body


def _listed(documents: list[Fields], kind: str) -> str:
    if not documents:
        return f"no {kind}s"
    if kind == "project":
        return showing.table(
            *((each["id"], each["name"], each["repository"]) for each in documents)
        )
    return showing.table(*((each["name"], " ".join(each["command"])) for each in documents))


def _started(task: Fields) -> str:
    return f"{showing.task(task)}\nfollow it with: task follow {task['id']}"


def _write(path: str, content: bytes) -> None:
    try:
        Path(path).write_bytes(content)
    except OSError as error:
        raise SettingsError(f"{path} cannot be written: {error}") from None
