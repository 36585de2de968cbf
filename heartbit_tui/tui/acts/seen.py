"""Finding one's way in what was said and done: prompts, hits, changes, calls."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from heartbit_tui.tui.acts import agents, found
from heartbit_tui.tui.chat.book import Book
from heartbit_tui.tui.diff.language import language
from heartbit_tui.tui.diff.parse import parse
from heartbit_tui.tui.diff.source import DiffSource
from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.lines.look import Look
from heartbit_tui.tui.renderers import table
from heartbit_tui.tui.renderers.scene import Scene
from heartbit_tui.tui.screens.changes import Changes
from heartbit_tui.tui.screens.reader import SLICE, Reader
from heartbit_tui.tui.screens.search import Hit, search as list_of_hits
from heartbit_tui.tui.screens.timeline import TimelineScreen
from heartbit_tui.tui.transcript.blocks import Answer, Block, Call, Prompt, Work
from heartbit_tui.tui.transcript.finding import hits, pattern
from heartbit_tui.tui.transcript.plain import plain
from heartbit_tui.tui.transcript.works import calls

if TYPE_CHECKING:
    from heartbit_tui.tui.app import HeartbitApp

HITS = 200


async def reader(app: "HeartbitApp", _: str) -> None:
    """Ctrl+O."""
    await app.talk.completed()
    transcript = app.talk.read
    rows = app.chat.view.rows
    start = None if app.chat.following or not (rows and transcript.blocks) else rows[0].key
    book = Book(transcript, cwd=str(app.folder), tints=app.living.talks.tints, thinking=True)
    app.push_screen(Reader(book, transcript.blocks, app.keymap, app.ink, start=start))


async def search(app: "HeartbitApp", argument: str) -> None:
    """/search [WORDS]: in this conversation, and in all that are kept."""
    await app.talk.completed()
    blocks = app.talk.story.transcript.blocks

    async def find(words: str) -> Sequence[Hit]:
        return await _hits(blocks, words)

    others = found.elsewhere(app)
    hit = await app.push_screen_wait(list_of_hits(find, app.keymap, app.ink, argument, elsewhere=others))
    if hit is not None and hit.session:
        await found.open_at(app, hit)
    elif hit is not None:
        agents.back(app)
        app.chat.to(hit.key)


async def _hits(blocks: Sequence[Block], words: str) -> Sequence[Hit]:
    needle = pattern(words)
    listed: list[Hit] = []
    if needle is None or not blocks:
        return listed
    for tried, number in enumerate(hits(blocks, needle, len(blocks) - 1, -1)):
        if number is not None:
            text = plain(blocks[number])
            at = needle.search(text)
            start = text.rfind("\n", 0, at.start()) + 1 if at else 0
            line = text[start:].partition("\n")[0]
            listed.append(Hit(key=(number, 0), text=line, who=_who(blocks[number]), place="this conversation"))
        if len(listed) >= HITS:
            break
        if tried % SLICE == SLICE - 1:
            await asyncio.sleep(0)
    return listed


def _who(block: Block) -> str:
    match block:
        case Prompt():
            return "you"
        case Answer():
            return "heartbit"
        case Call(tool=tool):
            return tool
        case _:
            return ""


async def diff(app: "HeartbitApp", _: str) -> None:
    """/diff: what the calls of this session changed in files, in their order."""
    await app.talk.completed()
    ended = (call for call in calls(app.talk.story.transcript.blocks) if call.state == "ok")
    texts = [text for call in ended if isinstance(text := call.details.get("diff"), str) and text]
    if not texts:
        app.tell("This session has changed no file with its tools. What commands changed, git diff shows.")
        return
    files = parse("".join(texts))
    await asyncio.to_thread(app.living.talks.tints.load, {language(file.path) for file in files})
    source = DiffSource(files, colour=app.living.talks.tints.colour(app.ink))
    source.split = app.living.setup.wishes.diff == "split"
    app.push_screen(Changes(source, app.ink))


async def timeline_screen(app: "HeartbitApp", _: str) -> None:
    """/timeline: every call in its order, on the whole screen; a chosen one is shown in the chat."""
    await app.talk.completed()
    transcript = app.talk.story.transcript
    tints = app.living.talks.tints
    scene = Scene(cwd=str(app.folder), colour=tints.colour(app.ink))

    def details(call: str, look: Look) -> Sequence[Line]:
        number = transcript.call(call)
        block = None if number is None else transcript.blocks[number]
        own = block if not isinstance(block, Work) else next((each for each in calls([block]) if each.id == call), None)
        return () if own is None else table.render(own, look, open=True, scene=scene)

    rows = TimelineScreen(app.talk.story.timeline, app.ink, details=details, shade=lambda: tints.version)
    rows.follow = lambda agent: agents.follow(app, agents.named(app, agent))
    chosen = await app.push_screen_wait(rows)
    if chosen is not None:
        show(app, chosen)


def show(app: "HeartbitApp", call: str) -> None:
    """Show a call in the chat: in the tab of its agent where that is seen, else in that of the session."""
    number = app.talk.read.call(call)
    if number is None:
        number = app.talk.story.transcript.call(call)
        if number is not None:
            agents.back(app)
    if number is not None:
        app.chat.to((number, 0))


def previous_prompt(app: "HeartbitApp", _: str) -> None:
    """Alt+Up: your prompt above the window."""
    rows = app.chat.view.rows
    top = rows[0].key if rows and rows[0].index == 0 else (rows[0].key[0], 1) if rows else (0, 0)
    before = [number for number, _ in app.talk.read.prompts() if (number, 0) < top]
    if before:
        app.chat.to((before[-1], 0))


def next_prompt(app: "HeartbitApp", _: str) -> None:
    """Alt+Down: your next prompt below the top of the window, or the end."""
    rows = app.chat.view.rows
    after = [number for number, _ in app.talk.read.prompts() if rows and number > rows[0].key[0]]
    if after and not app.chat.view.at_end:
        app.chat.to((after[0], 0))
    else:
        app.chat.to_end()


def toggle_fold(app: "HeartbitApp", _: str) -> None:
    """Enter: in the chat the last row in view that can be folded; in the side panel the call is shown in the chat."""
    if app.where() == "side":
        app.living.side.choose()
        return
    for row in reversed(app.chat.view.rows):
        if app.talk.shown.fold(row.key[0]):
            app.chat.changed()
            return


ACTS: "Mapping[str, Callable[[HeartbitApp, str], Coroutine[Any, Any, None] | None]]" = MappingProxyType(
    {
        "reader": reader,
        "search": search,
        "diff": diff,
        "timeline-screen": timeline_screen,
        "previous-prompt": previous_prompt,
        "next-prompt": next_prompt,
        "toggle-fold": toggle_fold,
    }
)
