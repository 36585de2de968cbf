"""What is being restored, on disk before the first step: whoever finds it goes on with it."""

import contextlib
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.undo.intent import Intent, What
from heartbit_tui.undo.plan import Step
from heartbit_tui.undo.record import row_of, state_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An intent with all its steps, and the folders that are opened for a while."""

    intent: Intent
    steps: tuple[Step, ...]
    shut: dict[str, int]


class Journal:
    """The entries of all sessions, one file each, in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def begin(self, session: str, entry: Entry) -> None:
        """Write an entry, so that whoever comes after a kill -9 finds it. Raises `OSError`."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = self._file(session)
        aside = file.with_suffix(".new")
        handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "wb") as opened:
            opened.write(_written(entry))
        aside.rename(file)

    def open_entry(self, session: str) -> Entry | None:
        """The entry that was begun and not ended; None too where it cannot be read, for then it was not begun."""
        try:
            return _read(json.loads(self._file(session).read_bytes()))
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def end(self, session: str) -> None:
        """All of it is done and told."""
        with contextlib.suppress(OSError):
            self._file(session).unlink()

    def entries(self) -> Sequence[Entry]:
        """All that were begun and not ended."""
        files = sorted(self._folder.glob("*.json")) if self._folder.is_dir() else []
        return tuple(entry for file in files if (entry := self.open_entry(file.stem)))

    def _file(self, session: str) -> Path:
        return self._folder / f"{session.replace(os.sep, '_')}.json"


def _written(entry: Entry) -> bytes:
    intent = entry.intent
    value = {
        "intent": [intent.id, intent.to, intent.what, intent.chat, intent.redo],
        "steps": [[each.path, row_of(each.now), row_of(each.then), each.source] for each in entry.steps],
        "shut": entry.shut,
    }
    return json.dumps(value).encode("ascii")


def _read(value: Any) -> Entry:
    name, to, what, chat, redo = value["intent"]
    steps = (
        Step(path=str(path), now=state_of(now), then=state_of(then), source=str(source))
        for path, now, then, source in value["steps"]
    )
    return Entry(
        intent=Intent(id=str(name), to=int(to), what=cast(What, str(what)), chat=int(chat), redo=int(redo)),
        steps=tuple(steps),
        shut={str(path): int(mode) for path, mode in value["shut"].items()},
    )
