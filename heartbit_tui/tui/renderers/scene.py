"""What renderers know beside a block and how lines are to look."""

from datetime import datetime

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.tui.diff.types import Colour


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """`cwd` is left out at the beginning of paths; `now` tells how long a running call has taken.

    With `reveal` what hides or imitates is written out, as in all that a person approves. `colour` colours code.
    """

    cwd: str = ""
    now: datetime | None = None
    reveal: bool = False
    colour: Colour | None = None


PLAIN = Scene()
"""No colours of code, whole paths, no time."""
