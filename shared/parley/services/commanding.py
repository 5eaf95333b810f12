"""Carrying out commands: at once, past the queue, and without the agent."""

from dataclasses import dataclass
from typing import Protocol

from parley.core import saying, standing
from parley.core.approval import Choice
from parley.core.commands import (
    Approve,
    Command,
    Deny,
    Help,
    Misused,
    New,
    Pair,
    Queue,
    Stop,
    TaskCommand,
    WhoAmI,
    help_text,
)
from parley.core.configuration import Configuration
from parley.core.conversation import Conversation
from parley.core.message import Inbound
from parley.core.reading import Told
from parley.core.turn import Turn
from parley.ports import Clock, Controls, Inbox, Pairings, Telemetry
from parley.services.approving import Approving
from parley.services.stopping import Stopping

# (35) Verdicts.
CARRIED_OUT = "command"
STOPS = "stop "  # before the turn


class CarriesOut(Protocol):
    def carry_out(self, command: TaskCommand, inbound: Inbound) -> Told:
        """On repeat: the same task, the same ruling."""
        ...


@dataclass(frozen=True, slots=True)
class Commanding:
    inbox: Inbox
    controls: Controls
    pairings: Pairings
    approving: Approving
    stopping: Stopping
    tasks: CarriesOut
    clock: Clock
    telemetry: Telemetry
    configuration: Configuration

    def carry_out(self, command: Command | Misused, inbound: Inbound) -> Told:
        """Do it, and tell the sender. A delivery that is repeated does nothing new. The identity is
        claimed afterwards: what dies on the way is done again by the repeat. That of a `stop` is
        claimed before, with the turn it is for: its repeat would else stop the next turn."""
        known = self.inbox.verdict(inbound.id)
        if known is not None:
            return self._again(known, inbound)
        if isinstance(command, Stop):
            told = Told(self._stop(inbound))
        else:
            told = self._do(command, inbound)
            self.inbox.claim(inbound.id, CARRIED_OUT, self.clock.now())
        self.telemetry.event("command", channel=inbound.delivery.channel, command=_name(command))
        return told

    def _do(self, command: Command | Misused, inbound: Inbound) -> Told:
        if isinstance(command, TaskCommand):
            return self.tasks.carry_out(command, inbound)
        return Told(self._answer(command, inbound))

    def _answer(self, command: Command | Misused, inbound: Inbound) -> str:
        channel = inbound.delivery.channel
        match command:
            case Misused(usage):
                return usage
            case Help():
                return help_text(channel)
            case Approve(approval):
                return self.approving.decide(channel, inbound.sender, approval, Choice.ALLOW)
            case Deny(approval, reason):
                return self.approving.decide(channel, inbound.sender, approval, Choice.DENY, reason)
            case Pair(code):
                return self._pair(code, inbound)
        return self._do_here(command, inbound)

    def _do_here(self, command: Command, inbound: Inbound) -> str:
        """What concerns the conversation that the command was given in."""
        key = self.configuration.routing.key(inbound.delivery)
        match command:
            case New():
                return self._renew(key)
            case Queue(mode):
                title = self.configuration.title_of(inbound.delivery.channel)
                self.controls.set_mode(
                    key, mode, title.render(inbound.delivery), inbound.delivery, self.clock.now()
                )
                return saying.MODES[mode]
            case WhoAmI():
                operator = self._is_operator(inbound)
                return saying.who_you_are(inbound, key, operator=operator)
        return self._status(key, inbound)

    def _stop(self, inbound: Inbound) -> str:
        key = self.configuration.routing.key(inbound.delivery)
        state = self.inbox.read(key)
        turn = (state.turn if state else None) or ""
        known = self.inbox.claim(inbound.id, f"{STOPS}{turn}", self.clock.now())
        if self._stop_turn(key, known):
            return saying.STOPPING
        waits = state is not None and state.turn is None and state.pending > 0
        return saying.NOT_BEGUN if waits else saying.NOTHING_RUNS

    def _again(self, known: str, inbound: Inbound) -> Told:
        """A stop that died between its claim and its write is done now. Nobody is told: that the
        turn was stopped, its answer says."""
        if known.startswith(STOPS):
            self._stop_turn(self.configuration.routing.key(inbound.delivery), known)
        return Told()

    def _stop_turn(self, key: str, known: str) -> bool:
        turn = known.removeprefix(STOPS)
        return bool(turn) and self.stopping.stop(key, turn)

    def _renew(self, key: str) -> str:
        state = self.inbox.read(key)
        self.controls.renew(key, self.clock.now())
        busy = state is not None and state.turn is not None
        return saying.RENEWED_LATER if busy else saying.RENEWED

    def _status(self, key: str, inbound: Inbound) -> str:
        state = self.inbox.read(key)
        channel = inbound.delivery.channel
        mode = state.mode if state is not None else None
        return standing.how_it_stands(
            state,
            self._turn(state),
            mode or self.configuration.busy_mode_of(channel),
            self.configuration.model_of(channel),
            self.clock.now(),
        )

    def _turn(self, state: Conversation | None) -> Turn | None:
        if state is None or state.turn is None:
            return None
        return self.inbox.turn(state.key, state.turn)

    def _pair(self, code: str, inbound: Inbound) -> str:
        if not self._is_operator(inbound):
            return saying.NO_OPERATOR
        found = self.pairings.accept(code, inbound.sender.id, self.clock.now())
        person = found.person
        self.telemetry.event("pairing", channel=inbound.delivery.channel, result=found.result)
        return saying.paired(found.result, saying.whom(person) if person else "")

    def _is_operator(self, inbound: Inbound) -> bool:
        return inbound.sender.id in self.configuration.operators_of(inbound.delivery.channel)


def _name(command: Command | Misused) -> str:
    return type(command).__name__.lower()
