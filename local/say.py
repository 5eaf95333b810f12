"""`make say TEXT="..."`: send a signed Slack message to a running `make dev`, print the reply."""

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
    parser.add_argument("--user", default="Ada", help="who writes: Ada, Ben or Cleo")
    parser.add_argument("--channel", help="a channel's name, where the bot is mentioned")
    return parser.parse_args()


def _converse(client: httpx.Client, arguments: argparse.Namespace) -> Iterator[str]:
    """Send, and give each of the bot's posts as it comes, until the conversation rests."""
    state = client.get("/page/state").json()
    user, room = _place(state, arguments)
    mention = "@Parley " if arguments.channel and "@Parley" not in arguments.text else ""
    body = {"user": user, "room": room, "text": mention + arguments.text}
    sent = client.post("/page/send", json=body).json()
    thread = sent["ts"] if arguments.channel else None
    printed = 0
    deadline = time.monotonic() + WAIT_SECONDS
    grace = time.monotonic() + GRACE_SECONDS
    while time.monotonic() < deadline:
        state = client.get("/page/state").json()
        _check_webhook(state, room, sent["ts"])
        executions = client.get("/page/executions").json()
        replies = [each for each in state["posts"] if _replies(each, room, sent["ts"], thread)]
        for post in replies[printed:]:
            yield _text(post)
        printed = len(replies)
        active = any(each["status"] == "RUNNING" for each in executions)
        if printed and not active:
            return
        if not active and time.monotonic() > grace:
            raise NoReply("The message was accepted, but no reply came. See the log of `make dev`.")
        time.sleep(EVERY_SECONDS)
    raise NoReply(f"No reply within {WAIT_SECONDS:.0f} s.")


def _place(state: State, arguments: argparse.Namespace) -> tuple[str, str]:
    people = {each["name"]: each["id"] for each in state["people"]}
    user = people.get(arguments.user.capitalize())
    if user is None:
        raise NoReply(f"There is no {arguments.user} here, only {', '.join(people)}.")
    for room in state["rooms"]:
        if arguments.channel in (room["name"], f"#{room['name']}") and room["kind"] == "channel":
            return user, room["id"]
        if not arguments.channel and room["kind"] == "im" and user in room["people"]:
            return user, room["id"]
    raise NoReply(f"There is no channel {arguments.channel} here.")


def _check_webhook(state: State, room: str, ts: str) -> None:
    """The platform's retries may still get through: only the last attempt's refusal is final."""
    attempts = [each for each in state["log"] if each["kind"] == "webhook" and each["ts"] == ts]
    last = max((each for each in attempts), key=lambda each: int(each["attempt"]), default=None)
    if last and last["attempt"] == 3 and last["status"] != 200:
        raise NoReply(f"The webhook was answered {last['status'] or 'nothing'}, not 200.")


def _replies(post: State, room: str, ts: str, thread: str | None) -> bool:
    same_place = post["room"] == room and post["thread"] == thread
    return bool(post["bot"]) and same_place and post["ts"] > ts


def _text(post: State) -> str:
    parts = [block["text"] for block in post["blocks"] if block.get("type") == "markdown"]
    return "\n\n".join(parts) if parts else str(post["text"])


def _sorry(reason: str) -> int:
    print(reason, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
