"""One batch of tool calls: strictly one after another, each approved, refused, answered by hand, or
waited for.

The rules that bite a client live here. Commands are read only while the batch is blocked and after
a tool has run. A decision read after a tool has run is parked, and parked decisions are looked at
only when a batch starts: it is lost for this one. A decision for a call that is over, read while
blocked, kills the run.
"""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from local.agent.policy import Policy
from local.agent.posts import Decision
from local.agent.settings import Settings
from local.agent.tools import ToolCall, ToolResult, execute

REJECTED = "Tool call rejected by user"
SKIPPED = "Skipped due to steering update"
CANCELLED = "TOOL_CALL_CANCELLED"
ACCEPT = Decision("accept")


@dataclass(frozen=True, slots=True)
class Decisions:
    by_call: dict[str, Decision]


@dataclass(frozen=True, slots=True)
class Steering:
    text: str


@dataclass(frozen=True, slots=True)
class FollowUp:
    text: str


@dataclass(frozen=True, slots=True)
class SwitchModel:
    model: str


Command = Decisions | Steering | FollowUp | SwitchModel


class RunAborted(Exception):
    """An error inside the run that nobody is told about: no event, only the session's state."""


class BatchEnd(StrEnum):
    DONE = "done"
    STEERED = "steered"
    CANCELLED = "cancelled"


class BatchOwner(Protocol):
    """What a batch needs of its run."""

    commands: asyncio.Queue[Command]
    cancelled: asyncio.Event
    parked: dict[str, Decision]
    steering: list[str]

    def take(self, command: Command) -> None:
        """Keep the command for where it is used: decisions are parked, texts queued."""

    def publish(self, variant: str, **fields: object) -> None: ...

    def answer_call(self, call: ToolCall, result: object) -> None:
        """Into the history."""


class Batch:
    def __init__(
        self, owner: BatchOwner, calls: tuple[ToolCall, ...], policy: Policy, settings: Settings
    ) -> None:
        self._owner = owner
        self._calls = calls
        self._settings = settings
        self._over: set[str] = set()
        self._decisions = {call.id: ACCEPT for call in calls if policy.approves(call)}
        for call in calls:
            if call.id in owner.parked:
                self._decisions.setdefault(call.id, owner.parked.pop(call.id))

    async def work(self) -> BatchEnd:
        for call in self._calls:
            end = await self._until_decided(call) or self._cancelled()
            if end is None:
                end = await self._settle(call)
            if end:
                return end
        return BatchEnd.DONE

    async def _until_decided(self, call: ToolCall) -> BatchEnd | None:
        while call.id not in self._decisions:
            command = await self._owner.commands.get()
            if self._owner.cancelled.is_set():
                return self._cancelled()
            if isinstance(command, Decisions):
                self._decide(command)
            else:
                self._owner.take(command)
            if self._owner.steering:
                return self._skip_rest()
        return None

    def _decide(self, command: Decisions) -> None:
        ids = {call.id for call in self._calls}
        for call_id, decision in command.by_call.items():
            if call_id in self._over or self._decisions.get(call_id, decision) != decision:
                raise RunAborted(f"tool call {call_id} was decided before")
            if call_id in ids:
                self._decisions[call_id] = decision
            else:
                self._owner.parked[call_id] = decision

    async def _settle(self, call: ToolCall) -> BatchEnd | None:
        decision = self._decisions[call.id]
        if decision.action == "accept":
            return await self._execute(call)
        if decision.action == "reject":
            self._reject(call, REJECTED, REJECTED)
        else:
            self._complete(call, ToolResult(decision.content or ""))
        return None

    async def _execute(self, call: ToolCall) -> BatchEnd | None:
        self._owner.publish("ToolExecutionStarted", tool_call_id=call.id, tool_name=call.name)
        result = await _unless(self._owner.cancelled, execute(call, self._settings))
        if result is None:
            return self._cancelled()
        self._complete(call, result)
        while not self._owner.commands.empty():
            self._owner.take(self._owner.commands.get_nowait())
        return self._skip_rest() if self._owner.steering else None

    def _cancelled(self) -> BatchEnd | None:
        if not self._owner.cancelled.is_set():
            return None
        for call in self._unfinished():
            self._complete(call, ToolResult(CANCELLED, is_error=True))
        return BatchEnd.CANCELLED

    def _skip_rest(self) -> BatchEnd:
        for call in self._unfinished():
            self._reject(call, SKIPPED, {"skipped": SKIPPED})
        return BatchEnd.STEERED

    def _unfinished(self) -> list[ToolCall]:
        return [call for call in self._calls if call.id not in self._over]

    def _complete(self, call: ToolCall, result: ToolResult) -> None:
        self._end(call, result.content)
        self._owner.publish(
            "ToolExecutionCompleted",
            tool_call_id=call.id,
            tool_name=call.name,
            result=result.content,
            is_error=result.is_error,
        )

    def _reject(self, call: ToolCall, reason: str, result: object) -> None:
        self._end(call, result)
        self._owner.publish(
            "ToolRejected", tool_call_id=call.id, tool_name=call.name, reason=reason
        )

    def _end(self, call: ToolCall, result: object) -> None:
        self._over.add(call.id)
        self._owner.answer_call(call, result)


async def _unless(
    stop: asyncio.Event, work: Coroutine[None, None, ToolResult]
) -> ToolResult | None:
    """The work's result, or None as soon as `stop` is set."""
    working = asyncio.ensure_future(work)
    stopping = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        return None if stop.is_set() else working.result()
    finally:
        working.cancel()
        stopping.cancel()
