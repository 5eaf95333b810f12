"""Who may talk to the agent. Nobody, unless listed (I10)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from parley.core.delivery import Chat, ChatKind

EVERYBODY = "*"

Listed = Mapping[str, frozenset[str]]  # ids by channel


@dataclass(frozen=True, slots=True)
class Access:
    """Ids by channel. An empty or absent list admits nobody, `*` everybody.

    Users and operators are admitted wherever they write. A team (a Slack workspace, a Discord
    server) or a chat admits whoever writes in its groups and threads, and nobody's direct messages.
    """

    users: Listed = field(default_factory=dict)
    teams: Listed = field(default_factory=dict)
    chats: Listed = field(default_factory=dict)
    operators: Listed = field(default_factory=dict)

    def admits(self, channel: str, installation: str, chat: Chat, sender: str) -> bool:
        if _listed(self.users, channel, sender) or _listed(self.operators, channel, sender):
            return True
        if chat.kind is ChatKind.DIRECT:
            return False
        return _listed(self.teams, channel, installation) or _listed(
            self.chats, channel, chat.group
        )

    def names(self, channel: str, chat: Chat) -> bool:
        """Whether it is this very group's entry that admits whoever writes there."""
        return chat.group in self.chats.get(channel, frozenset())

    def admits_chats(self, channel: str) -> bool:
        return bool(self.chats.get(channel))


def _listed(lists: Listed, channel: str, name: str) -> bool:
    listed = lists.get(channel, frozenset())
    return EVERYBODY in listed or (bool(name) and name in listed)
