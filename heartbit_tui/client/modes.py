"""The order in which a key goes through the modes."""

from heartbit_tui.kernel.ops import Mode

CYCLE = (Mode.ASK, Mode.ACCEPT_EDITS, Mode.PLAN)
"""The modes that a key goes through; yolo is set by a flag alone."""


def following(mode: Mode, *, sandboxed: bool) -> Mode:
    """The mode after this one; auto joins where the agent's commands run in a sandbox."""
    cycle = (*CYCLE, Mode.AUTO) if sandboxed else CYCLE
    return cycle[(cycle.index(mode) + 1) % len(cycle)] if mode in cycle else cycle[0]
