"""Projects and agents: all of a kind in one partition, so that a list is one query."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from parley.adapters.dynamodb import keys
from parley.adapters.dynamodb.codec import Fields, Item, marshal, unmarshal
from parley.adapters.dynamodb.table import Refused, Table, delete, put
from parley.adapters.dynamodb.task_conditions import TaskConditions
from parley.core.tasks.coding_agent import ChatCommand, CodingAgent, Output, Permissions, PromptBy
from parley.core.tasks.project import Compute, Fallback, Project


@dataclass(frozen=True, slots=True)
class TableRegistry:
    table: Table
    conditions: TaskConditions

    def project(self, id: str) -> Project | None:
        fields = self.table.get(keys.project(id))
        return _project_of(fields) if fields else None

    def projects(self) -> Sequence[Project]:
        return [_project_of(fields) for fields in self._all(keys.PROJECTS)]

    def put_project(self, project: Project) -> None:
        fields = asdict(project)
        fields |= {"fallback": str(project.fallback), "compute": str(project.compute)}
        self.table.put(put(keys.project(project.id) | marshal(fields)))

    def remove_project(self, id: str) -> bool:
        return self._removed(keys.project(id))

    def agent(self, name: str) -> CodingAgent | None:
        fields = self.table.get(keys.coding_agent(name))
        return _agent_of(fields) if fields else None

    def agents(self) -> Sequence[CodingAgent]:
        return [_agent_of(fields) for fields in self._all(keys.AGENTS)]

    def put_agent(self, agent: CodingAgent) -> None:
        fields = asdict(agent)
        fields |= {
            "prompt_by": str(agent.prompt_by),
            "output": str(agent.output),
            "permissions": str(agent.permissions),
        }
        self.table.put(put(keys.coding_agent(agent.name) | marshal(fields)))

    def remove_agent(self, name: str) -> bool:
        return self._removed(keys.coding_agent(name))

    def _all(self, partition: str) -> Sequence[Fields]:
        """By their range key, which is the id or the name."""
        found = self.table.query("pk = :pk", {"pk": partition}, ConsistentRead=True)
        return [unmarshal(item) for item in found]

    def _removed(self, key: Item) -> bool:
        try:
            self.table.transact(delete(key, self.conditions.registered, {}))
        except Refused:
            return False
        return True


def _project_of(fields: Fields) -> Project:
    return Project(
        **{
            **_own(fields),
            "agents": tuple(fields["agents"]),
            "fallback": Fallback(fields["fallback"]),
            "compute": Compute(fields["compute"]),
        }
    )


def _agent_of(fields: Fields) -> CodingAgent:
    return CodingAgent(
        **{
            **{name: tuple(fields[name]) for name in ("command", "model", "mode", "thinking")},
            "name": fields["name"],
            "supports_acp": fields["supports_acp"],
            "prompt_by": PromptBy(fields["prompt_by"]),
            "output": Output(fields["output"]),
            "permissions": Permissions(fields["permissions"]),
            "commands": tuple(ChatCommand(**each) for each in fields["commands"]),
            "environment": fields["environment"],
            "settings": fields["settings"],
            "keeps": tuple(fields["keeps"]),
        }
    )


def _own(fields: Fields) -> Fields:
    return {name: value for name, value in fields.items() if name not in keys.TABLE_KEY}
