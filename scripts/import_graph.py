"""Who imports whom, read from the source without running it.

The packaging copies what a handler reaches; the tests hold the direction of dependencies.
"""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
HOMES = {"parley": ROOT / "shared", "functions": ROOT, "local": ROOT}


@dataclass(frozen=True, slots=True)
class Import:
    name: str
    line: int
    typing_only: bool


def module_file(name: str) -> Path | None:
    """The file of one of our modules; None for a foreign module, and for what is not a module."""
    home = HOMES.get(name.partition(".")[0])
    if home is None:
        return None
    path = home.joinpath(*name.split("."))
    for candidate in (path.with_suffix(".py"), path / "__init__.py"):
        if candidate.is_file():
            return candidate
    return None


def module_name(path: Path) -> str:
    home = ROOT / "shared" if path.is_relative_to(ROOT / "shared") else ROOT
    parts = path.relative_to(home).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(path: Path) -> Iterator[Import]:
    """Every import statement of a file, those inside functions included."""
    yield from _read(path).imports


@dataclass(frozen=True, slots=True)
class _Source:
    imports: tuple[Import, ...]
    attributes: frozenset[str]


def _read(path: Path) -> _Source:
    return _read_at(path, path.stat().st_mtime_ns)


@cache
def _read_at(path: Path, _time: int) -> _Source:
    """Once for however many packages hold it."""
    tree = ast.parse(path.read_text(), str(path))
    attributes = (node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute))
    return _Source(tuple(_imports(tree, module_name(path), path)), frozenset(attributes))


def reachable_from(module: str) -> tuple[set[str], set[str]]:
    """Our modules that run when this one does, and the foreign top-level modules they name."""
    ours: set[str] = set()
    foreign: set[str] = set()
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if name in ours:
            continue
        path = module_file(name)
        if path is None:
            foreign.add(_foreign(name))
            continue
        ours.add(name)
        waiting += [item.name for item in imports_of(path) if not item.typing_only]
        waiting += [parent for parent, dot, _ in [name.rpartition(".")] if dot]
    return ours, foreign


def calls_of(modules: Iterable[str]) -> set[str]:
    """Every name that these modules use behind a dot: among them all methods they call."""
    paths = [path for path in map(module_file, modules) if path]
    return {name for path in paths for name in _read(path).attributes}


def _foreign(name: str) -> str:
    top = name.partition(".")[0]
    if top in HOMES:
        raise ModuleNotFoundError(f"no module {name}", name=name)
    return top


def _imports(node: ast.AST, module: str, path: Path, typing_only: bool = False) -> Iterator[Import]:
    match node:
        case ast.Import():
            yield from (Import(alias.name, node.lineno, typing_only) for alias in node.names)
        case ast.ImportFrom():
            base = _base(node, module, path)
            for alias in node.names:
                member = f"{base}.{alias.name}"
                yield Import(member if module_file(member) else base, node.lineno, typing_only)
        case ast.If(test=ast.Name(id="TYPE_CHECKING")):
            for guarded in node.body:
                yield from _imports(guarded, module, path, True)
            for other in node.orelse:
                yield from _imports(other, module, path, typing_only)
        case _:
            for child in ast.iter_child_nodes(node):
                yield from _imports(child, module, path, typing_only)


def _base(node: ast.ImportFrom, module: str, path: Path) -> str:
    if not node.level:
        return node.module or ""
    package = module.split(".") if path.name == "__init__.py" else module.split(".")[:-1]
    above = package[: len(package) - node.level + 1]
    return ".".join([*above, node.module] if node.module else above)
