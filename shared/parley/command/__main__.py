"""The process: arguments in, text and an exit code out."""

import sys

from parley.command.main import Tools, run
from parley.composition import command

sys.exit(run(sys.argv[1:], Tools(command.secrets, command.parameters), sys.stdout, sys.stderr))
