"""What bad agents do to the machine that they run on."""

import os
import subprocess
import sys
import time
from pathlib import Path


def flood(megabytes: float) -> None:
    line = b"noise " * 170 + b"\n"
    for _ in range(int(megabytes * 1024 * 1024 / len(line))):
        os.write(2, line)


def leave_behind(pid_file: Path, seconds: float) -> None:
    """A process that is nobody's child, in a session of its own; returns when it has begun."""
    program = (
        "import os, sys, time\n"
        "os.setsid()\n"
        "if os.fork(): os._exit(0)\n"
        "name = sys.argv[1]\n"
        "open(name + '.new', 'w').write(str(os.getpid()))\n"
        "os.rename(name + '.new', name)\n"
        "time.sleep(float(sys.argv[2]))\n"
    )
    argv = [sys.executable, "-c", program, str(pid_file), str(seconds)]
    subprocess.run(argv, check=True, close_fds=False)
    while not pid_file.exists():
        time.sleep(0.005)
