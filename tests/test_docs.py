"""What the pages name is there: files, tests and make targets."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
FOLDERS = ("tests/", "functions/", "shared/", "local/", "docs/", "events/", "statemachines/")
IN_LIBRARY = ("services/", "core/", "adapters/", "composition/")
NAMES = [page.relative_to(ROOT).as_posix() for page in PAGES]


def quoted(page: Path) -> list[str]:
    prose = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"`([^`\n]+)`", prose)


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_links_lead_to_files(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", re.sub(r"`[^`\n]+`", "", page.read_text()))
    missing = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_files_that_are_named_exist(page: Path) -> None:
    def exists(name: str) -> bool:
        if name.startswith(IN_LIBRARY):
            return (ROOT / "shared" / "parley" / name).exists()
        return (ROOT / name).exists()

    named = [name for name in quoted(page) if name.startswith(FOLDERS + IN_LIBRARY)]
    paths = [name for name in named if re.fullmatch(r"[\w./-]+", name)]
    assert [name for name in paths if not exists(name)] == []


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_make_targets_that_are_named_exist(page: Path) -> None:
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {name.split()[1] for name in quoted(page) if re.match(r"make [a-z]", name)}
    assert named - targets == set()
