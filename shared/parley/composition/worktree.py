"""The runner, put together: everything here lives on one machine with a program that nobody vouches
for, and holds no more than the task needs."""

import os
import time
from functools import cache
from pathlib import Path

from parley.adapters.agent_process.runner import AgentProcesses
from parley.adapters.aws.handed_depot import HandedDepot
from parley.adapters.aws.invocation import Invocation
from parley.adapters.git.workbench import GitWorkbench
from parley.adapters.heart import LeaseHeart
from parley.adapters.homes import TarHomes
from parley.adapters.work_folder import WorkFolder
from parley.composition.tasks import TaskParts
from parley.composition.world import World
from parley.core.tasks.task import Task
from parley.ports.work import Account
from parley.services.tasks.preparing import Preparing
from parley.services.tasks.running import Running
from parley.services.tasks.watching import WatchTools
from parley.settings import needed

AGENTS = 61_000  # the first of the accounts that agents run as where this process is root


def run_task(task: str, seconds: float) -> None:
    """Work on the task, on a machine that has so many seconds left."""
    world = World.open()
    world.telemetry.begin(task=task)
    ends = time.monotonic() + seconds
    try:
        _running(world).run(task, lambda: ends - time.monotonic())
    finally:
        world.telemetry.flush()


def _running(world: World) -> Running:
    parts = TaskParts(world)
    store = parts.store
    folder = _folder(needed(world.settings.work_folder, "PARLEY_WORK_FOLDER"))
    account = _account(folder.number) if os.getuid() == 0 else None
    workbench = GitWorkbench(folder.path, account)

    def depot(task: Task) -> HandedDepot:
        function = needed(world.settings.depot_function, "PARLEY_DEPOT_FUNCTION")
        return HandedDepot(Invocation(world.client, function), task.id, task.fence)

    return Running(
        tasks=store.tasks,
        registry=store.registry,
        workbench=workbench,
        agents=AgentProcesses(account, time.monotonic),
        preparing=Preparing(
            store.tasks,
            store.changes,
            workbench,
            TarHomes(account),
            world.secrets,
            world.telemetry,
        ),
        depot=depot,
        heart=lambda task: LeaseHeart(store.tasks, task, world.clock, world.telemetry),
        watching=WatchTools(store.tasks, parts.news, world.clock, world.telemetry),
        clock=world.clock,
        telemetry=world.telemetry,
    )


@cache
def _folder(base: str) -> WorkFolder:
    """One for the life of this process."""
    return WorkFolder(Path(base))


def _account(number: int) -> Account:
    """Nobody's: runners on one machine must not end each other's agents."""
    return Account(AGENTS + number, AGENTS + number)
