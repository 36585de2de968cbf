"""The five tools with which a model uses its memory."""

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Literal

from pydantic import Field

from heartbit_tui.kernel.events import MemoryRecalled
from heartbit_tui.kernel.protocols import CallContext, Clock, Effects, Output
from heartbit_tui.memory import telling
from heartbit_tui.memory.errors import EntryError, EntryMissing, EntryRefused
from heartbit_tui.memory.fencing import Fence, read
from heartbit_tui.memory.notebook import Notebook, Stored
from heartbit_tui.memory.reflection import Tracker
from heartbit_tui.memory.types import Change, Confidentiality, Entry, EntryType, NewEntry, Query, Recall
from heartbit_tui.wire.arguments import Arguments, TypedTool, Unable

MOST = 100
"""Entries that one call may ask for; 0, which was all in the seed, is this many."""

LONGEST = 8_000
"""Characters of a content that a model may store."""

NOTHING = "No memories match."
RESTRICTED = "It is restricted: it is kept for the person, and no model will be shown it again."
FROM_MEMORY = "memory"


class Category(StrEnum):
    """What sort of thing an entry says; a store takes any word."""

    FACT = "fact"
    OBSERVATION = "observation"
    PREFERENCE = "preference"
    PROCEDURE = "procedure"


class Level(StrEnum):
    """For whom an entry is."""

    PUBLIC = "public"
    INTERNAL = "internal"
    CONFIDENTIAL = "confidential"
    RESTRICTED = "restricted"


class Fact(Arguments):
    """One fact, and how it is to be found."""

    content: str = Field(min_length=1, max_length=LONGEST, description="One fact, understandable alone.")
    category: Category = Field(Category.FACT, description="What sort of thing it is.")
    tags: tuple[str, ...] = Field((), max_length=20, description="Labels to narrow a search by.")
    importance: int = Field(5, description="1 (handy) to 10 (must not be forgotten).")
    keywords: tuple[str, ...] = Field((), max_length=20, description="3 to 5 words by which it should be found.")
    summary: str = Field("", max_length=1_000, description="It in a few words, where it is long.")

    def entry(self) -> NewEntry:
        """It as an entry."""
        return NewEntry(
            content=self.content,
            category=self.category,
            tags=self.tags,
            keywords=self.keywords,
            summary=self.summary,
            importance=self.importance,
        )


class StoreInput(Fact):
    """What to keep, and how it is to be found."""

    confidentiality: Level = Field(Level.PUBLIC, description="Who may see it; restricted is shown to no model.")
    memory_type: Literal["episodic", "reflection"] = Field("episodic", description="Reflection: drawn from others.")
    source_ids: tuple[str, ...] = Field((), max_length=50, description="For a reflection: the ids that it rests on.")


class RecallInput(Arguments):
    """What to look for."""

    query: str = Field("", max_length=2_000, description="What you want to know; empty for what is recent.")
    category: str = Field("", description="Only entries of this category.")
    tags: tuple[str, ...] = Field((), description="Only entries with any of these tags.")
    limit: int = Field(10, ge=0, description=f"How many at most, up to {MOST}.")


class UpdateInput(Arguments):
    """Which entry, and what it says from now on."""

    id: str = Field(min_length=1, description="The entry's id, without its brackets.")
    content: str = Field(min_length=1, max_length=LONGEST, description="The whole fact, said anew.")


class ForgetInput(Arguments):
    """Which entry."""

    id: str = Field(min_length=1, description="The entry's id, without its brackets.")


class ConsolidateInput(Arguments):
    """Which entries, and what takes their place."""

    source_ids: tuple[str, ...] = Field(max_length=200, description="The ids of the entries to replace; two or more.")
    content: str = Field(min_length=1, max_length=LONGEST, description="What they say together.")
    category: Category = Field(Category.FACT, description="What sort of thing it is.")
    tags: tuple[str, ...] = Field((), max_length=20, description="Further labels.")
    importance: int = Field(5, description="1 to 10.")


