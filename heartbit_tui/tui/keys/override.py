"""What a person asks for in a keymap of their own."""

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.tui.keys.actions import Where


@dataclass(frozen=True, slots=True)
class Override:
    """The keys that an action is to have, at one of its places or at all of them; `told` is where that stands."""

    action: str
    keys: tuple[str, ...]
    where: Where | None = None
    told: str = ""


@dataclass(frozen=True, slots=True)
class Overrides:
    """All that can be understood of a file, in order, and sentences about the rest."""

    entries: tuple[Override, ...] = ()
    faults: tuple[str, ...] = ()
