"""What a lock says: which package needs which, and the entries of a chosen few."""

import re
from collections.abc import Iterable
from pathlib import Path


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def with_needs(lock: Path, wanted: Iterable[str]) -> set[str]:
    """The wanted packages and all that they need, by pip-compile's `# via` comments."""
    needs = _needs(lock.read_text())
    found: set[str] = set()
    waiting = [canonical(name) for name in wanted]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += needs[name]
    return found


def _needs(lock: str) -> dict[str, set[str]]:
    needs: dict[str, set[str]] = {}
    needed_by: dict[str, list[str]] = {}
    package = ""
    for line in lock.splitlines():
        if entry := re.match(r"([\w.-]+)==", line):
            package = canonical(entry[1])
            needs[package] = set()
        elif package and (via := re.match(r" +# +(?:via +)?([\w.-]+)$", line)) and via[1] != "via":
            needed_by.setdefault(canonical(via[1]), []).append(package)
    return {name: set(needed_by.get(name, ())) for name in needs}
