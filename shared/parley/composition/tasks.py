"""The tasks of the conversation machine."""

from dataclasses import dataclass
from functools import cached_property

from parley.adapters.agent_server.client import AgentServer
from parley.adapters.dynamodb.store import open_store
from parley.adapters.slack.client import SlackChannel
from parley.adapters.system import RandomIds
from parley.composition.world import World
from parley.core.limits import HOUR
from parley.core.session import RunOptions
from parley.ports import Channels, Store
from parley.services.cancelling import Cancelling
from parley.services.deciding import Deciding
from parley.services.deliver_reply import DeliverReply
from parley.services.fail_turn import FailTurn
from parley.services.follow_run import FollowRun
from parley.services.orphans import Orphans
from parley.services.run_ending import RunEnding
from parley.services.run_posting import RunPosting
from parley.services.run_watch import WatchTools
from parley.services.start_turn import StartTurn
from parley.services.turn_ending import TurnEnding
from parley.services.waiting import Waiting
from parley.settings import needed

RUN_LIMIT = 6 * HOUR


@dataclass(frozen=True)
class Tasks:
    world: World

    @cached_property
    def store(self) -> Store:
        return open_store(self.world.dynamodb, self.world.settings.table, self.world.texts)

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
    def channels(self) -> Channels:
        slack = self.world.settings.slack
        token = needed(slack.bot_token, "PARLEY_SLACK_BOT_TOKEN")
        return {"slack": SlackChannel(slack.api_url, token, self.world.secrets)}

    @property
    def start_turn(self) -> StartTurn:
        world = self.world
        return StartTurn(
            leases=self.store.leases,
            turns=self.store.turns,
            executions=world.executions,
            channels=self.channels,
            clock=world.clock,
            ids=RandomIds(),
            telemetry=world.telemetry,
            posting=self._posting,
            cancelling=Cancelling(self.agent, world.telemetry),
            ending=self._ending,
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
            deciding=Deciding(
                self.store.batches,
                self.agent,
                world.clock,
                world.telemetry,
                world.settings.policy_of,
            ),
            cancelling=Cancelling(self.agent, world.telemetry),
            ending=RunEnding(self.agent, world.clock, self.store.leases, self._ending),
            run_limit=RUN_LIMIT,
        )
        return FollowRun(tools, self._waiting)

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
            cancelling=Cancelling(self.agent, world.telemetry),
            ending=self._ending,
        )

    @property
    def _ending(self) -> TurnEnding:
        return TurnEnding(self.store.turns, self.channels, self.world.telemetry)

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
            orphans=Orphans(
                self.store.turns,
                self.agent,
                Cancelling(self.agent, world.telemetry),
                world.telemetry,
            ),
            options=lambda channel: RunOptions(model=world.settings.model_of(channel)),
        )
