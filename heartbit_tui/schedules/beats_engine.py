"""Lets heartbeats beat: one loop that looks what is due, and never sleeps so long that it would miss a change."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing, suppress
from dataclasses import field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import HeartbitError, StoreError
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.schedules import beats_plan
from heartbit_tui.schedules.beats import (
    BeatState,
    Do,
    Done,
    Find,
    Found,
    Heartbeat,
    Said,
    Standing,
    States,
    Tell,
    Watcher,
    is_silent,
)

LONGEST = 60.0
"""Seconds between two looks at most: by then a clock that was set, a machine that woke and a new file are noticed."""

PATIENCE = 300.0
"""Seconds that a beat may take; rsclaw's. Then it is stopped, and has failed."""

MEDITATING = 1_800.0
"""The same for one that puts the memory in order: it may write several skills, and give vectors to all that has none."""

GRACE = 10.0
"""Seconds that beats at work may still take when the daemon ends."""

Place: TypeAlias = tuple[Path, int]
AT_ONCE = datetime.min.replace(tzinfo=UTC)
NEVER = datetime.max.replace(tzinfo=UTC)
UNSEEN = "The heartbeats could not be looked for: {error} It is tried again in a minute."
TOO_LONG = "It took longer than {seconds:g} seconds and was stopped."


def patience(beat: Heartbeat) -> float:
    """Seconds that a beat of this kind may take."""
    return MEDITATING if beat.kind == "meditate" else PATIENCE


def nowhere(text: str) -> None:
    """Where nobody is to be warned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What an engine works with; `share` gives a number from 0 to 1 by which first beats are put apart."""

    clock: Clock
    states: States
    find: Find
    do: Do
    tell: Tell
    watcher: Watcher | None = None
    warn: Callable[[str], None] = nowhere
    share: Callable[[], float] = random.random


@dataclass(slots=True, kw_only=True)
class _Known:
    """A file as it counts: its last good form, what is wrong with it now, and when it is due."""

    found: Found
    heartbeat: Heartbeat | None
    fault: str = ""
    due: datetime | None = None
    planned: bool = False


@dataclass(slots=True, kw_only=True)
class _Kept:
    """The states as they are known here; those in `unsaved` could not be written yet."""

    states: dict[str, BeatState] = field(default_factory=dict[str, BeatState])
    unsaved: dict[str, BeatState] = field(default_factory=dict[str, BeatState])


