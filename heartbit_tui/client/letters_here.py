"""The inbox in this machine's data file, with a daemon or without."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Final

from heartbit_tui.client import letters
from heartbit_tui.client.address import address
from heartbit_tui.client.letters import Behind, Letter, Wanted
from heartbit_tui.client.letters_there import asked_in, sent
from heartbit_tui.client.remote import Remote, RemoteError
from heartbit_tui.config.directories import directories
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import StoreError
from heartbit_tui.kernel.events import ToolCallCompleted
from heartbit_tui.kernel.ops import Op
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.memory.meditation_drafts import DraftError
from heartbit_tui.runtime import beating, drafting, meditating
from heartbit_tui.runtime.opening import UNDO
from heartbit_tui.runtime.options import Options
from heartbit_tui.runtime.undo_stored import stored
from heartbit_tui.store.database import Database
from heartbit_tui.store.inbox import Inbox, Waiting
from heartbit_tui.store.store import Store
from heartbit_tui.tasks import STEPS, SqliteQueue
from heartbit_tui.undo import preview as previewed
from heartbit_tui.undo.past import Point
from heartbit_tui.undo.service import Service

SKILLS: Final = "skills"
"""The folder of a person's own skills, in that of their settings."""

DONE_BACK = "Taken back: {count} file{s} changed. {left}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """Where the work behind a letter was done: a session, and after which seq up to which of it."""

    session: str = ""
    first: int = 0
    last: int | None = None


class Here:
    """The letters in the data file of these options."""

    def __init__(self, options: Options, clock: Clock) -> None:
        self._options = options
        self._clock = clock
        self._places = directories(options.environment, Path(options.environment.get("HOME") or "/"))

    @property
    def file(self) -> Path:
        """The data file."""
        return self._places.sessions_file

    async def list(self, wanted: Wanted = "waiting") -> Sequence[Letter]:
        async with self._inbox() as inbox:
            return await inbox.list(done=None if wanted == "all" else False, limit=letters.LISTED)

    async def get(self, number: int) -> Letter:
        async with self._inbox() as inbox:
            return await inbox.get(number)

    async def waiting(self) -> Waiting:
        async with self._inbox() as inbox:
            return await inbox.waiting()

    async def mark(self, number: int, *, read: bool) -> None:
        async with self._inbox() as inbox:
            await inbox.mark(number, read=read)

    async def finish(self, number: int, *, done: bool) -> None:
        async with self._inbox() as inbox:
            await inbox.finish(number, done=done)

    async def behind(self, letter: Letter) -> Behind:
        if letter.kind == letters.DRAFT:
            return await self._draft(letter)
        work = await self._work(letter)
        if not work.session:
            return Behind(unshown=letter.changed)
        async with Store.open(self.file, self._clock) as store:
            log = await store.load(work.session, until=work.last, only=(ToolCallCompleted,))
            folder = (await store.index.info(work.session)).summary.cwd
        diff, unshown = letters.changes([each for each in log.envelopes if each.seq > work.first], letter.changed)
        found = partial(Behind, session=work.session, folder=folder, diff=diff, unshown=unshown)
        if letter.kind != letters.QUESTION or letter.done:
            return found()
        try:
            async with self._remote() as remote:
                waiting = await asked_in(remote, work.session)
        except RemoteError as error:
            return found(note=str(error))
        return found(asked=waiting, note="" if waiting else letters.SETTLED)

    async def decide(self, letter: Letter, *, accept: bool) -> str:
        async with meditating.opened(self._options, self._clock) as found:
            draft = await found.drafts.find(letter.about)
            if accept:
                draft = await drafting.accept(found.drafts, draft, self._places.config / SKILLS)
            else:
                draft = await found.drafts.refuse(draft.id)
        async with self._inbox() as inbox:
            await inbox.finish_about(letters.DRAFT, draft.id)
        return letters.ACCEPTED.format(file=draft.file) if accept else letters.REFUSED

    async def edit(self, letter: Letter, text: str) -> str:
        async with meditating.opened(self._options, self._clock) as found:
            draft = await found.drafts.find(letter.about)
            await drafting.edit(found.drafts, draft, text, found.ground.clean)
        return letters.EDITED

    async def answer(self, session: str, op: Op) -> None:
        async with self._remote() as remote:
            await sent(remote, session, op)

    async def take_back(self, letter: Letter, *, sure: bool) -> str:
        work = await self._work(letter)
        if not work.session:
            return letters.NO_CHANGES
        async with (
            Store.open(self.file, self._clock) as store,
            stored(store, work.session, self._places.data / UNDO, self._clock) as service,
        ):
            return await _back(service, work, sure=sure)

    async def _draft(self, letter: Letter) -> Behind:
        async with meditating.opened(self._options, self._clock) as found:
            try:
                draft = await found.drafts.find(letter.about)
            except DraftError as error:
                return Behind(note=str(error))
        return Behind(skill=drafting.text_of(draft), state=draft.state, note=draft.note)

    async def _work(self, letter: Letter) -> _Work:
        """Where the work was done; nowhere for a letter that is about no task and no session."""
        if not letter.about:
            return _Work()
        async with Database.open(self.file, "tasks", STEPS) as database:
            task = await SqliteQueue(database, self._clock, lambda _: True).get(letter.about)
        session = task.session if task else letter.about  # a beat by hand has a session and no task
        async with Store.open(self.file, self._clock) as store:
            with suppress(StoreError):
                await store.index.info(session)
                first, last = (task.first_seq or 0, task.last_seq) if task else (0, None)
                return _Work(session=session, first=first, last=last)
        return _Work()

    @asynccontextmanager
    async def _inbox(self) -> AsyncGenerator[Inbox]:
        async with beating.ledger(self.file) as ledger:
            yield ledger.inbox

    @asynccontextmanager
    async def _remote(self) -> AsyncGenerator[Remote]:
        async with Remote.open(*address(self._options)) as remote:
            yield remote


async def _back(service: Service, work: _Work, *, sure: bool) -> str:
    """Go back to before the first prompt of the work, as far as files are concerned."""
    point = _first(service.points(), work.first)
    if point is None:
        return letters.NO_CHANGES
    preview = await service.undo(point.number, "files")
    if preview.does_nothing or not sure:
        return previewed.summary(preview)
    done = await service.carry_out(preview)
    left = previewed.left(done.left, "")
    return DONE_BACK.format(count=done.changed, s="" if done.changed == 1 else "s", left=left).rstrip()


def _first(points: Sequence[Point], after: int) -> Point | None:
    return next((each for each in points if each.kind == "prompt" and each.seq > after), None)
