"""`heartbit schedule run`: the task of a schedule now, as `heartbit run` does it."""

import asyncio
from argparse import Namespace

from heartbit_tui.cli import run
from heartbit_tui.cli.options import clean
from heartbit_tui.cli.schedule import here
from heartbit_tui.cli.told import attempt
from heartbit_tui.schedules.types import Schedule


def main(values: Namespace) -> int:
    """Do the task, in the folder of the schedule where it has one; the exit code."""

    def work() -> int:
        schedule = asyncio.run(_chosen(values))
        values.task = [schedule.task]
        values.cwd = values.cwd or schedule.folder or None
        return run.main(values)

    return attempt(work)


async def _chosen(values: Namespace) -> Schedule:
    async with here(values) as found:
        return found.one(clean(values.name))