class Engine:
    """Looks for heartbeats and does those that are due, one at a time for each workspace, until it is drained."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._known: dict[str, _Known] = {}
        self._kept = _Kept()
        self._running: dict[str, tuple[Path, asyncio.Task[None]]] = {}
        self._wanted: set[str] = set()
        self._warned = ""
        self._news = asyncio.Event()
        self._draining = False
        self._began = False
        self._watching: tuple[tuple[Place, ...], asyncio.Task[None] | None] = ((), None)

    @property
    def in_flight(self) -> int:
        """How many beats are at work."""
        return len(self._running)

    def standing(self) -> tuple[Standing, ...]:
        """How each heartbeat stands, the next one first."""
        found = [
            Standing(
                key=key,
                file=each.found.file,
                state=replace(self._state(key), next_due=each.due),
                heartbeat=each.heartbeat,
                fault=each.fault,
                beating=key in self._running,
            )
            for key, each in self._known.items()
        ]
        return tuple(sorted(found, key=lambda each: (each.state.next_due or NEVER, each.key)))

    def look_again(self) -> None:
        """Something may have changed: look now."""
        self._news.set()

    def beat(self, key: str) -> bool:
        """Let a heartbeat beat as soon as its workspace is free, also one that rests; whether there is one that can."""
        known = self._known.get(key)
        if known is None or known.heartbeat is None or key in self._running:
            return False
        self._wanted.add(key)
        self._news.set()
        return True

    async def pause(self, key: str, *, paused: bool) -> None:
        """Let a heartbeat rest, or go on. Raises `StoreError`."""
        await self._means.states.pause(key, paused=paused)
        self._kept.states[key] = replace(self._state(key), paused=paused)
        self._news.set()

    def drain(self) -> None:
        """Begin nothing more; `run` returns once what is at work has ended, or was stopped after `GRACE`."""
        self._draining = True
        self._news.set()

    async def heard(self) -> None:
        """A person did something: what came less often for having nothing to say comes as often as before."""
        await self._means.states.heard()
        self._kept.states = {key: replace(each, quiet=0) for key, each in self._kept.states.items()}
        self._news.set()

    async def run(self) -> None:
        """Beat until `drain` is called, or this is cancelled."""
        async with asyncio.TaskGroup() as tasks:
            try:
                while not self._draining:
                    self._news.clear()
                    seen = await self._look(tasks)
                    if seen:
                        self._begin(tasks)
                    if not self._draining:
                        await self._until(self._seconds() if seen else LONGEST, self._news.wait())
                await self._finish()
            finally:
                self._watch((), tasks)

    async def _look(self, tasks: asyncio.TaskGroup) -> bool:
        """Find all files anew, and plan those that are not planned, or not any more; whether they could be looked for."""
        try:
            found = await asyncio.to_thread(self._means.find)
            places = await asyncio.to_thread(_places, self._means.find.folders)
        except HeartbitError as error:
            # Which folders are trusted cannot be told: what is at work goes on, and nothing new begins.
            self._warn_once(UNSEEN.format(error=error))
            return False
        self._warned = ""
        self._watch(places, tasks)
        self._known = {each.key: self._taken(each) for each in found}
        self._wanted &= self._known.keys()
        await self._recall()
        for key, known in self._known.items():
            if known.heartbeat is not None and key not in self._running:
                await self._plan(known, known.heartbeat)
        self._began = True
        return True

    def _warn_once(self, sentence: str) -> None:
        if sentence != self._warned:
            self._warned = sentence
            self._means.warn(sentence)

    def _taken(self, found: Found) -> _Known:
        """A file as it counts now: one that was good and is not keeps its last good form."""
        old = self._known.get(found.key)
        if isinstance(found, Heartbeat):
            return replace(old, found=found, heartbeat=found, fault="") if old else _Known(found=found, heartbeat=found)
        kept = old.heartbeat if old is not None and found.keeps else None
        return _Known(
            found=found,
            heartbeat=kept,
            fault=found.reason,
            due=old.due if old is not None and kept is not None else None,
            planned=old is not None and kept is not None and old.planned,
        )

    async def _recall(self) -> None:
        """What is written of the states, under what could not be written yet."""
        try:
            for state in tuple(self._kept.unsaved.values()):
                await self._means.states.ran(state)
                del self._kept.unsaved[state.key]
            self._kept.states = await self._means.states.all()
        except StoreError as error:
            self._means.warn(str(error))
        self._kept.states |= self._kept.unsaved

    async def _plan(self, known: _Known, beat: Heartbeat) -> None:
        state, now = self._state(beat.key), self._means.clock.now()
        plan = beats_plan.again if known.planned or self._began else beats_plan.at_start
        known.due, known.planned = plan(beat, state, now, self._means.share()), True
        if known.due is not None and known.due <= now:
            return
        if (known.due, beat.every) != (state.next_due, state.every):
            self._kept.states[beat.key] = replace(state, next_due=known.due, every=beat.every)
            with suppress(StoreError):  # it is planned the same way when it is looked at again
                await self._means.states.plan(beat.key, known.due, beat.every)

    def _state(self, key: str) -> BeatState:
        return self._kept.states.get(key) or BeatState(key=key)

    def _begin(self, tasks: asyncio.TaskGroup) -> None:
        """Begin what is due."""
        now = self._means.clock.now()
        for beat, due in sorted(self._waiting(), key=lambda each: (each[1], each[0].key)):
            if due <= now and not self._is_busy(beat.workspace):
                self._wanted.discard(beat.key)
                task = tasks.create_task(self._beat(beat), name=f"heartbeat {beat.file.name}")
                self._running[beat.key] = (beat.workspace, task)

    def _waiting(self) -> list[tuple[Heartbeat, datetime]]:
        """What may beat, each with when it is due."""
        return [
            (each.heartbeat, due)
            for key, each in self._known.items()
            if each.heartbeat is not None and key not in self._running and (due := self._due(key, each)) is not None
        ]

    def _due(self, key: str, known: _Known) -> datetime | None:
        """When something is to beat: at once where a person wants it, and not at all while it rests."""
        if key in self._wanted:
            return AT_ONCE
        return None if self._state(key).paused else known.due

    def _is_busy(self, workspace: Path) -> bool:
        return any(each == workspace for each, _ in self._running.values())

    def _seconds(self) -> float:
        """How long there is nothing to do; who waits for another one of its workspace is told when that has ended."""
        now = self._means.clock.now()
        dues = [due for beat, due in self._waiting() if not self._is_busy(beat.workspace)]
        return min([LONGEST, *((due - now).total_seconds() for due in dues)])

    async def _beat(self, beat: Heartbeat) -> None:
        began, before = self._means.clock.now(), self._state(beat.key)
        try:
            if await self._begun(before, beats_plan.begun(beat, before, began)):
                await self._work(beat, before, began)
        finally:
            del self._running[beat.key]
            self._news.set()

    async def _work(self, beat: Heartbeat, before: BeatState, began: datetime) -> None:
        """Do a beat, keep what came of it, and tell what it had to say."""
        try:
            done = await self._done(beat)
        except asyncio.CancelledError:
            await self._keep(beats_plan.interrupted(before, began, self._means.clock.now()))
            raise
        before = replace(before, quiet=self._state(beat.key).quiet)  # a person may have come meanwhile
        ended = beats_plan.ended(beat, before, done, began, self._means.clock.now())
        await self._keep(ended)
        if ended.failures == 1 or (done.ok and not is_silent(done.text)):
            await self._say(Said(heartbeat=beat, at=began, text=done.text, ok=done.ok, task=done.task))

    async def _begun(self, before: BeatState, begun: BeatState) -> bool:
        """Whether a beat is this daemon's to do. That it began is written first: who is killed at it does not do it again."""
        try:
            return await self._means.states.begin(before, begun)
        except StoreError as error:
            self._means.warn(str(error))
            return True

    async def _done(self, beat: Heartbeat) -> Done:
        """Do it; one that takes too long is stopped."""
        work = asyncio.ensure_future(self._means.do(beat))
        try:
            await self._until(patience(beat), asyncio.shield(work))
            if not work.done():
                return Done(ok=False, text=TOO_LONG.format(seconds=patience(beat)))
            return work.result()
        except HeartbitError as error:
            return Done(ok=False, text=str(error))
        except Exception as error:  # noqa: BLE001 - one beat's own fault may not end all the others
            return Done(ok=False, text=f"{type(error).__name__}: {error}")
        finally:
            await _stopped(work)

    async def _say(self, said: Said) -> None:
        try:
            await self._means.tell(said)
        except HeartbitError as error:
            self._means.warn(f"What {said.heartbeat.file.name} had to say could not be told: {error}")

    async def _keep(self, state: BeatState) -> None:
        self._kept.states[state.key] = state
        try:
            await self._means.states.ran(state)
        except StoreError as error:
            self._kept.unsaved[state.key] = state
            self._means.warn(str(error))

    async def _finish(self) -> None:
        """Wait for what is at work, and stop what is not done in time."""
        running = {task for _, task in self._running.values()}
        if running:
            await self._until(GRACE, asyncio.wait(running))
        for each in running:
            each.cancel()
        if running:
            await asyncio.wait(running)

    async def _until(self, seconds: float, news: Awaitable[object]) -> None:
        """Return after so many seconds, or once the news have come."""
        waiting = asyncio.ensure_future(news)
        sleeping = asyncio.ensure_future(self._means.clock.sleep(max(seconds, 0.0)))
        try:
            await asyncio.wait((waiting, sleeping), return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()
            sleeping.cancel()
            await asyncio.gather(waiting, sleeping, return_exceptions=True)

    def _watch(self, places: tuple[Place, ...], tasks: asyncio.TaskGroup) -> None:
        """Watch these folders instead of those before; one that was removed and made anew is another."""
        old, task = self._watching
        if places == old or self._means.watcher is None:
            return
        if task is not None:
            task.cancel()
        watching = self._see(self._means.watcher, tuple(folder for folder, _ in places)) if places else None
        self._watching = (places, tasks.create_task(watching, name="watch heartbeats") if watching else None)

    async def _see(self, watcher: Watcher, folders: tuple[Path, ...]) -> None:
        """Look whenever something changed; where the system does not tell, what was changed is found within a minute."""
        with suppress(OSError, RuntimeError):
            async with aclosing(watcher.changes(folders)) as changes:
                async for _ in changes:
                    self._news.set()


def _places(folders: Sequence[Path]) -> tuple[Place, ...]:
    """The folders that are there, each with what the system knows it by."""
    found = list[Place]()
    for folder in folders:
        with suppress(OSError):
            found.append((folder, folder.stat().st_ino))
    return tuple(found)


async def _stopped(work: asyncio.Future[Done]) -> None:
    """Let work that is not done end now; what it raises at that concerns nobody."""
    work.cancel()
    await asyncio.wait((work,))
    if not work.cancelled():
        work.exception()
