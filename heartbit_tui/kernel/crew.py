"""The crew of a session that has none."""

from heartbit_tui.kernel.ops import Interrupt, Steer

NOBODY = "No agent {name} is at work."


class NoCrew:
    """`Crew` of a session whose agent works alone."""

    def take(self, op: Steer | Interrupt) -> str:
        """There is nobody to speak to or to stop."""
        return NOBODY.format(name=op.agent)