class MemoryStore(TypedTool[StoreInput]):
    """Keeps something."""

    name = "memory_store"
    effects = Effects.WRITE
    arguments = StoreInput

    def __init__(self, notebook: Notebook, tracker: Tracker | None = None) -> None:
        self._notebook = notebook
        self._tracker = tracker

    async def show(self, given: StoreInput) -> str:
        """How it would be stored; what it says stands in the call itself."""
        return _described(given)

    async def act(self, given: StoreInput, context: CallContext) -> Output:
        """Store it, link it to what is like it, and say when it is time to reflect."""
        wanted = replace(
            given.entry(),
            type=EntryType(given.memory_type),
            confidentiality=Confidentiality.of(given.confidentiality.value),
            source_ids=given.source_ids,
        )
        stored = await kept(self._notebook, wanted, context)
        entry = stored.entry
        parts = [f"Stored as {entry.id}."]
        if stored.linked:
            parts.append(f"Linked to {stored.linked} like it.")
        if entry.confidentiality is Confidentiality.RESTRICTED:
            parts.append(RESTRICTED)
        if self._tracker is not None and self._tracker.record(entry.importance):
            parts.append(f"\n\n{read('reflect.md')}")
        return Output(content=" ".join(parts), details={"memory": entry.id, "linked": stored.linked})


class MemoryRecall(TypedTool[RecallInput]):
    """Finds what was kept."""

    name = "memory_recall"
    effects = Effects.READ
    arguments = RecallInput

    def __init__(self, notebook: Notebook, fence: Fence, clock: Clock) -> None:
        self._notebook = notebook
        self._fence = fence
        self._clock = clock

    async def act(self, given: RecallInput, context: CallContext) -> Output:
        """Search, and tell who watches what was found and why."""
        limit = min(given.limit or MOST, MOST)
        wanted = Query(text=given.query, category=given.category, tags=given.tags, limit=limit)
        recall = await self._notebook.recall(wanted)
        context.emit(recalled(recall, given.query, context.call_id))
        rows = [telling.row(rank, found) for rank, found in enumerate(recall.found, 1)]
        return Output(content=listed(rows, recall.notice, self._fence), details={"count": len(rows)})


class MemoryUpdate(TypedTool[UpdateInput]):
    """Puts a fact right."""

    name = "memory_update"
    effects = Effects.WRITE
    arguments = UpdateInput

    def __init__(self, notebook: Notebook) -> None:
        self._notebook = notebook

    async def show(self, given: UpdateInput) -> str:
        """What it says now, and what it would say."""
        return f"{await _present(self._notebook, given.id)}\n\nbecomes\n\n{given.content}"

    async def act(self, given: UpdateInput, context: CallContext) -> Output:
        """Replace the content."""
        try:
            entry = await self._notebook.update(given.id, Change(content=given.content))
        except (EntryMissing, EntryRefused) as error:
            raise _unable(error, context) from error
        context.emit(telling.change("updated", [entry], call_id=context.call_id))
        return Output(content=f"Updated {entry.id}.", details={"memory": entry.id})


class MemoryForget(TypedTool[ForgetInput]):
    """Removes what is wrong."""

    name = "memory_forget"
    effects = Effects.WRITE
    arguments = ForgetInput

    def __init__(self, notebook: Notebook) -> None:
        self._notebook = notebook

    async def show(self, given: ForgetInput) -> str:
        """What would be gone."""
        return await _present(self._notebook, given.id)

    async def act(self, given: ForgetInput, context: CallContext) -> Output:
        """Remove it."""
        try:
            entry = await self._notebook.get(given.id)
        except EntryMissing as missing:
            raise Unable(str(missing)) from missing
        if not await self._notebook.forget(given.id):
            raise Unable(str(EntryMissing(given.id)))
        context.emit(telling.change("forgotten", [entry], call_id=context.call_id))
        return Output(content=f"Forgotten: {entry.id}.", details={"memory": entry.id})


