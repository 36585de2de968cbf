"""Keeps what calls do to files, call by call or for several that run side by side."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import TypeVar

from heartbit_tui.kernel.events import Event, FilesChanged, Notice
from heartbit_tui.undo.survey import Survey, Told
from heartbit_tui.undo.types import Stopped, TooMany

T = TypeVar("T")
Emit = Callable[[Event], None]

TOO_MANY = "What commands change here cannot be undone: this folder has {error}. What the tools for files change can be undone."
NOT_KEPT = "What this call changes cannot be undone, because it could not be kept: {error}."


class Watch:
    """Around each call of one session that may change files.

    A call whose files are known beforehand costs a look at these. For any other all of the workspace is compared with
    what it was, before the first of those that run side by side begins and after the last of them has ended.
    """

    def __init__(self, survey: Survey) -> None:
        self._survey = survey
        self._lock = asyncio.Lock()
        self._running = self._edits = 0
        self._span: list[str] = []
        self._seen = False
        self._blind = False

    async def begin(self) -> None:
        """See the workspace for the first time, ahead of the first call that needs it, which tells what is wrong."""
        async with self._lock:
            with suppress(TooMany, Stopped, OSError):
                await self._first_look()

    async def recover(self, emit: Emit) -> None:
        """Tell what calls did that were at work when an earlier process of the session died."""
        async with self._lock:
            try:
                found = await asyncio.to_thread(self._survey.recovered)
            except (TooMany, Stopped, OSError) as error:
                self._give_up(error, emit)
                return
        if found is not None:
            _tell(*found, emit)

    async def on_files(self, call: str, paths: Sequence[str], work: Callable[[], Awaitable[T]], emit: Emit) -> T:
        """Do the work of a call that changes nothing but files at these paths, links resolved."""
        looked = await self._before(paths, emit)
        self._edits += 1
        try:
            return await work()
        finally:
            self._edits -= 1
            await asyncio.shield(self._after(call, looked, emit))

    async def on_anything(self, call: str, named: Sequence[str], work: Callable[[], Awaitable[T]], emit: Emit) -> T:
        """Do the work of a call that may change anything; `named` are paths that it surely touches."""
        async with self._lock:
            watched = await self._open(call, named, emit)
        if not watched:
            return await work()
        self._span.append(call)
        self._running += 1
        try:
            return await work()
        finally:
            self._running -= 1
            await asyncio.shield(self._shut(emit))

    def stop(self) -> None:
        """Cut a first look short that is going on."""
        self._survey.stop()

    async def close(self) -> None:
        """Let what is going on end, and keep what the next session can use."""
        async with self._lock:
            if self._seen and not self._blind:
                await asyncio.to_thread(self._survey.save)

    async def _first_look(self) -> None:
        if not self._seen:
            await asyncio.to_thread(self._survey.base)
            self._seen = True

    async def _before(self, paths: Sequence[str], emit: Emit) -> tuple[str, ...]:
        try:
            async with self._lock:
                alone = not self._running and not self._span and not self._edits
                return await asyncio.to_thread(lambda: self._survey.looked(paths, alone=alone))
        except OSError as error:
            emit(Notice(level="warning", text=NOT_KEPT.format(error=error.strerror or error)))
            return ()

    async def _after(self, call: str, paths: Sequence[str], emit: Emit) -> None:
        try:
            async with self._lock:
                _tell((call,), await asyncio.to_thread(lambda: self._survey.changed(paths)), emit)
        except OSError as error:
            emit(Notice(level="warning", text=NOT_KEPT.format(error=error.strerror or error)))

    async def _open(self, call: str, named: Sequence[str], emit: Emit) -> bool:
        """Look before a call; whether there is anything to look at after it."""
        if self._blind:
            return False
        try:
            await self._first_look()
            anew = not self._running and not self._span
            await asyncio.to_thread(lambda: self._survey.before(call, named, anew=anew))
        except (TooMany, Stopped, OSError) as error:
            self._give_up(error, emit)
        return not self._blind

    async def _shut(self, emit: Emit) -> None:
        """Look after the last of the calls that ran side by side."""
        async with self._lock:
            await self._ended(emit)

    async def _ended(self, emit: Emit) -> None:
        if self._running or self._blind or not self._span:
            return
        calls, self._span = tuple(self._span), []
        try:
            _tell(calls, await asyncio.to_thread(self._survey.after), emit)
        except (TooMany, Stopped, OSError) as error:
            self._give_up(error, emit)

    def _give_up(self, error: Exception, emit: Emit) -> None:
        """Look no more: what was seen is not all of it."""
        self._blind = True
        if not isinstance(error, Stopped):
            text = TOO_MANY if isinstance(error, TooMany) else NOT_KEPT
            emit(Notice(level="warning", text=text.format(error=error)))


def _tell(calls: tuple[str, ...], told: Told | None, emit: Emit) -> None:
    if told is not None:
        event = FilesChanged(
            tool_call_ids=calls,
            record=told.record,
            created=told.created,
            changed=told.changed,
            deleted=told.deleted,
            lost=told.lost,
        )
        emit(event)
