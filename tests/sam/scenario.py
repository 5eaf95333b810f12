"""A direct message, end to end, through the built functions in Lambda containers.

signed webhook -> sam's HTTP API -> container -> emulated DynamoDB and Step Functions -> the real
machine -> forwarder -> container -> scripted agent and Slack's stand-in. Its last line is JSON.
"""

import contextlib
import json
import secrets
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx

from local.agent.server import AgentServer
from local.agent.settings import Settings
from local.emulator.account import Account
from local.emulator.deploy import Stack, deploy, store_configuration, store_secrets
from local.emulator.process import REGION, emulator
from local.emulator.template import load_template
from local.executions import Executions
from local.platforms import Platforms, Tokens, platforms
from local.ports import loopback_port
from local.runtime import CONFIGURATION, TEMPLATE, WEBHOOK_PATH, Runtime, addresses, named
from local.samples import load_event
from local.scenarios.stage import Stage, check
from local.scenarios.talking import ADA, direct_message
from tests.sam.cli import build, sam_local
from tests.sam.docker import containers, docker, gateway, network, prepare
from tests.sam.forwarder import forwarding_packages
from tests.sam.relay import relayed

TASKS = ("StartTurnFunction", "FollowRunFunction", "DeliverReplyFunction", "FailTurnFunction")
NOBODY = {"conversation": "nobody", "generation": 0, "step": 0, "retry": 0}
WARM_SECONDS = 60


def main() -> int:
    prepare()
    build()
    with in_containers() as (runtime, sam_lambda, bridge):
        warm(runtime, sam_lambda)
        found = play(runtime)
        found["containers"] = images(bridge)
    sys.stdout.write(f"{json.dumps(found)}\n")
    return 0


@contextlib.contextmanager
def in_containers() -> Iterator[tuple[Runtime, str, str]]:
    """A runtime whose functions run in containers, the address that invokes them, their network."""
    tokens, agent_token = Tokens.new(), secrets.token_hex(32)
    ports = {name: loopback_port() for name in ("emulator", "agent", "slack", "api", "lambda")}
    sam_lambda = f"http://127.0.0.1:{ports['lambda']}"
    with contextlib.ExitStack() as running:
        folder = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="parley-sam-")))
        bridge = running.enter_context(network())
        server = running.enter_context(emulator(ports["emulator"]))
        account = Account(server.url, REGION)
        executions = Executions(account)
        agent = running.enter_context(AgentServer(Settings(token=agent_token), port=ports["agent"]))
        made = running.enter_context(platforms(ports["slack"], tokens))
        loopback = {"emulator": server.port, "agent": agent.port, "slack": ports["slack"]}
        reached = running.enter_context(relayed(gateway(bridge), loopback))
        store_secrets(account, named(tokens, agent_token))
        stack = deployed(account, made, reached, sam_lambda, folder)
        executions.machine = stack.of("ConversationMachine")
        variables = {
            **environment_of(stack, "WebhooksFunction"),
            "AWS_ENDPOINT_URL": f"http://{reached['emulator']}",
        }
        for command, port in (("start-lambda", ports["lambda"]), ("start-api", ports["api"])):
            log = running.enter_context(sam_local(command, port, variables, bridge, folder))
            running.push(_shown_on_failure(log))
        made.slack.webhooks.url = f"http://127.0.0.1:{ports['api']}{WEBHOOK_PATH}"
        runtime = Runtime(server, stack, made, agent, executions, Executions(account))
        yield runtime, sam_lambda, bridge


def deployed(
    account: Account, made: Platforms, reached: Mapping[str, str], sam_lambda: str, folder: Path
) -> Stack:
    """template.yaml in the emulator, with forwarders for its functions."""
    store_configuration(account, CONFIGURATION)
    parameters = {
        "AgentUrl": f"http://{reached['agent']}",
        **{
            name: value.replace(made.url, f"http://{reached['slack']}")
            for name, value in addresses(made).items()
        },
    }
    packages = forwarding_packages(load_template(TEMPLATE), sam_lambda, folder)
    return deploy(account, TEMPLATE, packages, parameters)


def environment_of(stack: Stack, function: str) -> dict[str, str]:
    """A function's variables as the deployment resolved them."""
    answer = stack.account.client("lambda").get_function_configuration(
        FunctionName=stack.of(function)
    )
    variables: dict[str, str] = answer["Environment"]["Variables"]
    return variables


def warm(runtime: Runtime, sam_lambda: str) -> None:
    """Start every container, which takes longer than Slack waits, by what must change nothing."""
    body = json.dumps(load_event("slack/dm")).encode()
    forged = httpx.post(
        runtime.slack.webhooks.url,
        content=body,
        headers={"X-Slack-Signature": "v0=00", "X-Slack-Request-Timestamp": "1"},
        timeout=WARM_SECONDS,
    )
    check(forged.status_code == 401, f"a forged webhook was answered {forged.status_code}")
    for name in TASKS:
        # Of a conversation that is not there: it ends quietly, or hands the directive through.
        answer = invoke(sam_lambda, name, {**NOBODY, "next": "done", "seconds": 0})
        check(answer == {"next": "done", "seconds": 0}, f"{name} answered {answer}")
    parked = invoke(sam_lambda, "AskApprovalFunction", {**NOBODY, "token": "nobody's"})
    check(parked is None, f"AskApprovalFunction answered {parked}")
    swept = invoke(sam_lambda, "SweeperFunction", {})
    check(swept == {"started": 0}, f"the sweeper answered {swept}")
    check(runtime.executions.arns() == [], "an execution was started by nothing")


def invoke(sam_lambda: str, function: str, event: Mapping[str, Any]) -> Any:
    url = f"{sam_lambda}/2015-03-31/functions/{function}/invocations"
    return httpx.post(url, json=event, timeout=WARM_SECONDS).json()


def play(runtime: Runtime) -> dict[str, Any]:
    """The scenario of `make demo`, the platform's retry of it, and a second message after it."""
    stage = Stage(runtime)
    try:
        direct_message(stage)
        for body in list(stage.sent):
            repeated = runtime.slack.webhooks.send(body, attempt=1)
            check(repeated.status == 200, f"a retry was answered {repeated.status}")
        room = runtime.slack.workspace.direct(ADA).id
        stage.reply(stage.ask(room, ADA, "And in the one before?"))
        stage.settle()
        failed = runtime.executions.failed()
        check(failed == [], f"executions failed: {failed}")
        check(len(stage.runs()) == 2, f"{len(stage.runs())} runs for two messages")
        entered = [runtime.executions.states_entered(arn) for arn in runtime.executions.arns()]
        check(all(len(states) <= 6 for states in entered), f"states entered: {entered}")
        return {
            "messages": len(stage.asked),
            "replies": sum(len(stage.replies(asked)) for asked in stage.asked),
            "states": [len(states) for states in entered],
            "acknowledged_ms": [d.ms for d in runtime.slack.webhooks.delivered],
        }
    finally:
        stage.close()


def images(bridge: str) -> list[str]:
    """What ran, as the engine knows it: one image for each container of the scenario."""
    return [
        docker("inspect", container, "--format", "{{.Config.Image}}")
        for container in containers(bridge)
    ]


def _shown_on_failure(log: Path) -> Any:
    def show(kind: object, error: object, trace: object) -> None:
        if error is not None:
            sys.stderr.write(f"--- {log.name}\n{log.read_text(errors='replace')[-6000:]}\n")

    return show


if __name__ == "__main__":
    sys.exit(main())
