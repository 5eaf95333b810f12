"""Puts the floors beside the stack: a route of the same API, and a copy of the same machine."""

import io
import json
import time
import zipfile
from pathlib import Path

import httpx

from local.emulator.account import Account
from local.emulator.deploy import Stack
from local.emulator.routes import add_route, function_arn
from local.emulator.template import definition_of, load_template
from local.waiting import await_condition

PACKAGE = Path(__file__).parent / "package.py"
ROLE = "arn:aws:iam::000000000000:role/floor"
PATH = "/floor"
# Which empty function stands in which place of the machine; the rest keeps FollowRun's.
PLACES = {
    "StartTurnFunction": "start",
    "FollowRunFunction": "follow",
    "DeliverReplyFunction": "deliver",
    "FailTurnFunction": "follow",
}


class Floor:
    """Deployed floors: where to post, and how to time one hop."""

    def __init__(self, account: Account, machine: str, url: str) -> None:
        self._account = account
        self._machine = machine
        self._logs = [f"/aws/lambda/{_name(each)}" for each in ("follow", "deliver")]
        self.url = url
        self._hops = 0

    def hop(self) -> str:
        """Run the empty machine once; the name to look its times up by."""
        self._hops += 1
        name = f"floor-{self._hops}"
        client = self._account.client("stepfunctions")
        started = json.dumps({"conversation": name, "generation": 1})
        arn = client.start_execution(stateMachineArn=self._machine, name=name, input=started)[
            "executionArn"
        ]

        def ended() -> bool:
            status: str = client.describe_execution(executionArn=arn)["status"]
            if status not in ("RUNNING", "SUCCEEDED"):
                raise RuntimeError(f"the empty machine ended as {status}")
            return status == "SUCCEEDED"

        await_condition(ended, "the empty machine's end", seconds=20)
        return name

    def hop_times_ms(self) -> dict[str, float]:
        """By hop: the second function's first statement less the first one's last."""
        times: dict[tuple[str, str], int] = {}
        for group in self._logs:
            client = self._account.client("logs")
            pages = client.get_paginator("filter_log_events").paginate(logGroupName=group)
            for line in (event["message"] for page in pages for event in page["events"]):
                if line.startswith("["):
                    name, what, at = json.loads(line)
                    times[name, what] = at
        return {
            name: (at - times[name, "followed"]) / 1e6
            for (name, what), at in times.items()
            if what == "delivers" and (name, "followed") in times
        }


def floor_ms(client: httpx.Client, url: str) -> float:
    """How long the empty function behind the same API takes now."""
    began = time.time_ns()
    client.post(url, json={"floor": True}).raise_for_status()
    return (time.time_ns() - began) / 1e6


def deploy_floor(stack: Stack, template_path: Path) -> Floor:
    account = stack.account
    arns = {each: _function(account, each) for each in ("acknowledge", *set(PLACES.values()))}
    add_route(account, stack.of("WebhookApi"), f"POST {PATH}", _name("acknowledge"))
    template = load_template(template_path)
    definition = definition_of(template, "ConversationMachine", template_path.parent)
    for place, handler in PLACES.items():
        definition = definition.replace(f"${{{place}}}", arns[handler])
    machine = account.client("stepfunctions").create_state_machine(
        name="floor", definition=definition, roleArn=ROLE
    )["stateMachineArn"]
    return Floor(account, machine, stack.api_url + PATH)


def _name(handler: str) -> str:
    return f"floor-{handler}"


def _function(account: Account, handler: str) -> str:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.write(PACKAGE, "package.py")
    account.client("lambda").create_function(
        FunctionName=_name(handler),
        Runtime="python3.13",
        Handler=f"package.{handler}",
        Role=ROLE,
        Timeout=10,
        Code={"ZipFile": content.getvalue()},
    )
    return function_arn(account, _name(handler))
