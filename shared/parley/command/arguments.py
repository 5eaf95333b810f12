"""The arguments of the commands that call the API."""

import argparse
from typing import TypeAlias

from parley.core.tasks.request import USAGE

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

ID = "the id, as `list` or the chat shows it"


def add(commands: Commands) -> None:
    common = _common()
    for kind in ("project", "agent"):
        verbs = _verbs(commands, kind, f"{kind}s that tasks may be given to")
        _verb(verbs, "put", common, "register what the document says").add_argument("file")
        _verb(verbs, "list", common, "all of them")
        _verb(verbs, "show", common, "one, as a document").add_argument("id", help=ID)
        _verb(verbs, "remove", common, "its tasks stay").add_argument("id", help=ID)
    _tasks(_verbs(commands, "task", "coding tasks"), common)
    _changes(_verbs(commands, "change", "what tasks changed"), common)


def _tasks(verbs: Commands, common: argparse.ArgumentParser) -> None:
    start = _verb(verbs, "start", common, "ask for a task", usage=f"%(prog)s [options] {USAGE}")
    start.add_argument("--key", default="", help="the request's name: the same one is one task")
    start.add_argument("--by", default="", help="who asks")
    start.add_argument("project")
    start.add_argument("words", nargs=argparse.REMAINDER, help="as in a chat: options, the prompt")
    listed = _verb(verbs, "list", common, "the newest first")
    listed.add_argument("--limit", type=int, default=20)
    _verb(verbs, "show", common, "how it stands").add_argument("id", help=ID)
    told = _verb(verbs, "transcript", common, "all that the agent wrote, once it is over")
    told.add_argument("id", help=ID)
    _verb(verbs, "cancel", common, "end it").add_argument("id", help=ID)
    _verb(verbs, "follow", common, "what it does, until its end").add_argument("id", help=ID)


def _changes(verbs: Commands, common: argparse.ArgumentParser) -> None:
    _verb(verbs, "show", common, "its files and how it stands").add_argument("id", help=ID)
    patch = _verb(verbs, "patch", common, "the patch itself")
    patch.add_argument("--output", default="", metavar="FILE", help="write its very bytes there")
    patch.add_argument("id", help=ID)
    for verb, meaning in RULINGS.items():
        ruling = _verb(verbs, verb, common, meaning)
        ruling.add_argument("--by", default="", help="who decides")
        ruling.add_argument("id", help=ID)
        if verb == "apply":
            ruling.add_argument("patch", help="the first 8 digits of its hash, or more")
        else:
            ruling.add_argument("words", nargs="*" if verb == "reject" else "+")


RULINGS = {
    "apply": "push it and open a pull request",
    "reject": "discard it, for a reason",
    "revise": "have another task go on from it",
}


def _verbs(commands: Commands, name: str, meaning: str) -> Commands:
    return commands.add_parser(name, help=meaning).add_subparsers(dest="verb", required=True)


def _verb(
    verbs: Commands,
    name: str,
    common: argparse.ArgumentParser,
    meaning: str,
    usage: str | None = None,
) -> argparse.ArgumentParser:
    return verbs.add_parser(name, help=meaning, parents=[common], usage=usage)


def _common() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--url", default="", help="the deployment's address; else PARLEY_URL")
    parser.add_argument(
        "--token-file", default="", metavar="FILE", help="where the token is; else PARLEY_API_TOKEN"
    )
    parser.add_argument("--json", action="store_true", help="what the API answers, as JSON")
    return parser
