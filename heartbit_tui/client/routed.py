"""Who takes a prompt and why, in the same words on every surface."""

from heartbit_tui.client.visible import one_line
from heartbit_tui.kernel.events import TaskRouted

WORDS = 300
"""Characters that are told of a name or a reason."""

ONE = "{agent} takes this — {reason}."
SEVERAL = "Several agents are led — {reason}."
OVER = "Several agents are led from here on — {reason}."


def told(event: TaskRouted) -> str:
    """The decision with its reason."""
    reason = one_line(event.reason, WORDS).rstrip(".")
    if event.selected_agent:
        return ONE.format(agent=one_line(event.selected_agent, WORDS), reason=reason)
    return (OVER if event.escalated else SEVERAL).format(reason=reason)
