"""The words for drafts: skills that a model wrote of memories or of a run, and that a person accepts, edits or refuses."""

from collections.abc import Callable
from datetime import datetime
from typing import Literal, Protocol, TypeAlias

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.memory.errors import EntryError

DraftState: TypeAlias = Literal["waiting", "accepted", "refused"]

NO_DRAFT = "No draft of a skill has an id that begins with {text!r}. `heartbit memory drafts` lists those that wait."
MANY_DRAFTS = "Several drafts have an id that begins with {text!r}; give more of it."
DECIDED = "The draft {id} was {state} already."


class DraftError(EntryError):
    """A draft is not there, or cannot be decided any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """One memory that a draft was made of, or the session of the run that it was, with its words as the model got them."""

    id: str
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A skill that waits for a person's word, or has it.

    `text` is the body of its SKILL.md; `sources` are the memories that it was made of. Where it was made of a run instead,
    `run` is what that is known by. `note` says what a person should know of it, such as what was left out. `file` is where
    it was written once it was accepted.
    """

    id: str
    made: datetime
    name: str
    description: str
    text: str
    sources: tuple[Provenance, ...]
    model: str = ""
    cost_usd: float | None = None
    state: DraftState = "waiting"
    note: str = ""
    decided: datetime | None = None
    file: str = ""
    run: str = ""

    @property
    def made_of(self) -> str:
        """What it was made of, in a few words."""
        return "one run" if self.run else f"{len(self.sources)} memories"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shaped:
    """What a model's text is as a skill: its name, what it is for, and what it says."""

    name: str
    description: str
    body: str


Shape: TypeAlias = Callable[[str], Shaped | str]
"""Reads a SKILL.md; a sentence where it is none."""


class Drafts(Protocol):
    """Where drafts are kept. All raise `StoreError`; what names one raises `DraftError`."""

    async def list(self, state: DraftState | None = None) -> tuple[Draft, ...]:
        """Those in this state, or all, the newest first."""
        ...

    async def find(self, text: str) -> Draft:
        """The one that an id, or the beginning of one, means."""
        ...

    async def edit(self, draft: Draft) -> Draft:
        """Put another name, description and text in one that waits."""
        ...

    async def accept(self, draft_id: str, file: str) -> Draft:
        """Keep that it was accepted and written there; from now on its memories may be let go of in time."""
        ...

    async def refuse(self, draft_id: str) -> Draft:
        """Keep that it was refused; its memories stay as they are, and no draft is made of them again."""
        ...
