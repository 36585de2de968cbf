"""Gives vectors to all texts that have none of the model that counts now, a batch at a time."""

import asyncio
from collections.abc import Callable, Sequence
from typing import NoReturn, Protocol, TypeAlias

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.memory.errors import EmbeddingError, LengthChanged
from heartbit_tui.memory.protocols import Embedder
from heartbit_tui.memory.types import Embedded, Floats

BATCH = 32
"""Texts that are embedded and kept at once; whatever is broken off loses one batch at most."""

LONGEST = 8_000
"""Characters of a text that are embedded; models read no more than its beginning."""

FIRST_WAIT, LONGEST_WAIT = 30.0, 600.0
"""Seconds until the next try after a failure, doubled for each further one."""


class Text(Protocol):
    """A text that has no vector yet."""

    @property
    def key(self) -> int: ...
    @property
    def revision(self) -> int: ...
    @property
    def text(self) -> str: ...


class Waiting(Protocol):
    """Texts that wait for a vector: some of them, and how many there are in all."""

    @property
    def texts(self) -> Sequence[Text]: ...
    @property
    def total(self) -> int: ...


class Backlog(Protocol):
    """Where texts wait and vectors are kept: a memory, or an index of documents."""

    async def pending(self, model: str, limit: int) -> Waiting:
        """Texts that wait for a vector of this model."""
        ...

    async def embed(self, model: str, vectors: Sequence[Embedded]) -> int:
        """Keep vectors; how many were."""
        ...

    async def serve(self, model: str) -> None:
        """Use this model's vectors from now on, and give up those of every other one."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """How far it is: texts that got their vector, of how many, and those that no vector could be made for."""

    model: str
    done: int = 0
    total: int = 0
    failed: int = 0
    over: bool = False


Progress: TypeAlias = Callable[[Followed], None]


async def follow(backlog: Backlog, embedder: Embedder, progress: Progress = lambda _: None) -> Followed:
    """Embed all that waits, newest first, and have the model serve when all is done.

    A text that alone makes the embedder fail is passed over. A model whose vectors have another length than those that
    it gave before makes all of them anew. Raises `EmbeddingError` where it fails for all, and then what was done stays.
    """
    if not embedder.dimension:
        return Followed(model=embedder.model, over=True)
    try:
        return await _all(backlog, embedder, progress)
    except LengthChanged:
        await backlog.serve("")
        return await _all(backlog, embedder, progress)


async def _all(backlog: Backlog, embedder: Embedder, progress: Progress) -> Followed:
    model, done, bad = embedder.model, 0, set[int]()
    while True:
        found = await backlog.pending(model, BATCH + len(bad))
        waiting = [each for each in found.texts if each.key not in bad]
        total = done + found.total
        if not waiting:
            break
        progress(Followed(model=model, done=done, total=total, failed=len(bad)))
        made, failed = await _vectors(embedder, waiting, works=done > 0)
        bad |= failed
        kept = await backlog.embed(model, made)
        done += kept
        if made and not kept:  # all were changed or removed meanwhile, or cannot be kept: the next time tells
            break
    await backlog.serve(model)
    ended = Followed(model=model, done=done, total=total, failed=len(bad), over=True)
    progress(ended)
    return ended


async def _vectors(embedder: Embedder, waiting: Sequence[Text], *, works: bool) -> tuple[list[Embedded], set[int]]:
    """The vectors of these texts, and the keys of those that have none even alone.

    Raises `EmbeddingError` where the embedder, of which it is not known yet that it works, fails for the first two.
    """
    try:
        return _paired(waiting, await embedder.embed([each.text[:LONGEST] for each in waiting])), set()
    except EmbeddingError as error:
        made, bad = list[Embedded](), set[int]()
        for each in waiting:
            if vector := await _alone(embedder, each):
                made.append(vector)
            else:
                bad.add(each.key)
            if len(bad) > 1 and not made and not works:
                raise error from None
        if not made and not works:
            raise error from None
        return made, bad


async def _alone(embedder: Embedder, each: Text) -> Embedded | None:
    try:
        return _paired([each], await embedder.embed([each.text[:LONGEST]]))[0]
    except EmbeddingError:
        return None


def _paired(waiting: Sequence[Text], vectors: Sequence[Floats]) -> list[Embedded]:
    if len(vectors) != len(waiting):
        raise EmbeddingError(f"{len(vectors)} vectors came back for {len(waiting)} texts.")
    return [
        Embedded(key=each.key, revision=each.revision, values=values)
        for each, values in zip(waiting, vectors, strict=True)
    ]


class Follower:
    """Follows in the background whenever it is woken: `run` in a task of the session's.

    A failure is told once, and tried again later; what is not embedded meanwhile is found by words alone.
    """

    def __init__(
        self,
        backlog: Backlog,
        embedder: Embedder,
        clock: Clock,
        *,
        progress: Progress,
        failed: Callable[[HeartbitError], None],
    ) -> None:
        self._backlog = backlog
        self._embedder = embedder
        self._clock = clock
        self._progress = progress
        self._failed = failed
        self._woken = asyncio.Event()
        self._waiting: int | None = None

    async def waiting(self) -> int:
        """How many texts had no vector yet when last looked at; it is looked now where that was never done."""
        if self._waiting is None:
            some = self._embedder.dimension and (await self._backlog.pending(self._embedder.model, 1)).total
            self._waiting = some or 0
        return self._waiting

    def wake(self) -> None:
        """Say that there may be texts without vectors."""
        self._woken.set()

    async def once(self, progress: Progress | None = None) -> Followed:
        """Follow now. Raises `EmbeddingError`, and what the backlog raises; what was done until then stays."""
        tell = progress or self._progress

        def note(followed: Followed) -> None:
            self._waiting = 0 if followed.over else followed.total - followed.done
            tell(followed)

        return await follow(self._backlog, self._embedder, note)

    async def run(self) -> NoReturn:
        """Follow each time that somebody woke it, until cancelled."""
        wait, told = FIRST_WAIT, False
        while True:
            await self._woken.wait()
            self._woken.clear()
            try:
                await self.once()
                wait, told = FIRST_WAIT, False
            except HeartbitError as error:
                if not told:
                    self._failed(error)
                told = True
                await self._clock.sleep(wait)
                wait = min(wait * 2, LONGEST_WAIT)
                self._woken.set()
