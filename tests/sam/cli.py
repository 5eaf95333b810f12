"""`sam build`, and the built functions served by `sam local`."""

import contextlib
import json
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from local.ports import loopback_port
from local.waiting import await_condition
from tests.sam.docker import ARCHITECTURE, ROOT, has_image

SAM = ROOT / ".venv" / "sam" / "bin" / "sam"
BUILT = ROOT / ".aws-sam" / "build"
START_SECONDS = 60
PLACEHOLDER = "        POWERTOOLS_METRICS_NAMESPACE: Parley\n"

ENVIRONMENT = {
    **os.environ,
    "SAM_CLI_TELEMETRY": "0",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "test",  # those of the emulator, and never a developer's own
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_EC2_METADATA_DISABLED": "true",
    "ARCHITECTURE": ARCHITECTURE,
}
for _name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "MAKEFLAGS", "MAKELEVEL", "MFLAGS"):
    ENVIRONMENT.pop(_name, None)


def build() -> None:
    """The functions, as a deployment would have them, in .aws-sam/build."""
    overrides = ["--parameter-overrides", f"Architecture={ARCHITECTURE}"]
    subprocess.run([SAM, "build", *overrides], cwd=ROOT, env=ENVIRONMENT, check=True)


@contextlib.contextmanager
def sam_local(
    command: str,
    port: int,
    variables: Mapping[str, str],
    network: str,
    folder: Path,
    *,
    images: Mapping[str, str] | None = None,
) -> Iterator[Path]:
    """`sam local start-api` or `start-lambda` on loopback; gives its log. `images` stand in for
    those that were built, by function."""
    log = folder / f"{command}.log"
    template = template_with_endpoint(images or {})
    arguments = _arguments(command, port, variables, network, folder, template)
    with log.open("wb") as output:
        process = subprocess.Popen(
            arguments,
            cwd=BUILT,
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _await_ready(process, port, log)
        yield log
    finally:
        _stop(process)


def _arguments(
    command: str,
    port: int,
    variables: Mapping[str, str],
    network: str,
    folder: Path,
    template: Path,
) -> Sequence[str | Path]:
    values = folder / "variables.json"
    values.write_text(json.dumps({"Parameters": dict(variables)}))
    pull = ["--skip-pull-image"] if has_image() else []
    return [
        *(SAM, "local", command, "--host", "127.0.0.1", "--port", str(port)),
        *("--template", template, "--env-vars", values),
        *("--docker-network", network, "--warm-containers", "LAZY", *pull),
        *("--parameter-overrides", f"Architecture={ARCHITECTURE} AgentUrl=http://agent"),
    ]


def template_with_endpoint(images: Mapping[str, str]) -> Path:
    """The built template with one variable more: `sam local` sets only those that a template has,
    and a deployed function needs no address of AWS."""
    text = (BUILT / "template.yaml").read_text()
    assert text.count(PLACEHOLDER) == 1, "the built template looks otherwise than expected"
    extended = BUILT / "template-with-endpoint.yaml"
    text = text.replace(PLACEHOLDER, f"{PLACEHOLDER}        AWS_ENDPOINT_URL: none\n")
    for function, image in images.items():
        built = f"ImageUri: {function.lower()}:latest\n"
        assert built in text, f"{function} is built otherwise than expected"
        text = text.replace(built, f"ImageUri: {image}\n")
    extended.write_text(text)
    return extended


def _await_ready(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    def listens() -> bool:
        if process.poll() is not None:
            raise RuntimeError(f"sam ended at its start:\n{log.read_text()[-2000:]}")
        return loopback_port(port) != port

    await_condition(listens, f"{log.stem} to listen", seconds=START_SECONDS, every=0.2)


def _stop(process: "subprocess.Popen[bytes]") -> None:
    """As Ctrl-C does, upon which sam removes its containers."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    try:
        process.wait(timeout=30)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
