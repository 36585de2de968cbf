"""A memory store of one's own: here the one that ships, with each new entry told to the program."""

import asyncio

from scripts import calls, says

from heartbit_tui import Entry, NewEntry, Query, Reach, SystemClock, VolatileMemory, run


class Told(VolatileMemory):
    """Keeps entries in this process, and tells of each."""

    async def store(self, entry: NewEntry | Entry, reach: Reach | None = None) -> Entry:
        print("Remembered:", entry.content)
        return await super().store(entry, reach)


async def main() -> None:
    memory = Told(SystemClock())
    model = says(calls("memory_store", content="The tests run with make test."), "I will remember that.")
    await run("Remember how the tests run.", provider=model, memory=memory, mode="yolo", ephemeral=True)
    print(len(await memory.list(Query())), "entry is kept")


asyncio.run(main())
