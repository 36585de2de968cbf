"""What guests may ask of a session: its shape, and what keeps what they were shown."""

from collections.abc import Awaitable, Callable
from dataclasses import field
from typing import Any, Final, Literal, TypeAlias

from heartbit_tui.client.guests.bodies import Asking, Nothing
from heartbit_tui.client.guests.paths import Paths
from heartbit_tui.client.types import Client
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.undo.preview import Preview

Right: TypeAlias = Literal["read", "remember", "submit", "manage"]
"""What somebody has to be allowed; `manage` is for what concerns the whole machine of a session that is not one's own."""

Beside: TypeAlias = Literal["new", "fork"]

SHOWN: Final = 16
"""Previews that are kept for a word on them, the newest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A session as its guests work with it, and what they were shown of going back, by the ids of the intents.

    `paths` are those of its folder. `beside` makes another session for whom this one is, in the same folder, or a copy of
    this one, and answers with its id.
    """

    client: Client
    paths: Paths
    beside: Callable[[Beside], Awaitable[str]]
    shown: dict[str, Preview] = field(default_factory=dict[str, Preview])

    def show(self, preview: Preview) -> Preview:
        """Keep a preview, so that it can be carried out as it was shown."""
        while len(self.shown) >= SHOWN:
            del self.shown[next(iter(self.shown))]
        self.shown[preview.intent.id] = preview
        return preview


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One thing that guests may ask: what it takes, what it answers, and what finds that out or does it.

    `changes` says that doing it twice is not the same as once.
    """

    name: str
    summary: str
    do: Callable[[Seat, Any], Awaitable[object]]
    answer: Any
    takes: type[Asking] = Nothing
    right: Right = "read"
    changes: bool = False