class MemoryConsolidate(TypedTool[ConsolidateInput]):
    """Puts one entry in the place of several."""

    name = "memory_consolidate"
    effects = Effects.WRITE
    arguments = ConsolidateInput

    def __init__(self, notebook: Notebook) -> None:
        self._notebook = notebook

    def objection(self, given: ConsolidateInput) -> str:
        """One entry is no several."""
        few = len(set(given.source_ids)) < 2
        return "memory_consolidate needs two or more different source_ids." if few else ""

    async def show(self, given: ConsolidateInput) -> str:
        """What would be replaced, and by what."""
        present = [await _present(self._notebook, entry_id) for entry_id in given.source_ids]
        return "\n".join([*present, "", "become", "", given.content])

    async def act(self, given: ConsolidateInput, context: CallContext) -> Output:
        """Merge them, in one step."""
        wanted = NewEntry(
            content=given.content,
            category=given.category,
            tags=given.tags,
            importance=given.importance,
            type=EntryType.SEMANTIC,
        )
        try:
            merged = await self._notebook.merge(wanted, given.source_ids)
        except (EntryMissing, EntryRefused) as error:
            raise _unable(error, context) from error
        context.emit(telling.change("merged", [merged.entry], call_id=context.call_id))
        missing = f" Not found, and left out: {', '.join(merged.missing)}." if merged.missing else ""
        count = len(merged.replaced)
        content = f"Stored as {merged.entry.id} in the place of {count} entr{'y' if count == 1 else 'ies'}.{missing}"
        return Output(content=content, details={"memory": merged.entry.id, "replaced": count})


async def kept(notebook: Notebook, wanted: NewEntry, context: CallContext, *, by: str = "") -> Stored:
    """Store an entry, and tell of it or of why not. Raises `Unable`."""
    try:
        stored = await notebook.store(wanted, by=by)
    except EntryRefused as refused:
        raise _unable(refused, context) from refused
    context.emit(telling.change("stored", [stored.entry], call_id=context.call_id))
    return stored


def recalled(recall: Recall, query: str, call_id: str) -> MemoryRecalled:
    """What a search of the model's own found, as an event."""
    entries = tuple(telling.recollection(found, query) for found in recall.found)
    cut = telling.cut(query, telling.TOLD)
    return MemoryRecalled(reason="tool", query=cut, entries=entries, note=recall.notice, tool_call_id=call_id)


def listed(rows: Sequence[str], notice: str, fence: Fence, source: str = FROM_MEMORY) -> str:
    """The rows of a search as the model gets them: counted, between marks, with what was missing in the search."""
    note = f" ({notice})" if notice else ""
    if not rows:
        return f"{NOTHING}{note}"
    head = f"{len(rows)} memor{'y' if len(rows) == 1 else 'ies'}{note}:"
    return f"{head}\n{fence(chr(10).join(rows), source, read('listed.md'))}"


def _unable(error: EntryError, context: CallContext) -> Unable:
    """What the model is told of an error; of what was refused, who watches is told too."""
    if isinstance(error, EntryRefused):
        context.emit(telling.change("refused", (), reason=str(error), call_id=context.call_id))
    return Unable(str(error))


def _described(given: StoreInput) -> str:
    """What is kept beside the content, in a line."""
    importance = min(max(given.importance, 1), 10)
    told = [given.category.value, given.memory_type, f"importance {importance}", given.confidentiality.value]
    if given.keywords:
        told.append(f"keywords: {', '.join(given.keywords)}")
    if given.tags:
        told.append(f"tags: {', '.join(given.tags)}")
    return " · ".join(told)


async def _present(notebook: Notebook, entry_id: str) -> str:
    try:
        entry: Entry = await notebook.get(entry_id)
    except EntryMissing as missing:
        return str(missing)
    return f"[{entry.id}] {entry.content}"
