"""Functions for the emulator that hand each event to the container of the same name.

`sam local` runs functions but no state machines, the emulator runs the machine but no containers:
so the emulator gets template.yaml with these packages in place of the built ones.
"""

from collections.abc import Container, Mapping
from pathlib import Path

from local.emulator.template import FUNCTION, Template, as_processes

SOURCE = """
import json
import urllib.request

URL = "{url}/2015-03-31/functions/{name}/invocations"


def handler(event, context):
    request = urllib.request.Request(URL, data=json.dumps(event).encode(), method="POST")
    with urllib.request.urlopen(request, timeout=900) as response:
        answer = json.load(response)
    print("{name}", json.dumps(event)[:300], "->", json.dumps(answer)[:300])
    if isinstance(answer, dict) and "errorType" in answer:
        raise RuntimeError(answer)
    return answer
"""


def forwarding_packages(
    template: Template, sam_lambda: str, folder: Path, only: Container[str] | None = None
) -> Mapping[str, Path]:
    """A package for each function of the template, or for some, under its own handler's name."""
    functions = {
        name: resource["Properties"]["Handler"]
        for name, resource in as_processes(template)["Resources"].items()
        if resource["Type"] == FUNCTION and (only is None or name in only)
    }
    return {
        name: _package(name, handler, sam_lambda, folder) for name, handler in functions.items()
    }


def _package(name: str, handler: str, sam_lambda: str, folder: Path) -> Path:
    module = folder / name / Path(*handler.split(".")[:-1]).with_suffix(".py")
    module.parent.mkdir(parents=True)
    module.write_text(SOURCE.format(url=sam_lambda, name=name))
    return folder / name
