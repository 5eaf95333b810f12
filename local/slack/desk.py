"""Slack on the page."""

from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any

from local.page.desk import Asked, State, file_state, log_of, text_of, upload_of
from local.slack.acting import Form, ask_about, click, events_for, say, slash, stop_session
from local.slack.app import SlackStandIn
from local.slack.workspace import BOT_NAME, BOT_USER, Post, Room

COMMAND = "/parley"


class SlackDesk:
    name = "slack"

    def __init__(self, slack: SlackStandIn) -> None:
        self._slack = slack
        self._space = slack.workspace

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        return self._space.listeners.add(listener)

    def state(self) -> State:
        space = self._space
        return {
            "bot": {"id": BOT_USER, "name": BOT_NAME},
            "people": [{"id": each.id, "name": each.name} for each in space.people.values()],
            "rooms": [_room(each) for each in space.rooms.values()],
            "posts": [_post(each) for each in space.posts()],
            "statuses": [
                {"room": each.room, "thread": each.thread_ts, "text": each.text}
                for each in space.statuses()
            ],
            "sessions": [
                {"room": room, "thread": thread}
                for (room, thread), status in space.sessions.items()
                if status == "processing"
            ],
            "commands": [{"name": COMMAND, "description": "status, stop, help, …"}],
            "log": log_of(self._slack.webhooks.delivered, self._slack.api.calls()),
        }

    def act(self, asked: Asked, senders: Executor) -> State:
        match asked.get("do"):
            case "say":
                return self._say(asked, senders)
            case "click":
                post = self._find(asked)
                form = click(
                    self._space, self._slack.responses, post, asked["user"], asked["button"]
                )
                return self._submit(form, senders)
            case "about":
                form = ask_about(
                    self._space, self._slack.responses, self._find(asked), asked["user"]
                )
                return self._submit(form, senders)
            case "stop":
                body = stop_session(self._space, asked["room"], asked["thread"], asked["user"])
                senders.submit(self._slack.webhooks.deliver, body)
                return {}
        raise ValueError("Slack has no such thing.")

    def file(self, file_id: str) -> tuple[str, bytes] | None:
        found = self._space.files.get(file_id)
        return (found.name, found.content) if found else None

    def _say(self, asked: Asked, senders: Executor) -> State:
        text, upload, thread = text_of(asked), upload_of(asked), asked.get("thread") or None
        if text.startswith(COMMAND):
            if thread:
                raise ValueError("Slack takes no commands in threads. Write !stop or the like.")
            words = text.removeprefix(COMMAND).strip()
            form = slash(self._space, self._slack.responses, asked["room"], asked["user"], words)
            return self._submit(form, senders)
        file = None
        if upload:
            file = self._space.keep_file(upload.name, upload.media_type, upload.content)
        post = say(self._space, asked["room"], asked["user"], text, thread, file)
        for body in events_for(self._space, post, self._slack.api.files):
            senders.submit(self._slack.webhooks.deliver, body)
        return {"room": post.room, "id": post.ts, "thread": thread or post.ts}

    def _submit(self, form: Form, senders: Executor) -> State:
        senders.submit(self._slack.webhooks.submit, form)
        return {"room": form.room, "id": self._space.new_ts(), "thread": form.thread}

    def _find(self, asked: Asked) -> Post:
        post = self._space.find(str(asked.get("room")), str(asked.get("post")))
        if post is None:
            raise ValueError("There is no such message any more.")
        return post


def _room(room: Room) -> State:
    return {
        "id": room.id,
        "name": room.name,
        "kind": "direct" if room.kind == "im" else "channel",
        "people": room.people,
        "closed": "archived" if room.archived else "",
        "parent": None,
    }


def _post(post: Post) -> State:
    blocks = [each for each in post.blocks if each.get("type") != "actions"]
    body: dict[str, Any] = {"kind": "mrkdwn", "text": post.text}
    if blocks:
        body = {"kind": "blocks", "blocks": blocks}
    return {
        "room": post.room,
        "id": post.ts,
        "thread": post.thread_ts,
        "user": post.user,
        "bot": post.by_bot,
        "at": int(float(post.ts) * 1000),
        "body": body,
        "text": post.shown,
        "buttons": _buttons(post),
        "files": [file_state("slack", f.id, f.name, len(f.content)) for f in post.files],
        "edited": post.edited,
        "reactions": post.reactions,
        "only_for": post.only_for,
    }


def _buttons(post: Post) -> list[list[State]]:
    styles = {"primary": "good", "danger": "bad"}
    row = [
        {
            "id": each.get("action_id"),
            "label": each["text"]["text"],
            "style": styles.get(each.get("style", ""), ""),
        }
        for each in post.buttons
    ]
    return [row] if row else []
