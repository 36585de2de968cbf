"""What a person asks for who wants to go back, and what came of it."""

from typing import TYPE_CHECKING, Literal, TypeAlias

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import HeartbitError

if TYPE_CHECKING:
    from heartbit_tui.undo.plan import Conflict

What: TypeAlias = Literal["files", "chat", "both"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """What a person asked for: to go back to right before the event `to`.

    `chat` is the event before which the chat stands then, 0 where it stays. `redo` is the undo that is taken back, 0
    for none. `id` tells one intent from others.
    """

    id: str
    to: int
    what: What
    chat: int = 0
    redo: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What became of an intent: the record of what changed (empty for nothing), and what was left as it is."""

    intent: Intent
    record: str
    changed: int
    left: "tuple[Conflict, ...]"


class UndoError(HeartbitError):
    """Going back is not possible; the message says why."""
