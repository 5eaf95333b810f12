"""The agent loop: turns of model call and tool batch, told as events, steered by commands."""

import asyncio
import uuid
from collections import deque
from enum import StrEnum
from typing import Protocol

from local.agent.batch import Batch, BatchEnd, Command, Decisions, FollowUp, RunAborted, Steering
from local.agent.events import Event
from local.agent.messages import (
    SYSTEM_PROMPT,
    Message,
    assistant_message,
    preamble,
    tool_message,
    user_message,
    without_dangling_calls,
)
from local.agent.model import USAGE, Model, ModelFailed, Reply
from local.agent.policy import policy
from local.agent.posts import Decision, MessagePost
from local.agent.sessions import Session
from local.agent.settings import Settings
from local.agent.tools import ToolCall

SUMS = {"prompt_tokens": 120, "completion_tokens": 30, "total_tokens": 150}


class RunState(StrEnum):
    STARTING = "starting"
    RUNNING = "running"
    ENDED = "ended"
    FAILED = "failed"

    @property
    def active(self) -> bool:
        return self in (RunState.STARTING, RunState.RUNNING)


class Publish(Protocol):
    def __call__(self, run_id: str, variant: str, fields: dict[str, object]) -> Event: ...


class Run:
    def __init__(
        self,
        session: Session,
        post: MessagePost,
        model: Model,
        settings: Settings,
        publish: Publish,
    ) -> None:
        self.id = str(uuid.uuid4())
        self.session = session
        self.post = post
        self.state = RunState.STARTING
        self.outcome: str | None = None
        self.pending: tuple[ToolCall, ...] = ()
        self.commands: asyncio.Queue[Command] = asyncio.Queue()
        self.cancelled = asyncio.Event()
        self.parked: dict[str, Decision] = {}
        self.steering: list[str] = []
        self.follow_ups: deque[str] = deque()
        self._model = model
        self._settings = settings
        self._publish = publish
        self._policy = policy(post.overrides.auto_approve)
        self._turns = 0

    async def work(self) -> None:
        """From start to end; a silent death ends it too, without an event."""
        checkpoints = asyncio.ensure_future(self._keep_checkpoints())
        try:
            await self._begin()
            self._end(await self._turns_until_over(), RunState.ENDED)
            ended_with = len(self.session.history)
            await asyncio.sleep(self._settings.checkpoint_lag_seconds)
            if len(self.session.history) > ended_with:
                return  # the next run has written this one's end with its own beginning
        except ModelFailed as error:
            self.publish("RunError", error=str(error), retryable=False)
            self._end("error", RunState.FAILED)
        except RunAborted:
            self._end("aborted", RunState.FAILED)
        finally:
            checkpoints.cancel()
        self.session.save()  # not reached by a run that a restart cuts

    def publish(self, variant: str, **fields: object) -> None:
        self._publish(self.id, variant, fields)

    def take(self, command: Command) -> None:
        if isinstance(command, Decisions):
            self.parked.update(command.by_call)
        elif isinstance(command, Steering):
            self.steering.append(command.text)
        elif isinstance(command, FollowUp):
            self.follow_ups.append(command.text)
        else:
            self.session.model = command.model

    def answer_call(self, call: ToolCall, result: object) -> None:
        self.session.history.append(tool_message(call.id, result))

    async def _begin(self) -> None:
        await asyncio.sleep(self._settings.starting_seconds)
        session = self.session
        first = not session.history
        if first:
            prompt = self.post.overrides.system_prompt
            session.history = [Message("system", prompt or SYSTEM_PROMPT)]
        session.history = without_dangling_calls(session.history)
        before = preamble(self._settings.working_directory, self.post.context, first=first)
        session.history.append(user_message(self.post.content, before))
        session.save()
        self.state = RunState.RUNNING
        self.publish("RunStarted")

    async def _turns_until_over(self) -> str:
        limit = self.post.overrides.max_turns or self._settings.max_turns
        while not self.cancelled.is_set():
            while not self.commands.empty():
                self.take(self.commands.get_nowait())
            self._say_steering()
            stop = await self._turn()
            if stop:
                return await self._completed(stop)
            if self._turns >= limit:
                return await self._completed("max_turns")
        return await self._completed("cancelled")

    async def _turn(self) -> str | None:
        """One turn; gives why the run stops after it, if it does."""
        self.publish("TurnStarted", turn=self._turns + 1)
        try:
            reply = await self._infer()
        except ModelFailed as error:
            if not error.overflows:
                raise
            await self._compact(str(error))
            return None
        self._tell(reply)
        if not reply.calls:
            self._complete_turn("stop")
            if not self.follow_ups:
                return "completed"
            self.session.history.append(user_message(self.follow_ups.popleft()))
            return None
        end = await self._batch(reply.calls)
        self._complete_turn("cancelled" if end is BatchEnd.CANCELLED else "tool_calls")
        return "cancelled" if end is BatchEnd.CANCELLED else None

    async def _infer(self) -> Reply:
        delays = iter(enumerate(self._settings.retry_seconds, start=1))
        while True:
            try:
                return await self._model.answer(self.session.id, self.session.history)
            except ModelFailed as error:
                attempt, delay = next(delays, (0, 0.0))
                if error.overflows or not attempt:
                    raise
                reason = str(error)
                self.publish(
                    "RetryAttempt", attempt=attempt, delay_ms=int(delay * 1000), reason=reason
                )
                await asyncio.sleep(self._settings.paced(delay))

    async def _compact(self, reason: str) -> None:
        """The server's compaction changes nothing, so the same call fails again, without end."""
        self.publish("CompactionStarted", reason=reason)
        self.publish("CompactionCompleted", tokens_before=10, tokens_after=10, truncated=False)
        await asyncio.sleep(self._settings.paced(self._settings.compaction_seconds))

    def _tell(self, reply: Reply) -> None:
        for delta in reply.deltas:
            self.publish("TextDelta", delta=delta)
        if reply.reasoning:
            self.publish("ThinkingDelta", delta=reply.reasoning)
        if reply.text:
            self.publish("TextComplete", text=reply.text)
        self.publish("UsageReport", turn=self._turns + 1, usage=USAGE)
        message = assistant_message(reply.text, [call.as_json() for call in reply.calls])
        if message:
            self.session.history.append(message)

    async def _batch(self, calls: tuple[ToolCall, ...]) -> BatchEnd:
        self.pending = calls
        self.publish("ToolCallsProposed", tool_calls=[call.as_json() for call in calls])
        self.publish("WaitingForToolApproval", pending_tool_call_ids=[call.id for call in calls])
        return await Batch(self, calls, self._policy, self._settings).work()

    def _complete_turn(self, reason: str) -> None:
        self._turns += 1
        self.pending = ()
        self.publish("TurnCompleted", turn=self._turns, finish_reason=reason)

    def _say_steering(self) -> None:
        self.session.history += [user_message(text) for text in self.steering]
        self.steering.clear()

    async def _completed(self, reason: str) -> str:
        usage = {name: count * self._turns for name, count in SUMS.items()}
        self.publish("RunCompleted", total_turns=self._turns, total_usage=usage, stop_reason=reason)
        if self._settings.settling_seconds:
            await asyncio.sleep(self._settings.settling_seconds)
        return reason

    def _end(self, outcome: str, state: RunState) -> None:
        self.outcome = outcome
        self.state = state
        self.pending = ()

    async def _keep_checkpoints(self) -> None:
        while True:
            await asyncio.sleep(self._settings.paced(self._settings.checkpoint_seconds))
            self.session.save()
