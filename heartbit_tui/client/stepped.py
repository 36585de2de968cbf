"""What is told of a workflow's steps in a sentence, the same on every surface."""

from heartbit_tui.client.titles import span
from heartbit_tui.client.visible import one_line
from heartbit_tui.kernel.events import Event, Notice, StepEnded, StepStarted
from heartbit_tui.kernel.spending import dollars

ACTING = frozenset({"agent", "orchestrator", "command"})
"""The kinds of steps that are done by an agent of their own, whose work is seen beside what is told of them."""

WIDTH = 400
"""Characters of what a step's failure says."""


def notice(event: Event) -> Notice | None:
    """The sentence for the beginning or the end of a step, None for everything else."""
    match event:
        case StepStarted():
            return Notice(level="info", text=begun(event))
        case StepEnded():
            return Notice(level="info" if event.how == "done" else "warning", text=over(event))
        case _:
            return None


def called(event: StepStarted | StepEnded) -> str:
    """A step as it is called: the outermost one is the workflow."""
    return f"{'step' if event.within else 'workflow'} {one_line(event.name, 80)}"


def begun(event: StepStarted) -> str:
    """That a step begins, and what it is."""
    again = f", round {event.round}" if event.round else ""
    return f"{called(event)} begins ({event.kind}{again})"


def over(event: StepEnded) -> str:
    """How a step ended, how long it took, and what it cost where it cost something."""
    how = f"was {event.how}" if event.how == "stopped" else "is done" if event.how == "done" else "failed"
    spent: tuple[str, ...] = ()
    if event.usage.total:
        price = "cost unknown" if event.cost_usd is None else f"${dollars(event.cost_usd)}"
        spent = (f"{event.usage.total:,} tokens", price)
    told = f"{called(event)} {how}: {', '.join((span(event.duration_ms), *spent))}"
    return told if event.how == "done" else f"{told}: {one_line(event.error, WIDTH)}"
