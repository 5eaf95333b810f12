"""The Web API's methods that a bot like ours calls, on the stand-in's workspace."""

from collections.abc import Callable, Mapping
from typing import Any

from local.slack import limits
from local.slack.errors import SlackError
from local.slack.workspace import APP, BOT_ID, BOT_NAME, BOT_USER, TEAM, Post, Workspace

Arguments = Mapping[str, Any]
Answer = dict[str, Any]


def _ok(**more: Any) -> Answer:
    return {"ok": True, **more}


def auth_test(workspace: Workspace, arguments: Arguments) -> Answer:
    return _ok(
        url="http://localhost/",
        team="Parley local",
        user=BOT_NAME.lower(),
        team_id=TEAM,
        user_id=BOT_USER,
        bot_id=BOT_ID,
    )


def post_message(workspace: Workspace, arguments: Arguments) -> Answer:
    room = writable(workspace, arguments.get("channel"))
    _refuse(limits.refusal(arguments))
    post = workspace.say(
        room,
        BOT_USER,
        limits.cut(arguments.get("text") or ""),
        blocks=blocks_of(arguments),
        thread_ts=arguments.get("thread_ts") or None,
    )
    return _ok(channel=room, ts=post.ts, message=as_message(post))


def update(workspace: Workspace, arguments: Arguments) -> Answer:
    post = _own_post(workspace, arguments)
    _refuse(limits.refusal(arguments))
    text = limits.cut(arguments.get("text") or "")
    post = workspace.edit(post.room, post.ts, text, blocks_of(arguments))
    return _ok(channel=post.room, ts=post.ts, text=post.text, message=as_message(post))


def delete(workspace: Workspace, arguments: Arguments) -> Answer:
    try:
        post = _own_post(workspace, arguments)
    except SlackError as error:
        wrong = "cant_delete_message" if str(error) == "cant_update_message" else str(error)
        raise SlackError(wrong) from error
    workspace.delete(post)
    return _ok(channel=post.room, ts=post.ts)


def post_ephemeral(workspace: Workspace, arguments: Arguments) -> Answer:
    room = writable(workspace, arguments.get("channel"))
    user = str(arguments.get("user", ""))
    if user not in workspace.rooms[room].people:
        raise SlackError("user_not_in_channel")
    _refuse(limits.refusal(arguments))
    post = workspace.say(
        room,
        BOT_USER,
        limits.cut(arguments.get("text") or ""),
        blocks=blocks_of(arguments),
        thread_ts=arguments.get("thread_ts") or None,
        only_for=user,
    )
    return _ok(message_ts=post.ts)


def add_reaction(workspace: Workspace, arguments: Arguments) -> Answer:
    name, post = _reaction(workspace, arguments)
    if name in post.reactions:
        raise SlackError("already_reacted")
    workspace.react(post.room, post.ts, name)
    return _ok()


def remove_reaction(workspace: Workspace, arguments: Arguments) -> Answer:
    name, post = _reaction(workspace, arguments)
    if name not in post.reactions:
        raise SlackError("no_reaction")
    workspace.unreact(post.room, post.ts, name)
    return _ok()


def set_status(workspace: Workspace, arguments: Arguments) -> Answer:
    room = writable(workspace, arguments.get("channel_id"))
    if not arguments.get("thread_ts"):
        raise SlackError("invalid_arguments")
    workspace.set_status(room, arguments["thread_ts"], str(arguments.get("status", "")))
    return _ok()


def set_session_status(workspace: Workspace, arguments: Arguments) -> Answer:
    room = writable(workspace, arguments.get("channel_id"))
    status = str(arguments.get("status", ""))
    if status not in limits.SESSION_STATUSES or not arguments.get("thread_ts"):
        raise SlackError("invalid_arguments")
    workspace.set_session(room, str(arguments["thread_ts"]), status)
    return _ok()


