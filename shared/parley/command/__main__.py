"""The process: arguments in, text and an exit code out."""

import sys

from parley.command.main import Tools, run
from parley.composition import command
from parley.settings import ApiAccess

TOOLS = Tools(command.secrets, command.parameters, ApiAccess.from_environment())

sys.exit(run(sys.argv[1:], TOOLS, sys.stdout, sys.stderr))
