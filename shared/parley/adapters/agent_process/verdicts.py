"""How a program ended, from what it said and its exit status."""

import signal

from parley.adapters.agent_process.parsers.parser import DONE, SILENT, Verdict
from parley.core.tasks.heard import Stop


def conclude(said: Verdict, status: int, aside: str) -> Verdict:
    """An exit status of 0 is no success by itself: agents end so after errors, too. `status` is
    minus the signal that ended it; `aside` what it wrote to standard error last."""
    if status < 0:
        return Verdict(Stop.CRASHED, f"It was ended by signal {_name(-status)}")
    if said not in (DONE, SILENT):
        return said
    if status == 0 and said is DONE:
        return said
    how = f"It ended with exit status {status}" if status else said.reason
    return Verdict(Stop.FAILED, f"{how}: {aside}" if aside else how)


def _name(number: int) -> str:
    try:
        return f"{number} ({signal.Signals(number).name})"
    except ValueError:
        return str(number)
