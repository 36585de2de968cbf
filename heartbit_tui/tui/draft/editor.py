"""Writes a draft in the person's own editor; whatever happens, the draft is not lost."""

import asyncio
import os
import shlex
import tempfile
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

from heartbit_tui.kernel.dataclass import dataclass

FALLBACKS = ("sensible-editor", "nano", "vim", "vi")
"""What is tried when neither VISUAL nor EDITOR is set."""


@dataclass(frozen=True, slots=True)
class Edited:
    """What the draft is now; `problem` says in a sentence why it is as it was, and is empty when all went well."""

    text: str
    problem: str = ""


async def edited(
    text: str, environment: Mapping[str, str], suspended: Callable[[], AbstractContextManager[None]], folder: Path
) -> Edited:
    """Let the editor of `environment` change `text` in a file in `folder`, while `suspended` gives the screen away.

    An editor that fails leaves its file where it is when it holds something else than the draft, and says where.
    """
    command = await asyncio.to_thread(editor_of, environment)
    if not command:
        return Edited(text, "No editor was found. Set VISUAL or EDITOR, for example: export EDITOR=nano.")
    try:
        path = await asyncio.to_thread(_written, text, folder)
    except OSError as error:
        return Edited(text, f"The draft could not be written to a file in {folder}: {error.strerror}.")
    with suspended():
        code = await _run((*command, str(path)), environment)
    return await asyncio.to_thread(_result, text, path, command[0], code)


def editor_of(environment: Mapping[str, str]) -> tuple[str, ...]:
    """The editor's command line: VISUAL, else EDITOR, else the first of the usual ones that is there."""
    for name in ("VISUAL", "EDITOR"):
        command = environment.get(name, "").strip()
        if command:
            try:
                return tuple(shlex.split(command))
            except ValueError:
                return (command,)
    folders = [Path(folder) for folder in environment.get("PATH", "").split(os.pathsep) if folder]
    return next(((name,) for name in FALLBACKS if any(os.access(at / name, os.X_OK) for at in folders)), ())


def _written(text: str, folder: Path) -> Path:
    descriptor, name = tempfile.mkstemp(prefix="heartbit-", suffix=".md", dir=folder)
    with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace", newline="") as file:
        file.write(text)
    return Path(name)


async def _run(command: tuple[str, ...], environment: Mapping[str, str]) -> int | str:
    """The editor's exit status, or why it did not start."""
    try:
        process = await asyncio.create_subprocess_exec(*command, env=dict(environment))
    except OSError as error:
        return error.strerror or type(error).__name__
    try:
        return await process.wait()
    except asyncio.CancelledError:
        process.terminate()
        await process.wait()
        raise


def _result(text: str, path: Path, editor: str, code: int | str) -> Edited:
    if isinstance(code, str):
        path.unlink(missing_ok=True)
        return Edited(text, f"The editor {editor} could not be started: {code}. Set EDITOR to one that is installed.")
    try:
        found = path.read_text("utf-8", "replace")
    except OSError as error:
        return Edited(text, f"What the editor wrote could not be read: {error.strerror}. The draft is as it was.")
    if code and found != text:
        return Edited(text, f"{editor} ended with {code}. The draft is as it was; what was written is in {path}.")
    path.unlink(missing_ok=True)
    if code:
        return Edited(text, f"{editor} ended with {code}. The draft is as it was.")
    return Edited(found.removesuffix("\n") if not text.endswith("\n") else found)
