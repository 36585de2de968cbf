"""What a person's wish for the strongest model of a cascade does."""

from heartbit_tui.kernel.desk import Desk
from heartbit_tui.kernel.events import Notice
from heartbit_tui.kernel.protocols import Tiered

NONE_STRONGER = "There is no stronger model to turn to: no cascade is set up. /model chooses another one."
NOW = "{model} takes this turn."
NEXT = "{model} takes the next turn."


def escalate(desk: Desk, *, running: bool) -> None:
    """Let the strongest model take the turn that is under way, or the next one; a notice tells which."""
    provider = desk.provider
    if not isinstance(provider, Tiered):
        desk.emit(Notice(level="warning", text=NONE_STRONGER))
        return
    desk.terms.strongest = True
    desk.emit(Notice(level="info", text=(NOW if running else NEXT).format(model=provider.strongest)))
    provider.escalate()
