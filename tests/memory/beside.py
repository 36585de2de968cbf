"""One of two that write at once: `python -m tests.memory.beside FOLDER NAME TIMES` begins with the first line that comes."""

import sys
from pathlib import Path

from heartbit_tui.client.settings_file import with_key
from heartbit_tui.config.locked import LockedFile
from heartbit_tui.memory.entries import made
from heartbit_tui.memory.sqlite import writing
from heartbit_tui.memory.types import NewEntry
from heartbit_tui.store import driver
from heartbit_tui.testing.clock import EPOCH
from heartbit_tui.testing.memories import MINE
from tests.memory import killed

MEMORIES, SETTINGS = "heartbit.db", "config.toml"


def main(folder: Path, name: str, times: int) -> None:
    connection, file = killed.opened(folder / MEMORIES), LockedFile(folder / SETTINGS)
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(times):
        key = f"{name}{number}"
        entry = made(NewEntry(id=key, content=f"entry {key}", scope=MINE), new_id="", now=EPOCH)
        with driver.transaction(connection):
            writing.put_all(connection, [entry])
        file.update(lambda text, key=key, number=number: with_key(text, f"both.{key}", number))
    connection.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
