"""Coding tasks in the container, under `sam local`: a whole one, and one that tries everything.

API -> emulated DynamoDB and Step Functions -> the real task machine -> forwarder -> the image in
Lambda's emulator -> git over TLS, an agent under another account, files by addresses that a second
container hands out. Its last line is JSON.
"""

import contextlib
import json
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.emulator.account import Account
from local.emulator.deploy import Stack, deploy, store_configuration, store_secrets
from local.emulator.process import REGION, emulator
from local.emulator.template import load_template
from local.executions import Executions
from local.git_server import GitServer
from local.ports import loopback_port
from local.runtime import TEMPLATE, built_packages
from local.scenarios.stage import check
from local.waiting import await_condition
from local.workshop import CREDENTIAL, REPOSITORY
from parley.command.api import ParleyApi
from tests.sam.certificates import Certificate
from tests.sam.cli import build, sam_local
from tests.sam.docker import ROOT, containers, docker, gateway, network, prepare
from tests.sam.forwarder import forwarding_packages
from tests.sam.relay import relayed
from tests.sam.scenario import environment_of
from tests.sam.task_image import AGENT, test_image

IN_CONTAINERS = ("WorktreeFunction", "DepotFunction")
SECONDS = 240.0
FRIENDLY, HOSTILE = "stub", "hostile"
FILES = {
    "README.md": b"# Demo\n",
    "hostile.py": (ROOT / "tests" / "sam" / "hostile.py").read_bytes(),
}


@dataclass(frozen=True, slots=True)
class Place:
    """`secrets` are what no agent may see."""

    api: ParleyApi
    machine: Executions
    bridge: str
    secrets: Mapping[str, str]
    log: Path

    def ask(self, agent: str, prompt: str, key: str) -> str:
        body = {"project": "demo", "agent": agent, "prompt": prompt, "key": key}
        return str(self.api.post("tasks", body=body)["id"])

    def task(self, id: str) -> Mapping[str, Any]:
        return self.api.get("tasks", id)

    def ended(self, id: str) -> Mapping[str, Any]:
        def over() -> Mapping[str, Any] | None:
            task = self.task(id)
            return task if task["state"] not in ("pending", "running") else None

        return await_condition(over, f"the end of task {id}", seconds=SECONDS, every=0.25)

    def patch(self, id: str) -> str:
        return self.api.patch_of(self.api.get("changes", id)).decode()

    def runner(self) -> str:
        """The container that runs tasks."""
        (found,) = (
            each
            for each in containers(self.bridge)
            if "functions.worktree.runtime" in docker("inspect", each)
        )
        return found


def main() -> int:
    prepare()
    build()
    subprocess.run(["make", "build"], cwd=ROOT, check=True, stdout=sys.stderr)
    with in_containers() as place:
        found = {"friendly": friendly(place), "hostile": hostile(place)}
    sys.stdout.write(f"{json.dumps(found)}\n")
    return 0


@contextlib.contextmanager
def in_containers() -> Iterator[Place]:
    known = {name: secrets.token_hex(20) for name in ("git", "api")}
    with contextlib.ExitStack() as running:
        folder = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="parley-sam-")))
        bridge = running.enter_context(network())
        certificate = Certificate.for_address(gateway(bridge), folder)
        image = running.enter_context(test_image(certificate.certificate, folder))
        server = running.enter_context(emulator(loopback_port()))
        git = running.enter_context(GitServer(folder / "served", known["git"]))
        git.create(REPOSITORY, FILES)
        plain = {"emulator": server.port}
        reached = running.enter_context(relayed(gateway(bridge), plain))
        forge = running.enter_context(
            relayed(gateway(bridge), {"git": git.port}, certificate.context())
        )
        account = Account(server.url, REGION)
        store_secrets(account, {"ssm:/parley/api-token": known["api"], CREDENTIAL: known["git"]})
        store_configuration(account, {})
        port = loopback_port()
        stack = deployed(account, f"http://127.0.0.1:{port}", folder)
        variables = environment_of(stack, "WorktreeFunction") | {
            "AWS_ENDPOINT_URL": f"http://{reached['emulator']}"
        }
        log = running.enter_context(
            sam_local(
                "start-lambda",
                port,
                variables,
                bridge,
                folder,
                images={"WorktreeFunction": image},
            )
        )
        machine = Executions(account)
        machine.machine = stack.of("TaskMachine")
        api = ParleyApi.at(stack.api_url, known["api"])
        register(api, f"https://{forge['git']}/{REPOSITORY}.git")
        try:
            yield Place(api, machine, bridge, known, log)
        except BaseException:
            sys.stderr.write(log.read_text(errors="replace")[-8000:])
            raise


def deployed(account: Account, sam_lambda: str, folder: Path) -> Stack:
    template = load_template(TEMPLATE)
    packages = dict(built_packages())
    packages |= forwarding_packages(template, sam_lambda, folder, IN_CONTAINERS)
    return deploy(account, TEMPLATE, packages, {"AgentUrl": "http://agent"})


def register(api: ParleyApi, repository: str) -> None:
    agents: dict[str, dict[str, Any]] = {
        FRIENDLY: {"supports_acp": True, "command": [AGENT, "acp"]},
        HOSTILE: {"supports_acp": False, "command": ["python3", "hostile.py"]},
    }
    for name, document in agents.items():
        api.put("agents", name, body={"name": name, **document})
    project = {"id": "demo", "name": "Demo", "repository": repository, "credential": CREDENTIAL}
    api.put("projects", "demo", body={**project, "agents": list(agents)})


def friendly(place: Place) -> dict[str, Any]:
    """A whole task: its change is what the agent wrote."""
    id = place.ask(FRIENDLY, "Write a note", "friendly")
    task = place.ended(id)
    check(task["state"] == "completed", f"the task ended as {task['state']}: {task['summary']}")
    check("write-a-note.md" in place.patch(id), "the change is not the agent's")
    return {"state": task["state"], "path": task["path"], "cost": task["cost"]}


def hostile(place: Place) -> dict[str, Any]:
    """One task's agent tries everything, while another task waits for its turn in the container."""
    needles = [secret[-16:][::-1] for secret in place.secrets.values()]
    first = place.ask(HOSTILE, json.dumps({"needles": needles}), "hostile")
    await_condition(lambda: _answered(place), "the forged answer", seconds=SECONDS, every=0.25)
    second = place.ask(FRIENDLY, "Write another note", "friendly-2")
    ended, other = place.ended(first), place.ended(second)
    return {
        "state": ended["state"],
        "summary": ended["summary"],
        "report": _report(place.patch(first)),
        "other": other["state"],
        "other_has_its_note": "write-another-note.md" in place.patch(second),
        "left": docker("top", place.runner(), "-o", "pid,args").splitlines()[1:],
        "files": docker("exec", place.runner(), "find", "/tmp", "-type", "f").splitlines(),
        "ids": [first, second],
        "log": place.log.read_text(errors="replace"),
        "secrets": dict(place.secrets),
    }


def _answered(place: Place) -> bool:
    """The machine has gone on from the function, whose runner is at work still."""
    newest = place.machine.newest()[0]
    (arn,) = (each for each in place.machine.arns() if each.endswith(newest["name"]))
    return "RecordTask" in place.machine.states_entered(arn)


def _report(patch: str) -> dict[str, Any]:
    (line,) = (each for each in patch.splitlines() if each.startswith('+{"environment"'))
    report: dict[str, Any] = json.loads(line[1:])
    return report


if __name__ == "__main__":
    sys.exit(main())
