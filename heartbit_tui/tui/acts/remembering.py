"""The memory on the screen: its list, and notes from the draft."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from heartbit_tui.client.memories import Memory, Wanted
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.memory import telling
from heartbit_tui.memory.types import Change
from heartbit_tui.runtime.shelf import project_of
from heartbit_tui.tui.screens import memory as listing
from heartbit_tui.tui.screens.page import Page

if TYPE_CHECKING:
    from heartbit_tui.tui.app import HeartbitApp

LISTED = 200
NONE = "This session has no memory: memory.type is none, or it was started with --bare."
OPENING = "The session is still being opened."


async def memory(app: "HeartbitApp", argument: str) -> None:
    """/memory [WORDS]."""
    found = _memories(app)
    if found is None:
        return
    means = _means(found, str(project_of(app.folder)))
    chosen = await app.push_screen_wait(listing.memory(means, app.keymap, app.ink, argument))
    if chosen is not None:
        await app.push_screen(Page("Memory", lambda look: listing.whole(chosen, found.now(), look), app.ink))


async def note(app: "HeartbitApp", text: str, put_back: Callable[[], None]) -> None:
    """`# WORDS` in the draft: keep them, or give the draft back with the reason."""
    found = _memories(app)
    if found is None:
        put_back()
        return
    try:
        await found.note(text.lstrip("#"))
    except HeartbitError as error:
        app.tell(str(error), warning=True)
        put_back()


def _memories(app: "HeartbitApp") -> Memory | None:
    client = app.talk.client
    found = client.memories() if client is not None else None
    if found is None:
        app.tell(OPENING if client is None else NONE, warning=True)
    return found


def _means(memories: Memory, project: str) -> listing.Means:
    async def search(words: str, everywhere: bool) -> Sequence[listing.Known]:
        wanted = Wanted(text=words, limit=LISTED)
        scoped = memories if everywhere else memories.narrowed(lambda reach: replace(reach, projects=(project, "")))
        if not words:
            return [listing.Known(entry=each, strength=memories.strength(each)) for each in await scoped.list(wanted)]
        found = (await scoped.search(wanted)).found
        return [
            listing.Known(entry=each.entry, strength=each.why.strength, why=telling.why(each, words)) for each in found
        ]

    async def pin(entry_id: str, pinned: bool) -> None:
        await memories.pin(entry_id, pinned=pinned)

    async def edit(entry_id: str, words: str) -> None:
        await memories.edit(entry_id, Change(content=words))

    async def forget(entry_id: str) -> None:
        await memories.forget(entry_id)

    return listing.Means(search=search, pin=pin, edit=edit, forget=forget, now=memories.now)


ACTS: "Mapping[str, Callable[[HeartbitApp, str], Coroutine[Any, Any, None] | None]]" = MappingProxyType(
    {"memory": memory}
)
