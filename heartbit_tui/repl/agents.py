"""What /agents, /steer and /stop do: the agents at work, one by one."""

from datetime import UTC, datetime

from heartbit_tui.client import crew
from heartbit_tui.client.crew import Mate
from heartbit_tui.client.visible import harmless, one_line
from heartbit_tui.kernel.ops import Interrupt, Steer
from heartbit_tui.repl.conversation import Conversation

USAGE = "/agents NAME shows the whole task of one, /steer NAME WORDS tells it something, /stop NAME stops it."
SAY = "What is {name} to be told? /steer NAME WORDS."
TASK = 60
"""Letters of a task in the list."""


async def agents(conversation: Conversation, argument: str) -> None:
    """/agents [NAME]: all of them, or one with its whole task."""
    mates, now = conversation.fold.mates, datetime.now(UTC)
    found = mates.find(argument)
    if not argument:
        rows = [_row(mate, now) for mate in mates.all]
        conversation.tell("\n".join((crew.counted(mates.all), *rows, USAGE)) if rows else crew.NONE)
    elif found is None:
        conversation.tell(crew.UNKNOWN.format(name=one_line(argument, crew.NAME)), warning=True)
    else:
        conversation.tell(_row(found, now))
        conversation.tell(harmless(found.task))


async def steer(conversation: Conversation, argument: str) -> None:
    """/steer NAME WORDS."""
    name, words = crew.addressed(conversation.fold.mates, argument)
    shown = one_line(name, crew.NAME)
    refusal = crew.refused(conversation.fold.mates, name, words=True)
    if not refusal and not words:
        refusal = SAY.format(name=shown)
    if not refusal:
        conversation.client.submit(Steer(text=words, agent=name))
    conversation.tell(refusal or f"{shown} {crew.READS}", warning=bool(refusal))


async def stop(conversation: Conversation, argument: str) -> None:
    """/stop NAME: it alone; the others go on."""
    name, _ = crew.addressed(conversation.fold.mates, argument)
    refusal = crew.refused(conversation.fold.mates, name)
    if not refusal:
        conversation.client.submit(Interrupt(agent=name))
    told = f"{one_line(name, crew.NAME)} is being stopped; the others go on."
    conversation.tell(refusal or told, warning=bool(refusal))


def _row(mate: Mate, now: datetime) -> str:
    told = " · ".join((one_line(crew.standing(mate), TASK), *crew.figures(mate, now)))
    return f"{one_line(mate.name, crew.NAME):<12}  {one_line(mate.task, TASK)}  ({told})"
