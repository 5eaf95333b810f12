"""Following an agent: its frames to the table, its doings to people, its work saved meanwhile."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from parley.core.tasks.frames import Frame
from parley.core.tasks.heard import Heard, ToolSeen
from parley.core.tasks.reduction import Reduction
from parley.core.tasks.task import Task
from parley.errors import Fenced, ParleyError, StoreUnavailable
from parley.ports import Clock, Tasks, Telemetry
from parley.ports.work import Heart, News, Wish

NEWS_SECONDS = 5.0  # slower than any platform's limit for edits
FIRST_SAVE_SECONDS = 15.0
SAVE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class WatchTools:
    tasks: Tasks
    news: News
    clock: Clock
    telemetry: Telemetry


class TaskWatch:
    """A port's Watch. `save` keeps what the agent has done so far; `deadline` is on the clock's
    monotonic seconds."""

    def __init__(
        self,
        tools: WatchTools,
        task: Task,
        heart: Heart,
        reduction: Reduction,
        save: Callable[[], None],
        deadline: float,
    ) -> None:
        self._tools = tools
        self._task = task
        self._heart = heart
        self._reduction = reduction
        self._save = save
        self._deadline = deadline
        now = tools.clock.monotonic()
        self._news_at = now
        self._save_at = now + FIRST_SAVE_SECONDS
        self._doing = self._told = ""

    def hear(self, event: Heard) -> None:
        now = self._tools.clock.monotonic()
        self._append(self._reduction.hear(event, now))
        if isinstance(event, ToolSeen) and event.title:
            self._doing = event.title

    def wish(self) -> Wish:
        now = self._tools.clock.monotonic()
        self._append(self._reduction.due(now))
        if self._heart.cancelled or self._heart.lost:
            return Wish.CANCEL
        if now >= self._deadline:
            return Wish.TIME_UP
        if now >= self._news_at:
            self._news_at = now + NEWS_SECONDS
            self._tell()
        if now >= self._save_at:
            self._keep()
            self._save_at = self._tools.clock.monotonic() + SAVE_SECONDS
        return Wish.GO_ON

    def begin(self, frames: Sequence[Frame]) -> None:
        self._append(frames)

    def end(self, frames: Sequence[Frame]) -> None:
        self._append(frames)

    def _append(self, frames: Sequence[Frame]) -> None:
        """Frames are for reading along: that some are lost does not stop the work."""
        if not frames:
            return
        try:
            self._tools.tasks.append(self._task, frames)
        except (Fenced, StoreUnavailable) as error:
            self._tools.telemetry.failure("frames_lost", error, task=self._task.id)

    def _tell(self) -> None:
        if self._doing != self._told:
            self._told = self._doing
            try:
                self._tools.tasks.doing(self._task.id, self._doing)
            except StoreUnavailable as error:
                self._tools.telemetry.failure("doing_not_kept", error, task=self._task.id)
        self._tools.news.spread(self._task.id)

    def _keep(self) -> None:
        try:
            self._save()
        except ParleyError as error:
            self._tools.telemetry.failure("not_saved_meanwhile", error, task=self._task.id)
