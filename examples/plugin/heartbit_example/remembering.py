"""A memory store: the entry point names the function that makes it."""

from pathlib import Path

from heartbit_tui import Clock, Entry, Memory, NewEntry, PluginContext, Reach, VolatileMemory


class Journal(VolatileMemory):
    """Keeps entries in this process, and writes each new one to the end of a file."""

    def __init__(self, clock: Clock, file: Path) -> None:
        super().__init__(clock)
        self._file = file

    async def store(self, entry: NewEntry | Entry, reach: Reach | None = None) -> Entry:
        stored = await super().store(entry, reach)
        with self._file.open("a", encoding="utf-8") as file:
            file.write(f"{stored.created_at:%Y-%m-%d} {stored.content}\n")
        return stored


def journal(context: PluginContext) -> Memory:
    """The memory, with its file where the settings want it."""
    return Journal(context.clock, Path(str(context.settings.get("file", "journal.txt"))))
