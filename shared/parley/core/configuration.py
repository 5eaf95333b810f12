"""What an operator decides: who may talk, what the agent may do, and how conversations go.

One document says it all. General settings hold for every channel; a channel may have its own. A
channel is served when it stands under `channels` and is not switched off.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from parley.core.access import Access
from parley.core.busy import BusyMode
from parley.core.configuration_keys import (
    ALLOWLIST,
    APPROVAL_EXPIRY,
    APPROVAL_MODE,
    BINDINGS,
    BOT_USERNAME,
    BUSY_MODE,
    CHANGE_EXPIRY,
    CHANNEL_KEYS,
    CHANNELS,
    DM_SCOPE,
    ENABLED,
    GENERAL_KEYS,
    MODEL,
    NAMES,
    PROGRESS,
    REQUESTER,
    REQUIRE_MENTION,
    RICH_MESSAGES,
    RUN_LIMIT,
    TASKS_AT_ONCE,
    TITLE,
    ids_of,
    own_bindings,
)
from parley.core.document import Problems, Section, Slip, load
from parley.core.policy import ApprovalMode, ToolPolicy
from parley.core.routing import Binding, DmScope, Routing, TitleTemplate
from parley.errors import SettingsError

NOTHING: Mapping[str, object] = {}


@dataclass(frozen=True, slots=True)
class Manners:
    """What is set in general, and what a channel may do otherwise."""

    model: str | None
    approval_mode: ApprovalMode
    allowlist: frozenset[str]
    busy_mode: BusyMode
    dm_scope: DmScope
    title: TitleTemplate


DEFAULTS = Manners(
    model=MODEL.default,
    approval_mode=APPROVAL_MODE.default,
    allowlist=ALLOWLIST.default,
    busy_mode=BUSY_MODE.default,
    dm_scope=DM_SCOPE.default,
    title=TITLE.default,
)


@dataclass(frozen=True, slots=True)
class ChannelConfiguration:
    enabled: bool
    users: frozenset[str]
    teams: frozenset[str]
    chats: frozenset[str]
    operators: frozenset[str]
    approvers: frozenset[str]
    require_mention: bool
    manners: Manners
    bindings: tuple[Binding, ...]


@dataclass(frozen=True, slots=True)
class TelegramExtras:
    bot_username: str
    rich_messages: bool


@dataclass(frozen=True, slots=True)
class Configuration:
    manners: Manners
    bindings: tuple[Binding, ...]
    approval_expiry: int  # milliseconds
    run_limit: int  # milliseconds
    progress: bool
    tasks_at_once: int
    change_expiry: int  # milliseconds
    configured: Mapping[str, ChannelConfiguration]  # those that are switched off too
    telegram: TelegramExtras

    @property
    def channels(self) -> tuple[str, ...]:
        """The channels that are served."""
        return tuple(name for name, channel in self.configured.items() if channel.enabled)

    @property
    def access(self) -> Access:
        served = {name: self.configured[name] for name in self.channels}
        return Access(
            users={name: channel.users for name, channel in served.items()},
            teams={name: channel.teams for name, channel in served.items()},
            chats={name: channel.chats for name, channel in served.items()},
            operators={name: channel.operators for name, channel in served.items()},
        )

    @property
    def routing(self) -> Routing:
        own = [each for channel in self.configured.values() for each in channel.bindings]
        return Routing(
            self.manners.dm_scope,
            (*own, *self.bindings),
            {name: channel.manners.dm_scope for name, channel in self.configured.items()},
        )

    def policy_of(self, channel: str) -> ToolPolicy:
        manners = self._manners(channel)
        return ToolPolicy(manners.approval_mode, manners.allowlist)

    def model_of(self, channel: str) -> str | None:
        return self._manners(channel).model

    def title_of(self, channel: str) -> TitleTemplate:
        return self._manners(channel).title

    def busy_mode_of(self, channel: str) -> BusyMode:
        return self._manners(channel).busy_mode

    def approvers_of(self, channel: str) -> frozenset[str]:
        """Ids, and perhaps the word REQUESTER, as the document says."""
        found = self.configured.get(channel)
        return found.approvers if found else frozenset()

    def entitled(self, channel: str, requesters: Iterable[str]) -> frozenset[str]:
        """The ids of those who may decide on tool calls that these people's messages led to."""
        listed = self.approvers_of(channel)
        return listed - {REQUESTER} | frozenset(requesters if REQUESTER in listed else ())

    def operators_of(self, channel: str) -> frozenset[str]:
        found = self.configured.get(channel)
        return found.operators if found else frozenset()

    def require_mention(self, channel: str) -> bool:
        found = self.configured.get(channel)
        return found.require_mention if found else True

    def _manners(self, channel: str) -> Manners:
        found = self.configured.get(channel)
        return found.manners if found else self.manners


def parse(text: str) -> Configuration:
    """The configuration that a document says. Raises SettingsError, which tells all that is wrong,
    a line for each, by its path and with what is allowed there."""
    problems = Problems()
    try:
        configuration = _configuration(load(text), problems)
    except Slip as slip:
        raise SettingsError(f"the document{slip}") from None
    if problems.told:
        raise SettingsError("\n".join(problems.told))
    return configuration


def _configuration(value: object, problems: Problems) -> Configuration:
    top = Section.of("", value, [*(key.name for key in GENERAL_KEYS), CHANNELS], problems)
    manners = _manners(top, DEFAULTS)
    entries = Section.of(CHANNELS, top.entries.get(CHANNELS, NOTHING), NAMES, problems)
    sections = {
        name: Section.of(
            entries.at(name), entry, [key.name for key in CHANNEL_KEYS[name]], problems
        )
        for name, entry in entries.entries.items()
    }
    telegram = sections.get("telegram", Section("", NOTHING, problems))
    return Configuration(
        manners=manners,
        bindings=top.take(BINDINGS),
        approval_expiry=top.take(APPROVAL_EXPIRY),
        run_limit=top.take(RUN_LIMIT),
        progress=top.take(PROGRESS),
        tasks_at_once=top.take(TASKS_AT_ONCE),
        change_expiry=top.take(CHANGE_EXPIRY),
        configured={name: _channel(name, section, manners) for name, section in sections.items()},
        telegram=TelegramExtras(telegram.take(BOT_USERNAME), telegram.take(RICH_MESSAGES)),
    )


def _channel(name: str, section: Section, general: Manners) -> ChannelConfiguration:
    ids = ids_of(name)
    return ChannelConfiguration(
        enabled=section.take(ENABLED),
        users=section.take(ids.users),
        teams=section.take(ids.teams),
        chats=section.take(ids.chats),
        operators=section.take(ids.operators),
        approvers=section.take(ids.approvers),
        require_mention=section.take(REQUIRE_MENTION),
        manners=_manners(section, general),
        bindings=section.take(own_bindings(name)),
    )


def _manners(section: Section, general: Manners) -> Manners:
    return Manners(
        model=section.take_or(MODEL, general.model),
        approval_mode=section.take_or(APPROVAL_MODE, general.approval_mode),
        allowlist=section.take_or(ALLOWLIST, general.allowlist),
        busy_mode=section.take_or(BUSY_MODE, general.busy_mode),
        dm_scope=section.take_or(DM_SCOPE, general.dm_scope),
        title=section.take_or(TITLE, general.title),
    )
