"""A process that loses its disk while a session runs: `python straits.py full` or `readonly`."""

import asyncio
import os
import resource
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

from heartbit_tui.kernel.errors import StoreError
from heartbit_tui.store import driver
from heartbit_tui.store.recorder import Recorder
from heartbit_tui.store.store import Store
from heartbit_tui.testing.clock import FakeClock
from tests.store.logs import STARTED, give, placed, run

NOBODY = 65534
LOG = placed([STARTED, *run("a", turns=200)])


async def refused(recorder: Recorder, seq: int) -> str:
    try:
        await recorder.committed(seq)
    except StoreError as error:
        return str(error)
    return ""


def allow(bytes_in_a_file: int) -> None:
    """Bound how large a file may grow, which is what a full disk looks like to this process alone."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_in_a_file, resource.RLIM_INFINITY))


async def full(path: Path) -> None:
    async with Store.open(path, FakeClock()) as store:
        async with store.recorder("s") as recorder:
            give(recorder, LOG[:10])
            await recorder.committed(10)
            allow(100_000)
            give(recorder, LOG[10:])
            told = await asyncio.gather(*(refused(recorder, seq) for seq in (20, len(LOG), len(LOG))))
            assert all(told), told
            assert all(sentence.startswith("The ") and sentence.endswith(".") for sentence in told), told
            assert await refused(recorder, 11)
            assert len((await store.load("s")).envelopes) == 10
            allow(resource.RLIM_INFINITY)
            assert await refused(recorder, len(LOG)) == ""
        assert (await store.load("s")).envelopes == LOG


async def readonly(path: Path) -> None:
    async with Store.open(path, FakeClock()) as store, store.recorder("s") as recorder:
        give(recorder, LOG)
    lock_away(path)
    with pytest.raises(StoreError, match="could not be used"):
        async with Store.open(path, FakeClock()):
            pass


def lock_away(path: Path) -> None:
    path.chmod(0o444)
    path.parent.chmod(0o555)
    path.parent.parent.chmod(0o755)
    if os.geteuid() == 0:
        os.setuid(NOBODY)


def main() -> None:
    driver.module()
    folder = Path(tempfile.mkdtemp())
    owner = os.fork()
    if owner:
        _, status = os.waitpid(owner, 0)
        for each in folder.rglob("*"):
            each.chmod(0o700)
        shutil.rmtree(folder)
        sys.exit(os.waitstatus_to_exitcode(status))
    asyncio.run({"full": full, "readonly": readonly}[sys.argv[1]](folder / "data" / "heartbit.db"))
    print("as promised")


if __name__ == "__main__":
    main()
