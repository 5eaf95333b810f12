"""Depot: hands a runner addresses for its task's files, each good for a quarter of an hour. So the
runner, which runs programs that nobody vouches for, may do nothing to the bucket by itself."""

from functions.tasks.step import TaskEvent, attend
from parley.composition.depot import keeper
from parley.composition.world import World

world = World.open()
depot = keeper(world)


def handler(event: TaskEvent, _context: object) -> dict[str, str]:
    """`fence`, `verb` (get or put) and `key`, beside the task: an address, or why there is none."""
    return attend(
        world,
        event,
        lambda task: depot.address(
            task, int(event["fence"]), str(event["verb"]), str(event["key"])
        ),
    )
