"""What is done with a block of the reader, or a row of the side panel."""

import asyncio
import tempfile
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from heartbit_tui.client import filled
from heartbit_tui.context.ledger import Item
from heartbit_tui.tui.acts import agents
from heartbit_tui.tui.acts.draft import away, copy_text
from heartbit_tui.tui.bridge import outlook
from heartbit_tui.tui.draft.editor import editor_of
from heartbit_tui.tui.lines.look import Look
from heartbit_tui.tui.pane.source import Key
from heartbit_tui.tui.screens.closing import close
from heartbit_tui.tui.screens.reader import Reader
from heartbit_tui.tui.terminal.goodbye import say_goodbye
from heartbit_tui.tui.transcript.blocks import Call
from heartbit_tui.tui.transcript.plain import marked, plain

if TYPE_CHECKING:
    from heartbit_tui.tui.app import HeartbitApp

NO_RESULT = "That is no result that the model is told. /context lists what it is told, to take out of it."


async def wished(app: "HeartbitApp", message: Reader.Wished) -> None:
    """Do what the reader was asked for."""
    match message.wish:
        case "copy-block":
            await copy_text(app, plain(message.reader.book.block(message.key[0])))
        case "open-place":
            await _open(app, _place(app, message.reader, message.key))
        case "in-editor":
            await _read_in_editor(app)
        case "print":
            _print(app)
        case "follow-agent":
            close(message.reader, None)
            agents.of_block(app, message.reader.book.block(message.key[0]))
        case "drop":
            block = message.reader.book.block(message.key[0])
            _drop(app, block if isinstance(block, Call) else None)


def _place(app: "HeartbitApp", reader: Reader, key: Key) -> str:
    """The file and line that a piece is about: what its lines name first, else what the call worked on."""
    look = Look(max(app.size.width - 2, 1), app.ink)
    places = (line.place for line in reader.book.lines(key, look) if line.place)
    block = reader.book.block(key[0])
    path = block.input.get("file_path") if isinstance(block, Call) else None
    return next(places, str(path or ""))


async def _open(app: "HeartbitApp", place: str) -> None:
    name, _, line = place.rpartition(":") if place.rpartition(":")[2].isdigit() else (place, "", "")
    command = await asyncio.to_thread(editor_of, app.living.setup.environment)
    if not place:
        app.tell("This block names no file.")
    elif not command:
        app.tell("No editor was found. Set VISUAL or EDITOR, for example: export EDITOR=nano.", warning=True)
    else:
        at = (f"+{line}",) if line else ()
        await _edit(app, (*command, *at, str(app.folder / name)))


async def _edit(app: "HeartbitApp", command: tuple[str, ...]) -> None:
    with away(app):
        process = await asyncio.create_subprocess_exec(*command, cwd=app.folder)
        await process.wait()
    app.refresh(layout=True)


async def _read_in_editor(app: "HeartbitApp") -> None:
    command = await asyncio.to_thread(editor_of, app.living.setup.environment)
    if not command:
        app.tell("No editor was found. Set VISUAL or EDITOR, for example: export EDITOR=nano.", warning=True)
        return
    with tempfile.TemporaryDirectory(prefix="heartbit-") as folder:
        path = Path(folder) / "conversation.md"
        await asyncio.to_thread(path.write_text, _whole(app), "utf-8")
        await _edit(app, (*command, str(path)))


def _print(app: "HeartbitApp") -> None:
    """Show the conversation on the normal screen, where the terminal scrolls and searches it."""
    with away(app):
        say_goodbye([*_whole(app).splitlines(), "", "— Enter goes back to heartbit —"])
        input()
    app.refresh(layout=True)


def _whole(app: "HeartbitApp") -> str:
    return "\n\n".join(text for block in app.talk.read.blocks if (text := marked(block))) + "\n"


async def open_place(app: "HeartbitApp", _: str) -> None:
    """`o` in the side panel: the file that the call under the cursor worked on."""
    call = _call(app)
    path = call.input.get("file_path") if call is not None else None
    await _open(app, path if isinstance(path, str) else "")


async def copy_block(app: "HeartbitApp", _: str) -> None:
    """`y` in the side panel: the call under the cursor, with what it answered."""
    call = _call(app)
    if call is None:
        app.tell("This row is no call.")
    else:
        await copy_text(app, plain(call))


def _call(app: "HeartbitApp") -> Call | None:
    number = app.talk.story.transcript.call(app.living.side.call)
    block = app.talk.story.transcript.blocks[number] if number is not None else None
    return block if isinstance(block, Call) else None


def drop(app: "HeartbitApp", argument: str) -> None:
    """`d` in the side panel, or /drop N: take an item out of what the model is told, or put it back."""
    found = outlook(app.talk)
    if not argument:
        _drop(app, _call(app))
    elif found is not None:
        item = filled.numbered(found, argument)
        _submit(app, item) if isinstance(item, Item) else app.tell(item, warning=True)


def _drop(app: "HeartbitApp", call: Call | None) -> None:
    found = outlook(app.talk)
    _submit(app, filled.of_call(found, call.id) if found and call else None)


def _submit(app: "HeartbitApp", item: Item | None) -> None:
    op = filled.drop(item) if item else None
    if op is None:
        app.tell(NO_RESULT)
    else:
        app.talk.submit(op)


ACTS: "Mapping[str, Callable[[HeartbitApp, str], Coroutine[Any, Any, None] | None]]" = MappingProxyType(
    {"open-place": open_place, "copy-block": copy_block, "drop": drop}
)