def conversations_info(workspace: Workspace, arguments: Arguments) -> Answer:
    room = workspace.rooms.get(arguments.get("channel", ""))
    if room is None:
        raise SlackError("channel_not_found")
    direct = room.kind == "im"
    shown = {"id": room.id, "is_im": direct, "is_channel": not direct, "is_archived": room.archived}
    return _ok(channel={**shown, "name": room.name, "is_member": room.bot_is_member})


def conversations_replies(workspace: Workspace, arguments: Arguments) -> Answer:
    room = _readable(workspace, arguments.get("channel"))
    posts = [
        each for each in workspace.posts(room, str(arguments.get("ts", ""))) if not each.only_for
    ]
    if not posts:
        raise SlackError("thread_not_found")
    return _ok(messages=[as_message(each) for each in posts], has_more=False)


def conversations_open(workspace: Workspace, arguments: Arguments) -> Answer:
    person = str(arguments.get("users", ""))
    if person not in workspace.people:
        raise SlackError("user_not_found")
    return _ok(channel={"id": workspace.direct(person).id})


def users_info(workspace: Workspace, arguments: Arguments) -> Answer:
    person = workspace.people.get(str(arguments.get("user", "")))
    if person is None:
        raise SlackError("user_not_found")
    profile = {"display_name": person.name, "real_name": person.name}
    return _ok(user={"id": person.id, "name": person.name.lower(), "profile": profile})


METHODS: dict[str, Callable[[Workspace, Arguments], Answer]] = {
    "auth.test": auth_test,
    "chat.postMessage": post_message,
    "chat.postEphemeral": post_ephemeral,
    "chat.update": update,
    "chat.delete": delete,
    "reactions.add": add_reaction,
    "reactions.remove": remove_reaction,
    "assistant.threads.setStatus": set_status,
    "agents.sessions.setStatus": set_session_status,
    "conversations.info": conversations_info,
    "conversations.replies": conversations_replies,
    "conversations.open": conversations_open,
    "users.info": users_info,
}


def _refuse(error: str | None) -> None:
    if error is not None:
        raise SlackError(error)


def _readable(workspace: Workspace, room: Any) -> str:
    if room not in workspace.rooms:
        raise SlackError("channel_not_found")
    return str(room)


def writable(workspace: Workspace, room: Any) -> str:
    name = _readable(workspace, room)
    if workspace.rooms[name].archived:
        raise SlackError("is_archived")
    if not workspace.rooms[name].bot_is_member:
        raise SlackError("not_in_channel")
    return name


def _own_post(workspace: Workspace, arguments: Arguments) -> Post:
    room = writable(workspace, arguments.get("channel"))
    post = workspace.find(room, str(arguments.get("ts")))
    if post is None or post.only_for:
        raise SlackError("message_not_found")
    if not post.by_bot:
        raise SlackError("cant_update_message")
    return post


def _reaction(workspace: Workspace, arguments: Arguments) -> tuple[str, Post]:
    room = _readable(workspace, arguments.get("channel"))
    name = str(arguments.get("name", ""))
    if not name or ":" in name:
        raise SlackError("invalid_name")
    post = workspace.find(room, str(arguments.get("timestamp")))
    if post is None:
        raise SlackError("message_not_found")
    return name, post


def blocks_of(arguments: Arguments) -> tuple[dict[str, Any], ...]:
    """The message's blocks; `markdown_text` shows as a markdown block does."""
    if arguments.get("markdown_text"):
        return ({"type": "markdown", "text": arguments["markdown_text"]},)
    return tuple(arguments.get("blocks") or ())


def as_message(post: Post) -> Answer:
    message: Answer = {"type": "message", "user": post.user, "ts": post.ts, "text": post.text}
    if post.by_bot:
        message |= {"bot_id": BOT_ID, "app_id": APP, "team": TEAM}
    if post.blocks:
        message["blocks"] = list(post.blocks)
    if post.thread_ts:
        message["thread_ts"] = post.thread_ts
    if post.files:
        message["files"] = [{"id": each.id, "name": each.name} for each in post.files]
    return message
