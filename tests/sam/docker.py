"""The Docker engine, Lambda's base image, and a network for the functions' containers."""

import contextlib
import os
import platform
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Where a machine without an engine, or without a way to AWS's public images, has scripts for both.
SUBSTITUTES = Path(os.environ.get("PARLEY_SAM_LOCAL", ROOT.parent / "shared" / "sam-local"))
ARCHITECTURE = {"x86_64": "x86_64", "AMD64": "x86_64"}.get(platform.machine(), "arm64")
IMAGE = f"public.ecr.aws/lambda/python:3.13-{ARCHITECTURE}"


class NoDocker(RuntimeError):
    """No engine answers, and none could be started."""


def docker(*arguments: str) -> str:
    """What the client prints. Raises CalledProcessError when it fails."""
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def prepare() -> None:
    """An engine that answers and, where a substitute for it can be built here, the base image."""
    if not _succeeds("docker", "info") and not _substitute("start-docker"):
        raise NoDocker("no Docker engine answers; start one and try again")
    if not has_image():
        _substitute("build-base-image")


def has_image() -> bool:
    return _succeeds("docker", "image", "inspect", IMAGE)


@contextlib.contextmanager
def network() -> Iterator[str]:
    """A bridge for the containers; at its end neither it nor a container on it is left."""
    name = f"parley-test-{uuid.uuid4().hex[:8]}"
    docker("network", "create", name)
    try:
        yield name
    finally:
        if left := containers(name):
            docker("rm", "--force", *left)
        docker("network", "rm", name)


def containers(network_name: str) -> list[str]:
    return docker("ps", "--all", "--quiet", "--filter", f"network={network_name}").split()


def gateway(network_name: str) -> str:
    """This host's address on the bridge, which nothing but its containers can reach."""
    return docker(
        "network", "inspect", network_name, "--format", "{{(index .IPAM.Config 0).Gateway}}"
    )


def _substitute(script: str) -> bool:
    path = SUBSTITUTES / script
    return path.is_file() and _succeeds(str(path), shown=True)


def _succeeds(*command: str, shown: bool = False) -> bool:
    output = None if shown else subprocess.DEVNULL
    try:
        return subprocess.run(command, stdout=output, stderr=output).returncode == 0
    except OSError:
        return False
