"""What is remembered, and what of it is brought back."""

from typing import Literal, TypeAlias

from heartbit_tui.kernel.dataclass import dataclass

RecallReason: TypeAlias = Literal["start", "topic", "tool"]
"""A run began, the talk came to something else, or the model asked."""

MemoryAction: TypeAlias = Literal[
    "stored", "updated", "forgotten", "merged", "pinned", "unpinned", "pruned", "refused", "meditated"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recollection:
    """An entry of the memory as it was recalled; `content` is cut, and nothing restricted is ever one.

    `why` says what led to it, in words; `strength` (0 to 1) is the one it had when it was found, decay counted.
    `created` is a moment in UTC. `session` and `source` say where it was stored: the session's id and the seq of the
    message or the id of the call, empty where that is not known.
    """

    id: str
    content: str
    why: str = ""
    kind: str = ""
    category: str = ""
    score: float = 0.0
    strength: float = 0.0
    importance: int = 0
    created: str = ""
    agent: str = ""
    session: str = ""
    source: str = ""
    pinned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryRecalled:
    """Entries of the memory were brought to the model, for `reason`; `query` is what was looked for, cut.

    `note` says what was missing in the search (no embeddings, too slow), empty where nothing was.
    """

    reason: RecallReason
    query: str
    entries: tuple[Recollection, ...]
    turn: int = 0
    note: str = ""
    tool_call_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryChanged:
    """The memory was changed, or, where `action` is `refused`, was not; `content` is cut and holds no secret.

    `ids` are the entries that it is about, `reason` says why nothing was stored, or what was left out of it, or, where
    the action is `meditated`, what came of putting the memory in order.
    """

    action: MemoryAction
    ids: tuple[str, ...] = ()
    content: str = ""
    kind: str = ""
    category: str = ""
    importance: int = 0
    confidentiality: str = ""
    count: int = 0
    reason: str = ""
    tool_call_id: str = ""
