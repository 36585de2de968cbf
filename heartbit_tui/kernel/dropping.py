"""What a person takes out of what the model is told, and puts back: results of calls, and tools."""

from heartbit_tui.kernel.desk import Desk
from heartbit_tui.kernel.events import Notice, ResultReplaced, ResultRestored, ToolDropped, ToolRestored
from heartbit_tui.kernel.messages import ToolResult
from heartbit_tui.kernel.ops import Drop
from heartbit_tui.kernel.protocols import Agent

NOTE = "[The user took this result out: {size:,} characters{media}. Call the tool again if you need them.]"
MEDIA = " and {count} pictures or sounds"
NO_RESULT = "There is no result of {call} that the model is told."
NO_GAIN = "The result of {call} is so short that taking it out would gain nothing."
NOT_OUT = "The result of {call} was not taken out."
NO_TOOL = "This agent has no tool {tool} that the model is told of."
LAST_TOOL = "{tool} is the last tool that the model is told of; a conversation with calls needs one."
TOLD_OF = "The model is told of {tool}."


def drop(agent: Agent, desk: Desk, op: Drop) -> None:
    """Publish what changes, and a notice for each that cannot."""
    for call in op.calls:
        desk.emit(_restored(desk, call) if op.back else _dropped(desk, call))
    names = frozenset(tool.spec.name for tool in agent.all_tools)
    for tool in op.tools:
        desk.emit(_told(desk, tool) if op.back else _untold(desk, tool, names))


def note(result: ToolResult) -> str:
    """What stands for a result that was taken out."""
    media = MEDIA.format(count=len(result.media)) if result.media else ""
    return NOTE.format(size=len(result.content), media=media)


def _dropped(desk: Desk, call: str) -> ResultReplaced | Notice:
    result = _result(desk, call)
    if result is None:
        return Notice(level="warning", text=NO_RESULT.format(call=call))
    content = note(result)
    omitted = _bytes(result.content) - _bytes(content)
    if omitted <= 0 and not result.media:
        return Notice(level="warning", text=NO_GAIN.format(call=call))
    return ResultReplaced(tool_call_id=call, content=content, omitted=omitted, why="dropped")


def _restored(desk: Desk, call: str) -> ResultRestored | Notice:
    if call not in desk.past().replaced:
        return Notice(level="warning", text=NOT_OUT.format(call=call))
    return ResultRestored(tool_call_id=call)


def _untold(desk: Desk, tool: str, names: frozenset[str]) -> ToolDropped | Notice:
    told = names - desk.past().left_out
    if tool not in told:
        return Notice(level="warning", text=NO_TOOL.format(tool=tool))
    if len(told) == 1:
        return Notice(level="warning", text=LAST_TOOL.format(tool=tool))
    return ToolDropped(tool_name=tool)


def _told(desk: Desk, tool: str) -> ToolRestored | Notice:
    if tool not in desk.past().left_out:
        return Notice(level="info", text=TOLD_OF.format(tool=tool))
    return ToolRestored(tool_name=tool)


def _result(desk: Desk, call: str) -> ToolResult | None:
    """The result of a call as it was, where the model is told it and nothing was taken out of it yet."""
    past = desk.past()
    told = {placed.seq for placed in past.told()}
    entries = (placed for placed in past.entries if placed.seq in told)
    found = (each.entry for each in entries if isinstance(each.entry, ToolResult) and each.entry.call_id == call)
    result = next(found, None)
    return None if result is None or past.replaced.get(call) == note(result) else result


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
