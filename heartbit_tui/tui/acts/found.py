"""Hits in other sessions: looked for in what is kept, and opened in the reader at their place."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING

from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.events import Envelope
from heartbit_tui.store.found import Hit as StoredHit
from heartbit_tui.tui.acts import session
from heartbit_tui.tui.chat.book import Book
from heartbit_tui.tui.library import Library, moment
from heartbit_tui.tui.screens.reader import Reader
from heartbit_tui.tui.screens.search import FindElsewhere, Hit, Others
from heartbit_tui.tui.screens.sessions import short
from heartbit_tui.tui.screens.when import ago
from heartbit_tui.tui.talk.story import Story
from heartbit_tui.tui.talk.talk import SLICE
from heartbit_tui.tui.transcript.finding import block_of
from heartbit_tui.tui.transcript.transcript import Transcript

if TYPE_CHECKING:
    from heartbit_tui.tui.app import HeartbitApp

WHO = MappingProxyType({"prompt": "you", "answer": "heartbit", "call": "call", "result": "result"})


def elsewhere(app: "HeartbitApp") -> FindElsewhere | None:
    """How other sessions are searched; None where nothing is kept."""
    options = app.living.setup.options
    if options.ephemeral or options.demo:
        return None
    kept, home = Library(options), app.living.setup.environment.get("HOME", "")

    async def find(words: str, everywhere: bool) -> Others:
        here = app.talk.client.about.session_id if app.talk.client else ""
        hits, waiting = await kept.found(words, everywhere)
        return Others(hits=[shown(hit, home) for hit in hits if hit.session != here], waiting=waiting)

    return find


async def open_at(app: "HeartbitApp", hit: Hit) -> None:
    """Take the session of a hit up, and read it from there; one that cannot be taken up is only read."""
    session.take_up(app, hit.session, fork=False)
    talk = app.talk
    await talk.opened()
    if talk.stage == "open":
        await talk.completed()
        if app.talk is talk:
            _read(app, talk.story.transcript, hit)
        return
    try:
        log = await Library(app.living.setup.options).log(hit.session)
    except HeartbitError as error:
        app.tell(str(error), warning=True)
    else:
        _read(app, (await _folded(log)).transcript, hit)


def _read(app: "HeartbitApp", transcript: Transcript, hit: Hit) -> None:
    book = Book(transcript, cwd=str(app.folder), tints=app.living.talks.tints, thinking=True)
    start = (block_of(transcript, hit.seq, hit.call), 0)
    app.push_screen(Reader(book, transcript.blocks, app.keymap, app.ink, start=start, words=hit.word))


async def _folded(log: Sequence[Envelope]) -> Story:
    story = Story()
    for start in range(0, len(log), SLICE):
        story.take(log[start : start + SLICE])
        await asyncio.sleep(0)
    return story


def shown(hit: StoredHit, home: str) -> Hit:
    """A hit as it is listed and opened."""
    begin, end = hit.marks[0] if hit.marks else (0, 0)
    copies = f"and {hit.copies} cop{'y' if hit.copies == 1 else 'ies'}" if hit.copies else ""
    return Hit(
        text=hit.sentence,
        who=WHO[hit.kind],
        when=ago(moment(hit.at), datetime.now(UTC)),
        word=hit.sentence[begin:end],
        session=hit.session,
        seq=hit.seq,
        call=hit.call,
        place=" · ".join(filter(None, (hit.title or "no title yet", copies, short(hit.cwd, home), hit.short))),
    )
