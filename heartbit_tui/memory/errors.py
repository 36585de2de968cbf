"""What a memory refuses, each with what to do next."""

from typing import ClassVar

from heartbit_tui.kernel.errors import HeartbitError


class EntryError(HeartbitError):
    """An operation on entries could not be done; nothing was changed."""

    kind: ClassVar[str] = "memory"


class EntryMissing(EntryError):
    """There is no entry of this id within reach; one that is out of reach is no different from none."""

    def __init__(self, entry_id: str) -> None:
        super().__init__(f"No memory has the id {entry_id!r} here. Search again: ids come with what was recalled.")
        self.entry_id = entry_id


class EntryRefused(EntryError):
    """What was to be stored is outside of the bounds: empty, too large, or the id belongs to another scope."""


class EmbeddingError(HeartbitError):
    """Texts could not be embedded; recall goes on by words alone."""

    kind: ClassVar[str] = "memory"


class LengthChanged(EmbeddingError):
    """A model gave vectors of another length than those that are kept of it: none of them can be compared any more."""
