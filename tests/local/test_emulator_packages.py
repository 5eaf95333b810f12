import zipfile
from pathlib import Path
from types import SimpleNamespace

from local.emulator.packages import share_packages


def package(path: Path, text: str) -> Path:
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("inner/module.py", text)
        made.writestr("handler.py", text)
    return path


def test_processes_share_what_was_unzipped_once(tmp_path: Path) -> None:
    runtime = SimpleNamespace()
    share_packages(runtime, tmp_path / "shared")
    (tmp_path / "shared").mkdir()
    packages = [package(tmp_path / f"{n}.zip", text) for n, text in enumerate(("a", "a", "b"))]
    for number, each in enumerate(packages):
        (tmp_path / str(number)).mkdir()
        with runtime.zipfile.ZipFile(each) as opened:
            opened.extractall(tmp_path / str(number))
    found = [(tmp_path / str(n) / "inner" / "module.py").read_text() for n in range(3)]
    assert found == ["a", "a", "b"]
    assert len(list((tmp_path / "shared").iterdir())) == 2
