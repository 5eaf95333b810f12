import json
import subprocess
import sys
from pathlib import Path

from local.run_file import announced, running_page


def test_runtime_is_found_while_it_runs_and_leaves_nothing(tmp_path: Path) -> None:
    folder = tmp_path / ".local"
    with announced("http://127.0.0.1:1", folder):
        assert running_page(folder) == "http://127.0.0.1:1"
        assert (folder / ".gitignore").read_text() == "*\n"
    assert running_page(folder) is None
    assert not folder.exists()


def test_runtime_that_was_killed_is_not_found(tmp_path: Path) -> None:
    folder = tmp_path / ".local"
    folder.mkdir()
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    (folder / f"run-{ended.pid}.json").write_text(json.dumps({"page": "x", "pid": ended.pid}))
    assert running_page(folder) is None
    assert not folder.exists()
