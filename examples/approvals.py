"""Calls that wait for a decision, made by the program; and a session with more than one prompt."""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

from scripts import calls, says

from heartbit_tui import ApprovalRequested, Decide, Session


def approve(asked: ApprovalRequested) -> Decide:
    """Files may be written, and nothing else may be done."""
    print(f"{asked.call.name}: {asked.reason}")
    return Decide(id=asked.id, allow=asked.call.name == "write", note="Only files may be written.")


async def main(folder: str) -> None:
    write = calls("write", file_path="notes.txt", content="hello\n")
    model = says(write, "Written.", calls("bash", command="make publish"), "I may not publish it.")
    async with Session(cwd=folder, provider=model, approve=approve, ephemeral=True) as session:
        print((await session.ask("Write a note.")).changed_files[0].endswith("notes.txt"))
        print((await session.ask("Now publish it.")).text)


with TemporaryDirectory() as folder:
    asyncio.run(main(folder))
    print(Path(folder, "notes.txt").read_text(), end="")
