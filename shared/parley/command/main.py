"""The commands and their arguments."""

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TextIO

from parley.command import arguments, discord, document, manifest, telegram, work
from parley.command.api import ParleyApi
from parley.command.work import Terminal
from parley.errors import ParleyError
from parley.ports import Secrets
from parley.settings import DISCORD_API, TELEGRAM_API, ApiAccess

URL = "the deployment's address, or that of any of its webhooks"
NAME = "where it is stored: ssm:NAME or secretsmanager:NAME"
FAILED = 1
PARAMETER = "/parley/configuration"


@dataclass(frozen=True, slots=True)
class Tools:
    """What commands need of AWS, opened only by those that use it, and of the terminal."""

    secrets: Callable[[], Secrets]
    parameters: Callable[[], document.Parameters]
    access: ApiAccess = field(default_factory=ApiAccess)
    sleep: Callable[[float], None] = time.sleep


def run(arguments: Sequence[str], tools: Tools, out: TextIO, errors: TextIO) -> int:
    given = parser().parse_args(arguments)
    try:
        if hasattr(given, "verb"):
            return work.run(given, _api(given, tools.access), Terminal(out, errors, tools.sleep))
        told = _told(given, tools)
    except ParleyError as error:
        errors.write(f"{error}\n")
        return FAILED
    out.write(f"{told}\n")
    return 0


def _api(given: argparse.Namespace, access: ApiAccess) -> ParleyApi:
    token = document.text_of(given.token_file) if given.token_file else access.token
    return ParleyApi.at(given.url or access.url, token)


def _told(given: argparse.Namespace, tools: Tools) -> str:
    match given.command, getattr(given, "platform", ""):
        case "manifest", _:
            return manifest.manifest(given.url, given.name)
        case "check", _:
            return document.check(given.file)
        case "configure", _:
            return document.configure(given.file, given.name, tools.parameters())
        case _, "telegram":
            secrets = tools.secrets()
            token, secret = secrets.get(given.token), secrets.get(given.secret)
            return telegram.setup(given.url, given.api, token, secret)
    token = tools.secrets().get(given.token)
    return discord.setup(given.url, given.guild, given.api, token)


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m parley.command", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)

    slack = commands.add_parser("manifest", help="print the Slack app's manifest")
    slack.add_argument("--url", required=True, help=URL)
    slack.add_argument("--name", default="Parley", help="the bot's name in Slack")

    check = commands.add_parser("check", help="say what a configuration document means")
    check.add_argument("file")

    configure = commands.add_parser("configure", help="check a document, then write it to AWS")
    configure.add_argument("file")
    configure.add_argument("--name", default=PARAMETER, help="the parameter")

    arguments.add(commands)

    platforms = commands.add_parser("setup", help="register webhooks and commands with a platform")
    _platforms(platforms.add_subparsers(dest="platform", required=True))
    return parser


def _platforms(platforms: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    bot = platforms.add_parser("telegram")
    bot.add_argument("--url", required=True, help=URL)
    bot.add_argument("--secret", default="ssm:/parley/telegram-secret", help=NAME)
    bot.add_argument("--token", default="ssm:/parley/telegram-bot-token", help=NAME)
    bot.add_argument("--api", default=TELEGRAM_API, help="the Bot API's address")

    application = platforms.add_parser("discord")
    application.add_argument("--url", default="", help=f"{URL}, once it is deployed")
    application.add_argument("--guild", default="", help="a server, for commands in it alone")
    application.add_argument("--token", default="ssm:/parley/discord-bot-token", help=NAME)
    application.add_argument("--api", default=DISCORD_API, help="the API's address")
