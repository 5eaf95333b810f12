"""`make dev`: the whole runtime with its page, until Ctrl-C."""

import signal
import sys
import threading
import time
from types import FrameType

from local.function_logs import problems_shown
from local.run_file import announced
from local.runtime import Ports, Runtime, runtime
from local.warming import warm_up
from local.workshop import ACP, CLI, PROJECT, REPOSITORY, lacking

PREFERRED = Ports(page=8470, agent=8471, emulator=8472)


def main() -> int:
    stop = threading.Event()

    def ask_to_stop(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            return  # the second Ctrl-C must not tear the end apart
        stop.set()
        if not up:
            raise KeyboardInterrupt

    up = False
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, ask_to_stop)
    began = time.monotonic()
    _say("Starting the local runtime ...")
    try:
        with runtime(PREFERRED) as running, announced(running.platforms.url):
            up = True
            _greet(running, time.monotonic() - began)
            warm_up(running.stack, running.platforms)
            with problems_shown(running.stack, _say):
                stop.wait()
            _say("\nStopping ...")
    except KeyboardInterrupt:
        pass
    _say("Stopped. Nothing is left running.")
    return 0


def _greet(running: Runtime, seconds: float) -> None:
    page = running.platforms.url
    if not page.endswith(f":{PREFERRED.page}"):
        _say(f"  Port {PREFERRED.page} is taken, so the page has another one.")
    _say(
        f"""
  Parley is up ({seconds:.1f} s): template.yaml in an emulated account, a scripted agent, and
  stand-ins for Slack, Telegram and Discord. Nothing of it leaves this machine.

    Page      {page}
    Terminal  make say TEXT="Hello"                                (in another terminal)
              make say TEXT="Hello" ARGS="--platform telegram"

    Webhooks  {running.stack.api_url}/webhooks/...
    Agent     {running.agent.url}
    Log       {running.emulator.log}

{_on_tasks(running)}
  Ctrl-C stops everything. Problems that the functions log appear below.
"""
    )


def _on_tasks(running: Runtime) -> str:
    if running.workshop is None:
        return f"  Without coding tasks: {lacking()}.\n"
    shop = running.workshop
    return f"""\
    Tasks     /task {PROJECT} @{ACP} Write a note     (in a chat; @{CLI} works on a terminal)
    API       {running.stack.api_url}/v1/...  with the token {shop.api_token}
    Git       {shop.git.url_of(REPOSITORY)}
"""


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
