"""opencode at work: registered as an operator would, with a scripted model for a provider."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from local.model_server.server import MODELS, ModelServer
from parley.adapters.agent_process.runner import AgentProcesses
from parley.adapters.git.workbench import GitWorkbench
from parley.adapters.homes import TarHomes
from parley.core.tasks.coding_agent import ChatCommand, CodingAgent
from parley.core.tasks.heard import AgentEnd
from parley.core.tasks.reduction import Reduction
from parley.core.tasks.registration import parse_agent
from parley.core.tasks.transcript import Transcript
from parley.ports.work import Job, Source, Wish, Worktree
from scripts.import_graph import ROOT
from tests.agent_process.one_shot import Follower, Wished, go_on

CONFIGURATION = "OPENCODE_CONFIG_CONTENT"
KEY = "SCRIPTED_API_KEY"
PROVIDER = "scripted"


def registered(name: str, binary: Path, model: ModelServer) -> CodingAgent:
    """The document of events/agents, as it is, but for the place of the program and the provider:
    without a network there is no other."""
    agent = parse_agent((ROOT / "events/agents" / f"{name}.json").read_text(), name)
    configuration = json.loads(agent.settings[CONFIGURATION]) | _provider(model)
    return replace(
        agent,
        command=(str(binary), *agent.command[1:]),
        environment={KEY: "ssm:/parley/agents/scripted"},
        settings={**agent.settings, CONFIGURATION: json.dumps(configuration)},
    )


def _provider(model: ModelServer) -> Mapping[str, object]:
    described = {
        "reasoning": True,
        "tool_call": True,
        "limit": {"context": 100_000, "output": 8_000},
        "cost": {"input": 1, "output": 2},  # dollars for a million
    }
    return {
        "model": f"{PROVIDER}/{MODELS[0]}",
        "small_model": f"{PROVIDER}/{MODELS[0]}",
        "enabled_providers": [PROVIDER],
        "provider": {
            PROVIDER: {
                "npm": "@ai-sdk/openai-compatible",  # comes with opencode
                "options": {"baseURL": model.url, "apiKey": f"{{env:{KEY}}}"},
                "models": {name: {"name": name, **described} for name in MODELS},
            }
        },
    }


@dataclass
class _Timed(Follower):
    wished_at: float = 0.0

    def wish(self) -> Wish:
        wish = super().wish()
        if wish is not Wish.GO_ON and not self.wished_at:
            self.wished_at = time.monotonic()
        return wish


@dataclass
class Ran:
    """What the runner would keep of it."""

    end: AgentEnd
    transcript: Transcript
    commands: tuple[ChatCommand, ...]
    seconds_after_the_wish: float

    @property
    def done(self) -> dict[str, str]:
        """The tools' titles, and how they ended."""
        return {tool.title: tool.status for tool in self.transcript.tools}


@dataclass
class Scene:
    """A runner's machine, but for the table and the bucket."""

    workbench: GitWorkbench
    agents: AgentProcesses
    homes: TarHomes
    source: Source
    binary: Path
    model: ModelServer
    without: str = ""  # one of the registered settings

    def place(self, task: str = "task") -> Worktree:
        return self.workbench.prepare(task, self.source)

    def changed(self, worktree: Worktree) -> dict[str, str]:
        """What became of which files."""
        return {each.path: each.status for each in self.workbench.diff(worktree).files}

    def run(
        self,
        name: str,
        worktree: Worktree,
        prompt: str,
        *,
        wished: Wished = go_on,
        key: str = "",
        **asked: Any,
    ) -> Ran:
        """`name` is the agent's; `asked` are fields of the job."""
        agent = registered(name, self.binary, self.model)
        settings = {name: each for name, each in agent.settings.items() if name != self.without}
        agent = replace(agent, settings=settings)
        job = Job(agent, worktree, prompt, environment={KEY: key or self.model.key}, **asked)
        watch = _Timed(wished)
        end = self.agents.run(job, watch)
        waited = time.monotonic() - watch.wished_at if watch.wished_at else 0.0
        reduction = Reduction()
        for event in watch.events:
            reduction.hear(event, 0.0)
        return Ran(end, reduction.transcript(), reduction.commands, waited)

    def kept(self, worktree: Worktree) -> bytes:
        """What the agent's registration says is kept of its home."""
        agent = registered("opencode", self.binary, self.model)
        return self.homes.pack(worktree.home, agent.keeps)
