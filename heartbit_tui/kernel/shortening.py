"""What a person can do about the length of a conversation: shorten it now, and bring back what was summarised."""

import asyncio

from heartbit_tui.kernel.aside import Aside
from heartbit_tui.kernel.desk import Desk
from heartbit_tui.kernel.events import ContextRestored, Notice
from heartbit_tui.kernel.guards import Guards
from heartbit_tui.kernel.ops import Restore
from heartbit_tui.kernel.past import whole
from heartbit_tui.kernel.protocols import Agent, Request
from heartbit_tui.kernel.sight import offered

NOTHING_TO_COMPACT = (
    "The conversation was left as it is: its newest messages stay whole, and nothing before them could be shortened."
)
NOT_SHORTENED = "The conversation could not be shortened: {kind}: {error}"
NOT_FINISHED = "Shortening the conversation was interrupted."
NOTHING_SUMMARISED = "Nothing is summarised: the model is told the whole conversation."
NOT_HIDDEN = "The model is told {first} to {last} already: no summary stands for it."


async def shorten(agent: Agent, desk: Desk, focus: str) -> None:
    """Shorten the conversation; raises nothing but `CancelledError`."""
    specs = tuple(tool.spec for tool in agent.all_tools)
    messages = desk.conversation.messages()
    request = Request(system=agent.system, messages=messages, tools=offered(agent, specs, messages, desk.past()))
    scene = Aside(desk, Guards(agent.guardrails, desk))
    try:
        found = await agent.context.shorten(request, scene, turn=0, focus=focus)
    except asyncio.CancelledError:
        desk.emit(Notice(level="warning", text=NOT_FINISHED))
        raise
    except Exception as error:  # noqa: BLE001 - the session boundary: a policy's fault must not end the session
        desk.emit(Notice(level="error", text=NOT_SHORTENED.format(kind=type(error).__name__, error=error)))
        return
    for event in found.events if found else (Notice(level="info", text=NOTHING_TO_COMPACT),):
        desk.emit(event)


def restore(desk: Desk, op: Restore) -> None:
    """Tell the model whole again what a summary stands for, or say why that cannot be."""
    past = desk.past()
    if past.fold is None:
        desk.emit(Notice(level="warning", text=NOTHING_SUMMARISED))
        return
    if not op.first and not op.last:
        desk.emit(ContextRestored(summary=past.fold.seq))
        return
    hidden = [placed.seq for placed in past.hidden() if op.first <= placed.seq <= op.last]
    if not hidden:
        desk.emit(Notice(level="warning", text=NOT_HIDDEN.format(first=op.first, last=op.last)))
        return
    first, last = whole(past.entries, hidden[0], hidden[-1])
    desk.emit(ContextRestored(summary=past.fold.seq, first=first, last=last))
