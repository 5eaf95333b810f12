"""Fills the folder that the container image is built from: our code, its packages, the agents.

    python -m scripts.build_image --into .build/worktree [--architecture arm64] [--agents opencode]

Everything is resolved here, so that building the image fetches nothing. An agent is what npm has of
the package that functions/worktree/agents/NAME names.
"""

import argparse
import base64
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path

from scripts.build_function import IMAGE, build
from scripts.import_graph import ROOT

DOCKERFILE = ROOT / "functions/worktree/Dockerfile"
RECIPES = ROOT / "functions/worktree/agents"
CACHE = ROOT / ".cache/agents"


def fill(folder: Path, architecture: str, agents: list[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    build(IMAGE, folder / "app", architecture, for_this_host=False)
    shutil.copyfile(DOCKERFILE, folder / "Dockerfile")
    shutil.rmtree(folder / "agents", ignore_errors=True)
    (folder / "agents").mkdir()
    for agent in agents:
        shutil.copytree(fetched(agent, architecture), folder / "agents" / agent, symlinks=True)
    (folder / "agents" / ".keep").touch()  # an empty folder does not reach Docker everywhere


def known_agents() -> list[str]:
    return sorted(recipe.parent.name for recipe in RECIPES.glob("*/agent.json"))


def fetched(agent: str, architecture: str) -> Path:
    """A folder with the agent's program, fetched once: bin/NAME. Raises SystemExit where it cannot
    be had, or is not what the recipe says."""
    recipe = json.loads((RECIPES / agent / "agent.json").read_text())
    package = recipe["packages"][architecture]
    there = CACHE / f"{package['name']}-{package['version']}"
    if there.is_dir():
        return there
    print(f"Fetching {there.name} ...", file=sys.stderr)
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as fresh:
        archive = _downloaded(package, Path(fresh))
        _check(archive, package)
        with tarfile.open(archive) as packed:
            packed.extractall(Path(fresh) / "unpacked", filter="data")
        program = Path(fresh) / "unpacked" / "package" / recipe["program"]
        made = Path(fresh) / "made" / "bin"
        made.mkdir(parents=True)
        shutil.move(program, made / program.name)
        (made / program.name).chmod(0o755)
        made.parent.rename(there)
    return there


def _downloaded(package: Mapping[str, str], folder: Path) -> Path:
    """As npm has it: the package's own scripts are not run."""
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit("npm is not here: it fetches the agents for the image")
    wanted = f"{package['name']}@{package['version']}"
    command = [npm, "pack", wanted, "--pack-destination", str(folder), "--loglevel=error"]
    subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, check=True, timeout=600)
    (archive,) = folder.glob("*.tgz")
    return archive


def _check(archive: Path, package: Mapping[str, str]) -> None:
    """Against the recipe, beside what npm checks against its registry."""
    digest = hashlib.sha512(archive.read_bytes()).digest()
    found = f"sha512-{base64.b64encode(digest).decode()}"
    if package.get("integrity", found) != found:
        raise SystemExit(f"{archive.name} is not what the recipe says: {found}")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--into", type=Path, required=True)
    parser.add_argument("--architecture", choices=("arm64", "x86_64"), default="arm64")
    parser.add_argument("--agents", default="", help="names, with blanks between them")
    options = parser.parse_args()
    agents = options.agents.split()
    if unknown := set(agents) - set(known_agents()):
        known = ", ".join(known_agents())
        raise SystemExit(f"no recipe for {', '.join(sorted(unknown))}; there are: {known}")
    fill(options.into, options.architecture, agents)


if __name__ == "__main__":
    main()
