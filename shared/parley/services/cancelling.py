"""Cancelling a run, also one that waits for decisions (protocol 19)."""

from dataclasses import dataclass

from parley.core.batch import Ruling, Verdict
from parley.errors import ParleyError, RunGone
from parley.ports import Agent, Telemetry

REASON = "The run was cancelled."


@dataclass(frozen=True, slots=True)
class Cancelling:
    agent: Agent
    telemetry: Telemetry

    def cancel(self, session: str, key: str, run: str) -> bool:
        """Cancel, then reject what waits: a cancel alone does not wake a run that waits. Best
        effort: False where it did not get through. A repeat under one key may do nothing."""
        try:
            self.agent.cancel(session, run, key)
            waiting_run, calls = self.agent.proposed(session)
            if waiting_run == run and calls:
                verdicts = [Verdict(call.id, Ruling.DENY, REASON) for call in calls]
                self.agent.decide(session, run, verdicts, f"{key}-reject")
        except RunGone:
            return True
        except ParleyError as error:
            self.telemetry.failure("run_not_cancelled", error, key=key, run=run)
            return False
        return True
