"""Going back and forward in one session: shows what that means, does it, and writes it into the log."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from heartbit_tui.kernel.events import Event, Rewound, Undone, UserMessage
from heartbit_tui.kernel.messages import user
from heartbit_tui.undo.engine import Engine
from heartbit_tui.undo.intent import Intent, Restored, UndoError, What
from heartbit_tui.undo.past import Past, Point
from heartbit_tui.undo.plan import Plan
from heartbit_tui.undo.preview import FILE_TOOLS, Preview

NOTHING = "There is nothing to undo in this session."
NOTHING_AGAIN = "There is nothing to redo: nothing was undone, or a prompt came since."
KINDS = MappingProxyType({"prompt": "prompt", "call": "call", "command": "your command"})
NO_POINT = "There is no {number} to go back to. {known}"


class Log(Protocol):
    """Where events go."""

    def append(self, event: Event) -> int:
        """Add an event; its seq."""
        ...

    async def committed(self, seq: int) -> None:
        """Return once it is durable."""
        ...


class Service:
    """Undo and redo of one session; only while no run is active. Raises `UndoError`, `StoreError` and `OSError`."""

    def __init__(
        self, session: str, engine: Callable[[], Engine], past: Past, log: Log, ids: Callable[[], str]
    ) -> None:
        self._session = session
        self._engine = engine
        self._log = log
        self._ids = ids
        self.past = past

    def points(self) -> tuple[Point, ...]:
        """All that one can go back to, oldest first."""
        return self.past.points()

    async def undo(self, number: str = "", what: What = "both", *, overrule: bool = False) -> Preview:
        """What going back to right before a point means; without a number before the last prompt."""
        await self.finish()
        point = self.past.point(number) if number else self.past.last()
        if point is None:
            raise UndoError(self._no_point(number) if number else NOTHING)
        intent = Intent(id=self._ids(), to=point.seq, what=what, chat=0 if what == "files" else point.chat)
        preview = await self._preview(intent, f"Back to before {KINDS[point.kind]} {point.number}", overrule=overrule)
        return replace(preview, words=point.text if point.kind == "prompt" else "", kind=point.kind)

    async def redo(self, *, overrule: bool = False) -> Preview:
        """What taking back the last undo means."""
        await self.finish()
        last = self.past.again()
        if last is None:
            raise UndoError(NOTHING_AGAIN)
        seq, undone = last
        intent = Intent(id=self._ids(), to=undone.rewound or seq, what=undone.what, chat=undone.rewound, redo=seq)
        return await self._preview(intent, "Forward to before the last undo", overrule=overrule)

    async def carry_out(self, preview: Preview) -> Restored:
        """Do what a preview shows."""
        engine = self._engine()
        done = await asyncio.to_thread(engine.carry_out, self._session, preview.intent, preview.plan)
        await self._tell(done)
        return done

    async def finish(self) -> Restored | None:
        """Finish what was cut off by a kill, if anything was."""
        engine = self._engine()
        entry = await asyncio.to_thread(engine.journal.open_entry, self._session)
        if entry is None:
            return None
        if self.past.told(entry.intent.id):
            await asyncio.to_thread(engine.told, self._session)
            return None
        done = await asyncio.to_thread(engine.finish, self._session)
        if done is not None:
            await self._tell(done)
        return done

    async def _preview(self, intent: Intent, title: str, *, overrule: bool) -> Preview:
        if intent.what == "chat":
            return Preview(intent=intent, title=title, plan=Plan())
        marks = self.past.since(intent.to)
        records = [mark.record for mark in marks]
        unsure = {mark.record for mark in marks if mark.unsure}
        plan = await asyncio.to_thread(lambda: self._engine().plan(records, unsure=unsure, overrule=overrule))
        beyond = () if intent.redo else self.past.calls_since(intent.to)
        return Preview(
            intent=intent,
            title=title,
            plan=plan,
            beyond=tuple(each for each in beyond if each.tool not in FILE_TOOLS),
            lost=tuple(sentence for mark in marks for sentence in mark.lost),
        )

    async def _tell(self, done: Restored) -> None:
        """Write into the log what was done, durably; only then is it forgotten that it had to be."""
        intent = done.intent
        if intent.what == "files" and done.changed:
            self._log.append(UserMessage(message=user(_words_for_the_model()), origin="heartbit"))
        rewound = self._log.append(Rewound(to=intent.chat)) if intent.chat else 0
        undone = Undone(
            id=intent.id,
            to=intent.to,
            what=intent.what,
            record=done.record,
            restored=done.changed,
            left=len(done.left),
            redo=intent.redo,
            rewound=rewound,
        )
        seq = self._log.append(undone)
        await self._log.committed(seq)
        await asyncio.to_thread(self._engine().told, self._session)

    def _no_point(self, number: str) -> str:
        prompts = [each.number for each in self.points() if each.kind == "prompt"]
        known = f"The prompts are numbered from 1 to {prompts[-1]}." if prompts else "Nothing was asked yet."
        return NO_POINT.format(number=number, known=known)


def _words_for_the_model() -> str:
    """What a model is told whose words about files are not true any more."""
    return Path(__file__).with_name("files_restored.md").read_text("utf-8").strip()
