"""`make say TEXT="..."`: send a signed message to a running `make dev`, print the reply."""

import argparse
import sys
import time
from collections.abc import Iterator
from typing import Any

import httpx

from local.run_file import running_page

WAIT_SECONDS = 600.0
EVERY_SECONDS = 0.1
GRACE_SECONDS = 5.0  # from the acknowledgement to the sight of an execution
PLATFORMS = ("slack", "telegram", "discord")
State = dict[str, Any]


class NoReply(Exception):
    """What went wrong, for the terminal."""


def main() -> int:
    arguments = _arguments()
    if not arguments.text.strip():
        return _sorry('Nothing to say. Use it as: make say TEXT="Which files changed?"')
    page = running_page()
    if page is None:
        return _sorry("No local runtime is running here. Start one in another terminal: make dev")
    try:
        with httpx.Client(base_url=page, timeout=10) as client:
            for text in _converse(client, arguments):
                print(text, flush=True)
    except httpx.HTTPError as error:
        return _sorry(f"The local runtime at {page} does not answer: {error}")
    except NoReply as reason:
        return _sorry(str(reason))
    except (KeyboardInterrupt, BrokenPipeError):
        return 130
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make say", description=__doc__)
    parser.add_argument("text")
    parser.add_argument("--platform", choices=PLATFORMS, default="slack")
    parser.add_argument("--user", default="Ada", help="who writes: Ada, Ben, Cleo or Dora")
    parser.add_argument("--channel", help="a channel's, group's or thread's name")
    return parser.parse_args()


def _converse(client: httpx.Client, arguments: argparse.Namespace) -> Iterator[str]:
    """Send, and give each of the bot's posts as it comes, until the conversation rests."""
    state = _state(client, arguments.platform)
    user, room = _place(state, arguments)
    sent = _send(client, arguments, user, room)
    known = {each["id"] for each in state["posts"]}
    printed: dict[str, str] = {}
    deadline = time.monotonic() + WAIT_SECONDS
    grace = time.monotonic() + GRACE_SECONDS
    while time.monotonic() < deadline:
        state = _state(client, arguments.platform)
        _check_webhook(state, arguments.platform, sent["id"])
        active = _active(client, arguments, user, room)
        for post in _replies(state, room, user, known):
            if _is_said(post, active) and printed.get(post["id"]) != post["text"]:
                printed[post["id"]] = post["text"]
                yield _text(post)
        if printed and not active:
            return
        if not active and time.monotonic() > grace:
            raise NoReply("The message was accepted, but no reply came. See the log of `make dev`.")
        time.sleep(EVERY_SECONDS)
    raise NoReply(f"No reply within {WAIT_SECONDS:.0f} s.")


def _state(client: httpx.Client, platform: str) -> State:
    answer: State = client.get("/page/state").json()[platform]
    return answer


def _active(client: httpx.Client, arguments: argparse.Namespace, user: str, room: str) -> bool:
    """Whether anything runs where this was said: elsewhere somebody may be asked for hours."""
    here = room if arguments.channel else user
    return any(
        each["status"] == "RUNNING"
        and each["conversation"].startswith(f"{arguments.platform}:")
        and here in each["conversation"]
        for each in client.get("/page/executions").json()
    )


def _send(
    client: httpx.Client, arguments: argparse.Namespace, user: str, room: str
) -> dict[str, Any]:
    """In the form that turns to the bot: a mention in a channel, on Discord a command."""
    text, platform = arguments.text, arguments.platform
    command = text.startswith("/")
    if platform == "discord" and not command:
        text = f"/ask {text}"
    elif arguments.channel and not command and "@Parley" not in text:
        text = f"@Parley {text}"
    body = {"platform": platform, "do": "say", "user": user, "room": room, "text": text}
    answer = client.post("/page/act", json=body)
    sent: dict[str, Any] = answer.json()
    if answer.is_error:
        raise NoReply(str(sent.get("error")))
    return sent


def _place(state: State, arguments: argparse.Namespace) -> tuple[str, str]:
    people = {each["name"]: each["id"] for each in state["people"]}
    user = people.get(arguments.user.capitalize())
    if user is None:
        raise NoReply(f"There is no {arguments.user} here, only {', '.join(people)}.")
    for room in state["rooms"]:
        direct = room["kind"] == "direct"
        if not direct and arguments.channel in (room["name"], f"#{room['name']}"):
            return user, room["id"]
        if not arguments.channel and direct and user in room["people"]:
            return user, room["id"]
    raise NoReply(f"There is no channel {arguments.channel} here.")


def _check_webhook(state: State, platform: str, sent: str) -> None:
    """The platform's retries may still get through: only the last attempt's refusal is final."""
    attempts = [each for each in state["log"] if each["kind"] == "webhook" and each["id"] == sent]
    last = max(attempts, key=lambda each: int(each["attempt"]), default=None)
    final = {"slack": 3, "telegram": 5, "discord": 0}[platform]
    if last and last["attempt"] >= final and not 200 <= last["status"] < 300:
        raise NoReply(f"The webhook was answered {last['status'] or 'nothing'}, not 200.")


def _replies(state: State, room: str, user: str, known: set[str]) -> list[State]:
    return [
        each
        for each in state["posts"]
        if each["bot"]
        and each["room"] == room
        and each["id"] not in known
        and each.get("only_for") in (None, user)
    ]


def _is_said(post: State, active: bool) -> bool:
    """What shows the progress is replaced by the answer: it is printed once all rests."""
    return not post.get("thinking") and (not active or bool(post["buttons"]))


def _text(post: State) -> str:
    files = [f"[{each['name']}, {each['size']} bytes]" for each in post["files"]]
    return "\n".join([*([post["text"]] if post["text"] else []), *files])


def _sorry(reason: str) -> int:
    print(reason, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
