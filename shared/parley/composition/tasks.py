"""What everybody who deals with coding tasks needs: the store, the machine, the files, the words to
people. Made when it is first used: to most requests tasks are nothing."""

from dataclasses import dataclass
from functools import cached_property

from parley.adapters.aws.depot import S3Depot
from parley.adapters.aws.executions import StepFunctionsTaskExecutions
from parley.adapters.aws.invocation import Invocation
from parley.adapters.aws.news import LambdaNews
from parley.adapters.dynamodb.store import open_store
from parley.adapters.dynamodb.task_store import open_task_store
from parley.composition.native_tasks import NativeTasks
from parley.composition.world import World
from parley.core.configuration import Configuration
from parley.ports import Store, TaskStore
from parley.services.tasks.cancelling import CancellingTask
from parley.services.tasks.dispatching import Dispatching
from parley.services.tasks.ending import Ending
from parley.services.tasks.ruling import Ruling
from parley.services.tasks.submitting import Submitting
from parley.settings import needed


@dataclass(frozen=True)
class TaskParts:
    world: World

    @cached_property
    def store(self) -> TaskStore:
        return open_task_store(self.world.dynamodb, self.world.settings.table)

    @cached_property
    def conversations(self) -> Store:
        return open_store(self.world.dynamodb, self.world.settings.table, self.world.texts)

    @property
    def native(self) -> NativeTasks:
        return NativeTasks(self.world, self.conversations, self)

    @cached_property
    def executions(self) -> StepFunctionsTaskExecutions:
        arn = needed(self.world.settings.task_machine_arn, "PARLEY_TASK_MACHINE_ARN")
        return StepFunctionsTaskExecutions(self.world.client("stepfunctions"), arn)

    @cached_property
    def news(self) -> LambdaNews:
        function = needed(self.world.settings.news_function, "PARLEY_NEWS_FUNCTION")
        return LambdaNews(Invocation(self.world.client, function), self.world.telemetry)

    @cached_property
    def depot(self) -> S3Depot:
        bucket = needed(self.world.settings.bucket, "PARLEY_BUCKET")
        return S3Depot(lambda: self.world.client("s3"), bucket)

    @property
    def dispatching(self) -> Dispatching:
        world, store = self.world, self.store
        return Dispatching(
            tasks=store.tasks,
            registry=store.registry,
            executions=self.executions,
            news=self.news,
            clock=world.clock,
            telemetry=world.telemetry,
            configuration=self._configuration,
        )

    @property
    def submitting(self) -> Submitting:
        world, store = self.world, self.store
        return Submitting(
            store.tasks, store.registry, self.dispatching, world.clock, world.telemetry
        )

    @property
    def ending(self) -> Ending:
        world = self.world
        return Ending(
            self.store.tasks,
            self.dispatching,
            world.clock,
            world.telemetry,
            self._configuration,
        )

    @property
    def cancelling(self) -> CancellingTask:
        world = self.world
        return CancellingTask(
            self.store.tasks,
            self.ending,
            self.native.stopping,
            self.news,
            world.clock,
            world.telemetry,
        )

    @property
    def ruling(self) -> Ruling:
        world, store = self.world, self.store
        return Ruling(
            tasks=store.tasks,
            changes=store.changes,
            follow_ups=self.submitting,
            executions=self.executions,
            clock=world.clock,
            telemetry=world.telemetry,
            configuration=self._configuration,
        )

    def _configuration(self) -> Configuration:
        return self.world.configuration
