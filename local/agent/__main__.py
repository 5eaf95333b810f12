"""python -m local.agent --port 4096 --token secret: the scripted agent server in a terminal, until
Ctrl-C.
"""

import argparse
import asyncio
import contextlib
import signal

from local.agent.agent import Agent
from local.agent.server import Door
from local.agent.settings import Settings, new_token


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m local.agent", description=__doc__)
    parser.add_argument("--port", type=int, default=4096)
    parser.add_argument(
        "--token", default=None, help="a new one by default, as the real server has"
    )
    parser.add_argument(
        "--pace", type=float, default=1.0, help="0.1 makes its time ten times as fast"
    )
    arguments = parser.parse_args()
    settings = Settings(token=arguments.token or new_token(), pace=arguments.pace)
    print(
        f"scripted agent on http://127.0.0.1:{arguments.port}, token {settings.token}", flush=True
    )
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(Agent(settings), arguments.port))


async def _serve(agent: Agent, port: int) -> None:
    door = Door(agent, port)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, door.close_for_good)
    await door.keep_open()


if __name__ == "__main__":
    main()
