"""`/memory` of a conversation: what is remembered, in lines."""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

from heartbit_tui.client.memories import SHORT, Memory, Wanted, unlocked
from heartbit_tui.client.visible import one_line
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.memory import telling
from heartbit_tui.memory.types import Change, Entry

Verb: TypeAlias = Callable[[Memory, str], Awaitable[str]]

LISTED = 20
LOCKED = "(restricted)"
NOTHING = "Nothing is remembered here yet. /memory note WORDS keeps something."
UNKNOWN = "/memory takes {verbs}, or nothing for the newest."


async def told(memories: Memory, argument: str) -> str:
    """What comes of the command. Raises `HeartbitError`."""
    verb, _, rest = argument.strip().partition(" ")
    if not verb:
        return await _list(memories, "")
    act = VERBS.get(verb)
    if act is None:
        raise HeartbitError(UNKNOWN.format(verbs=", ".join(VERBS)))
    return await act(memories, rest.strip())


async def _list(memories: Memory, words: str) -> str:
    found = await memories.list(Wanted(text=words, limit=LISTED))
    return "\n".join(_row(memories, entry) for entry in found) or NOTHING


async def _search(memories: Memory, words: str) -> str:
    recall = await memories.search(Wanted(text=words, limit=10))
    rows = [f"{_row(memories, each.entry)}  ({telling.why(each, words)})" for each in recall.found]
    return "\n".join([*rows, *([recall.notice] if recall.notice else [])]) or "Nothing was found."


async def _note(memories: Memory, words: str) -> str:
    await memories.note(words)
    return ""


async def _show(memories: Memory, text: str) -> str:
    entry = await memories.find(text)
    now = memories.now()
    facts = f"{entry.category}, {entry.type.value}, {entry.confidentiality.word}, importance {entry.importance}"
    return f"{entry.content}\n{entry.id}  {facts}\n{telling.origin(entry, now)}"


async def _pin(memories: Memory, text: str) -> str:
    await memories.pin(text)
    return ""


async def _unpin(memories: Memory, text: str) -> str:
    await memories.pin(text, pinned=False)
    return ""


async def _edit(memories: Memory, argument: str) -> str:
    text, _, words = argument.partition(" ")
    if not words.strip():
        raise HeartbitError("/memory edit ID takes the new words behind the id.")
    await memories.edit(text, Change(content=words.strip()))
    return ""


async def _forget(memories: Memory, text: str) -> str:
    await memories.forget(text)
    return ""


def _row(memories: Memory, entry: Entry) -> str:
    words = one_line(entry.content, 70) if unlocked(entry) else LOCKED
    pin = "▪ " if entry.pinned else ""
    return f"{entry.id[:SHORT]}  {telling.age(entry.created_at, memories.now()):<14}  {pin}{words}"


VERBS: Mapping[str, Verb] = MappingProxyType(
    {
        "search": _search,
        "note": _note,
        "show": _show,
        "pin": _pin,
        "unpin": _unpin,
        "edit": _edit,
        "forget": _forget,
    }
)
"""What may stand behind the command; what changes something is told by its event."""
