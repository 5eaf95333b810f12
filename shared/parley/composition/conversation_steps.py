"""The tasks of the conversation machine, put together by the configuration of the moment."""

from dataclasses import dataclass, replace
from functools import cached_property

from parley.adapters.agent_server.client import AgentServer
from parley.adapters.dynamodb.store import open_store
from parley.composition.channels import channels
from parley.composition.native_tasks import NativeTasks
from parley.composition.world import World
from parley.core.policy import ToolPolicy
from parley.core.session import RunOptions
from parley.core.tasks.task import API
from parley.core.turn import Turn
from parley.ports import Channels, Store
from parley.services.ask_approval import AskApproval
from parley.services.attaching import Attaching
from parley.services.batch_watch import BatchTools
from parley.services.cancelling import Cancelling
from parley.services.deciding import Deciding
from parley.services.deliver_reply import DeliverReply
from parley.services.fail_turn import FailTurn
from parley.services.follow_run import FollowRun
from parley.services.naming import Naming
from parley.services.orphans import Orphans
from parley.services.prompt_editing import PromptEditing
from parley.services.resolving import Resolving
from parley.services.run_ending import RunEnding
from parley.services.run_posting import RunPosting
from parley.services.run_watch import WatchTools
from parley.services.start_turn import StartTurn
from parley.services.steering import SteeringRun
from parley.services.turn_ending import TurnEnding
from parley.services.waiting import Waiting
from parley.settings import needed


@dataclass(frozen=True)
class ConversationSteps:
    world: World

    @classmethod
    def open(cls, world: World) -> "ConversationSteps":
        """What every invocation needs, made while the function is imported: Lambda gives more CPU
        then. Raises SettingsError, with the name."""
        steps = cls(world)
        _ = steps.store, steps.channels
        return steps

    @cached_property
    def store(self) -> Store:
        return open_store(self.world.dynamodb, self.world.settings.table, self.world.texts)

    @cached_property
    def channels(self) -> Channels:
        return channels(self.world)

    @cached_property
    def agent(self) -> AgentServer:
        settings = self.world.settings
        return AgentServer(
            needed(settings.agent_url, "PARLEY_AGENT_URL"),
            needed(settings.agent_token, "PARLEY_AGENT_TOKEN"),
            self.world.secrets,
            self.world.clock,
        )

    @cached_property
    def native(self) -> NativeTasks:
        return NativeTasks.open(self.world, self.store)

    @property
    def start_turn(self) -> StartTurn:
        world = self.world
        return StartTurn(
            leases=self.store.leases,
            turns=self.store.turns,
            executions=world.executions,
            channels=self.channels,
            clock=world.clock,
            ids=world.ids,
            telemetry=world.telemetry,
            posting=self._posting,
            cancelling=self._cancelling,
            ending=self._ending,
            attaching=Attaching(self.channels, world.clock, world.telemetry),
            naming=Naming(self.channels, world.clock, world.telemetry),
            tasks=self.native.turns,
        )

    @property
    def follow_run(self) -> FollowRun:
        world = self.world
        tools = WatchTools(
            inbox=self.store.inbox,
            leases=self.store.leases,
            turns=self.store.turns,
            agent=self.agent,
            channels=self.channels,
            clock=world.clock,
            telemetry=world.telemetry,
            cancelling=self._cancelling,
            steering=self._steering,
            ending=RunEnding(self.agent, world.clock, self.store.leases, self._ending),
            run_limit=world.configuration.run_limit,
            progress=world.configuration.progress,
        )
        batch_tools = BatchTools(
            self.store.batches,
            self.store.controls,
            self._deciding,
            self._editing,
            self._steering,
            world.clock,
        )
        return FollowRun(tools, batch_tools, self._waiting)

    @property
    def ask_approval(self) -> AskApproval:
        world = self.world
        return AskApproval(
            leases=self.store.leases,
            turns=self.store.turns,
            batches=self.store.batches,
            executions=world.executions,
            channels=self.channels,
            clock=world.clock,
            telemetry=world.telemetry,
            editing=self._editing,
            waiting=self._waiting,
        )

    @property
    def deliver_reply(self) -> DeliverReply:
        world = self.world
        return DeliverReply(
            leases=self.store.leases,
            turns=self.store.turns,
            outbox=self.store.outbox,
            channels=self.channels,
            clock=world.clock,
            telemetry=world.telemetry,
            waiting=self._waiting,
            tasks=self.native.ending,
        )

    @property
    def fail_turn(self) -> FailTurn:
        world = self.world
        return FailTurn(
            leases=self.store.leases,
            turns=self.store.turns,
            outbox=self.store.outbox,
            clock=world.clock,
            telemetry=world.telemetry,
            cancelling=self._cancelling,
            ending=self._ending,
        )

    @property
    def _ending(self) -> TurnEnding:
        telemetry = self.world.telemetry
        return TurnEnding(
            self.store.turns,
            self.store.batches,
            self.channels,
            telemetry,
            self._resolving,
            self._editing,
        )

    @property
    def _resolving(self) -> Resolving:
        world = self.world
        return Resolving(
            leases=self.store.leases,
            turns=self.store.turns,
            steering=self.store.steering,
            agent=self.agent,
            channels=self.channels,
            clock=world.clock,
            telemetry=world.telemetry,
        )

    @property
    def _steering(self) -> SteeringRun:
        world = self.world
        return SteeringRun(
            turns=self.store.turns,
            steering=self.store.steering,
            agent=self.agent,
            channels=self.channels,
            clock=world.clock,
            telemetry=world.telemetry,
        )

    @property
    def _deciding(self) -> Deciding:
        world, configuration = self.world, self.world.configuration
        return Deciding(
            batches=self.store.batches,
            agent=self.agent,
            clock=world.clock,
            ids=world.ids,
            telemetry=world.telemetry,
            policy=self._policy,
            entitled=configuration.entitled,
            expiry=configuration.approval_expiry,
        )

    @property
    def _editing(self) -> PromptEditing:
        return PromptEditing(self.channels, self.world.telemetry)

    @property
    def _cancelling(self) -> Cancelling:
        return Cancelling(self.agent, self.world.telemetry)

    @property
    def _waiting(self) -> Waiting:
        world = self.world
        return Waiting(self.store.turns, self.channels, world.clock, world.telemetry)

    @property
    def _posting(self) -> RunPosting:
        world = self.world
        return RunPosting(
            leases=self.store.leases,
            turns=self.store.turns,
            agent=self.agent,
            clock=world.clock,
            telemetry=world.telemetry,
            ending=self._ending,
            waiting=self._waiting,
            orphans=Orphans(self.store.turns, self.agent, self._cancelling, world.telemetry),
            options=self._options,
            folder=self.native.turns.folder,
        )

    def _options(self, turn: Turn) -> RunOptions:
        chosen = self.native.turns.model(turn)
        return RunOptions(model=chosen or self.world.configuration.model_of(turn.delivery.channel))

    def _policy(self, channel: str) -> ToolPolicy:
        policy = self.world.configuration.policy_of(channel)
        return replace(policy, attended=False) if channel == API else policy
