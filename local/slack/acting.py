"""What people do, as webhooks: the bodies that Slack posts for messages, commands and buttons."""

import copy
import json
from dataclasses import dataclass
from typing import Any

from local.samples import Body, load_event
from local.slack.files import Files
from local.slack.responses import Responses
from local.slack.workspace import BOT_USER, File, Post, Room, Workspace

EVENTS, INTERACTIONS, COMMANDS = "events", "interactions", "commands"


@dataclass(frozen=True, slots=True)
class Form:
    """A body that goes out as a form, to one of the app's other addresses."""

    to: str
    fields: dict[str, str]
    what: str
    room: str
    user: str
    thread: str | None = None


def events_for(workspace: Workspace, post: Post, files: Files | None = None) -> list[Body]:
    """The webhooks that this post sets off: one, or two for a mention in a channel."""
    room = workspace.rooms[post.room]
    root = workspace.find(room.id, post.thread_ts) if post.thread_ts else None
    message = _message(post, room, root)
    if post.files and files is not None:
        shown = [files.as_json(each) for each in post.files]
        message |= {"subtype": "file_share", "files": shown}
    bodies = [_envelope("slack/dm" if room.kind == "im" else "slack/channel-mention", message)]
    if room.kind != "im" and f"<@{BOT_USER}>" in post.text:
        twin = {key: value for key, value in message.items() if key != "channel_type"}
        bodies.append(_envelope("slack/channel-mention-twin", {**twin, "type": "app_mention"}))
    for index, body in enumerate(bodies):
        body["event_id"] = f"Ev{post.ts.replace('.', '')}{index}"
        body["event_time"] = int(float(post.ts))
    return bodies


def say(
    workspace: Workspace,
    room: str,
    user: str,
    text: str,
    thread: str | None = None,
    file: File | None = None,
) -> Post:
    """A person's post, as the workspace shows it and as the webhook carries it."""
    _check(workspace, room, user)
    files = (file,) if file else ()
    return workspace.say(room, user, escape(text), thread_ts=thread, files=files)


def escape(text: str) -> str:
    """Slack's three escapes. `@Parley` becomes a mention, as the composer would make it."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return escaped.replace("@Parley", f"<@{BOT_USER}>")


def slash(workspace: Workspace, responses: Responses, room: str, user: str, text: str) -> Form:
    """`/parley TEXT`, which nobody else sees. Slack takes none in a thread."""
    _check(workspace, room, user)
    fields = load_event("slack/slash-command")
    fields |= {
        "channel_id": room,
        "channel_name": _named(workspace.rooms[room]),
        "user_id": user,
        "user_name": workspace.people[user].name.lower(),
        "text": escape(text),
        "response_url": responses.open(room, user, None),
        "trigger_id": f"{workspace.new_ts()}.x",
    }
    return Form(COMMANDS, fields, f"/parley {text}".strip(), room, user)


def click(
    workspace: Workspace, responses: Responses, post: Post, user: str, action_id: str
) -> Form:
    """A button of the bot's post."""
    button = next((each for each in post.buttons if each.get("action_id") == action_id), None)
    if button is None:
        raise ValueError("no such button")
    payload = _payload("slack/block-actions", workspace, post, user)
    payload |= {
        "container": {
            "type": "message",
            "message_ts": post.ts,
            "channel_id": post.room,
            "is_ephemeral": bool(post.only_for),
            **({"thread_ts": post.thread_ts} if post.thread_ts else {}),
        },
        "message": _shown(post),
        "response_url": responses.open(post.room, user, post.thread_ts, post.ts),
        "actions": [{**button, "block_id": "b1", "action_ts": workspace.new_ts()}],
    }
    return _interaction(payload, "button", post, user)


def ask_about(workspace: Workspace, responses: Responses, post: Post, user: str) -> Form:
    """The shortcut in a message's menu."""
    payload = _payload("slack/message-action", workspace, post, user)
    payload |= {
        "message_ts": post.ts,
        "message": _shown(post),
        "response_url": responses.open(post.room, user, post.thread_ts, post.ts),
        "action_ts": workspace.new_ts(),
    }
    return _interaction(payload, "Ask agent", post, user)


def stop_session(workspace: Workspace, room: str, thread_ts: str, user: str) -> Body:
    """Slack's own stop button, under a session that is being worked on."""
    _check(workspace, room, user)
    body = copy.deepcopy(load_event("slack/agent-session-stopped"))
    now = workspace.new_ts()
    more = {"channel": room, "thread_ts": thread_ts, "user": user, "event_ts": now}
    body["event"] |= more
    body["event_id"] = f"Ev{now.replace('.', '')}9"
    return body


def _check(workspace: Workspace, room: str, user: str) -> None:
    if room not in workspace.rooms or user not in workspace.people:
        raise ValueError("no such room or person")


def _payload(sample: str, workspace: Workspace, post: Post, user: str) -> Body:
    _check(workspace, post.room, user)
    payload = load_event(sample)
    name = workspace.people[user].name.lower()
    payload["user"] |= {"id": user, "username": name, "name": name}
    payload["channel"] = {"id": post.room, "name": _named(workspace.rooms[post.room])}
    payload["trigger_id"] = f"{workspace.new_ts()}.x"
    return payload


def _interaction(payload: Body, what: str, post: Post, user: str) -> Form:
    fields = {"payload": json.dumps(payload, ensure_ascii=False)}
    return Form(INTERACTIONS, fields, what, post.room, user, post.thread_ts)


def _named(room: Room) -> str:
    return "directmessage" if room.kind == "im" else room.name


def _shown(post: Post) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "type": "message",
        "user": post.user,
        "ts": post.ts,
        "text": post.text,
    }
    return shown | ({"thread_ts": post.thread_ts} if post.thread_ts else {})


def _message(post: Post, room: Room, root: Post | None) -> Body:
    message: Body = {
        "type": "message",
        "user": post.user,
        "text": post.text,
        "ts": post.ts,
        "event_ts": post.ts,
        "channel": room.id,
        "channel_type": "im" if room.kind == "im" else "channel",
    }
    if post.thread_ts:
        message |= {"thread_ts": post.thread_ts}
    if root is not None:
        message |= {"parent_user_id": root.user}
    return message


def _envelope(base: str, message: Body) -> Body:
    """The sample's envelope around this message; of its event stays what the message lacks."""
    body = copy.deepcopy(load_event(base))
    kept = {k: body["event"][k] for k in ("client_msg_id", "team") if k in body["event"]}
    body["event"] = kept | message
    return body
