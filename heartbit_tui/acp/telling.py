"""What happens in a session, folded into the updates that a client shows."""

from collections.abc import Iterable, Iterator
from types import MappingProxyType
from typing import TypeAlias

from acp.helpers import (
    plan_entry,
    start_tool_call,
    update_agent_message_text,
    update_agent_thought_text,
    update_current_mode,
    update_plan,
    update_tool_call,
)
from acp.schema import (
    AgentMessageChunk,
    AgentPlanUpdate,
    AgentThoughtChunk,
    AvailableCommandsUpdate,
    ConfigOptionUpdate,
    CurrentModeUpdate,
    PlanEntry,
    PlanEntryPriority,
    PlanEntryStatus,
    SessionInfoUpdate,
    ToolCallProgress,
    ToolCallStart,
    UsageUpdate,
    UserMessageChunk,
)

from heartbit_tui.acp import calls
from heartbit_tui.acp.notices import notice
from heartbit_tui.client.visible import harmless
from heartbit_tui.kernel.events import (
    AssistantMessage,
    Envelope,
    Event,
    ModeChanged,
    ModelEscalated,
    RetryAttempt,
    RunStarted,
    SessionRenamed,
    TextDelta,
    ThinkingDelta,
    TodosChanged,
    ToolCallCompleted,
    ToolCallStarted,
    ToolInputDelta,
    ToolProgress,
)
from heartbit_tui.kernel.messages import Assistant, JsonObject, StopReason, Thinking, ToolCall

Update: TypeAlias = (
    UserMessageChunk
    | AgentMessageChunk
    | AgentThoughtChunk
    | ToolCallStart
    | ToolCallProgress
    | AgentPlanUpdate
    | AvailableCommandsUpdate
    | CurrentModeUpdate
    | ConfigOptionUpdate
    | SessionInfoUpdate
    | UsageUpdate
)

AGAIN = "The answer broke off; it begins again."

STATUS: MappingProxyType[str, PlanEntryStatus] = MappingProxyType(
    {"in_progress": "in_progress", **dict.fromkeys(("completed", "cancelled", "failed"), "completed")}
)
"""How far an item of the list is, as a plan has it; what is blocked is still to be done."""

UNSAID = frozenset({"cancelled", "failed", "blocked"})
"""What a plan has no word for, so that it stands beside the item."""

PRIORITY: MappingProxyType[str, PlanEntryPriority] = MappingProxyType(
    {"critical": "high", "high": "high", "medium": "medium", "low": "low"}
)


class Fold:
    """Takes envelopes in order; the first agent to start a run is the one whose words are shown.

    Where the client `streams` terminals, the output of commands is written to one; else it stands in the call.
    """

    def __init__(self, cwd: str, *, streams: bool = False) -> None:
        self.agent = ""
        self.stop = StopReason.END_TURN
        """Why the model stopped last."""
        self._cwd = cwd
        self._streams = streams
        self._shown = ""
        self._thought = False
        self._apart = ""
        """What stands between the last words and those of a next message: a client sets apart only what calls part."""
        self._calls: dict[str, ToolCall] = {}
        self._written: dict[str, None] = {}
        """Calls whose arguments are being written."""
        self._outputs: dict[str, str] = {}

    def take(self, envelope: Envelope) -> Iterator[Update]:
        """What this envelope changes on the client's screen."""
        event = envelope.event
        if isinstance(event, RunStarted) and not self.agent:
            self.agent = envelope.agent
        if self.agent in ("", envelope.agent):
            yield from self._own(event)
        match event:
            case AssistantMessage(message=message):
                yield from self._asked(message.calls)
            case ToolCallStarted() | ToolProgress() | ToolCallCompleted():
                yield from self._called(event)
            case _:
                pass

    def call(self, id: str) -> ToolCall | None:
        """A call that has not ended yet."""
        return self._calls.get(id)

    def _own(self, event: Event) -> Iterator[Update]:
        match event:
            case RunStarted():
                self._shown, self._thought, self._apart = "", False, ""
            case TextDelta(text=text):
                yield self._said(text)
                self._shown += text
            case ThinkingDelta(text=text):
                self._thought = True
                yield update_agent_thought_text(text)
            case AssistantMessage(message=message):
                self.stop = message.stop
                yield from self._finished(message)
            case ToolInputDelta(tool_call_id=id, tool_name=tool) if id not in self._written:
                yield from self._coming(id, tool)
            case RetryAttempt() | ModelEscalated():
                yield from self._void()
            case _:
                yield from self._session(event)

    def _coming(self, id: str, tool: str) -> Iterator[Update]:
        """That a call is being written, which takes long where a whole file is."""
        self._written[id] = None
        if tool not in calls.PLANNING:
            self._apart = ""
            yield start_tool_call(id, calls.VERBS.get(tool, tool), kind=calls.kind(tool), status="pending")

    def _void(self) -> Iterator[Update]:
        """What was shown of an answer that broke off does not count."""
        for call_id in self._written:
            yield update_tool_call(call_id, status="failed")
        self._written.clear()
        if self._shown:
            self._shown = ""
            yield told(AGAIN)

    def _session(self, event: Event) -> Iterator[Update]:
        match event:
            case TodosChanged(todos=todos):
                yield plan(todos)
            case ModeChanged(mode=mode):
                yield update_current_mode(mode.value)
            case SessionRenamed(title=title):
                yield SessionInfoUpdate(session_update="session_info_update", title=title)
            case _:
                if text := notice(event):
                    yield told(text)

    def _finished(self, message: Assistant) -> Iterator[Update]:
        """What of a message was not shown while it was written."""
        thoughts = "".join(block.text for block in message.content if isinstance(block, Thinking))
        if thoughts and not self._thought:
            yield update_agent_thought_text(thoughts)
        text, shown = message.text, self._shown
        rest = text[len(shown) :] if text.startswith(shown) else f"\n\n{text}"
        if rest:
            yield self._said(rest)
        self._apart = "\n\n" if text or self._apart else ""
        self._shown, self._thought = "", False

    def _said(self, text: str) -> Update:
        """A piece of the model's words."""
        apart, self._apart = self._apart, ""
        return update_agent_message_text(f"{apart}{text}")

    def _asked(self, asked: Iterable[ToolCall]) -> Iterator[Update]:
        for call in asked:
            self._calls[call.id] = call
            if call.name not in calls.PLANNING:
                self._apart = ""
                yield (known if call.id in self._written else begun)(call, self._cwd)
        self._written.clear()

    def _called(self, event: ToolCallStarted | ToolProgress | ToolCallCompleted) -> Iterator[Update]:
        call = self._calls.get(event.tool_call_id)
        if call is None or call.name in calls.PLANNING:
            return
        match event:
            case ToolCallStarted():
                yield self._started(call)
            case ToolProgress(text=text):
                yield self._progress(call, text)
            case ToolCallCompleted():
                del self._calls[call.id]
                yield self._ended(call, event)

    def _started(self, call: ToolCall) -> Update:
        if not self._shows_terminal(call):
            return update_tool_call(call.id, status="in_progress")
        update = update_tool_call(call.id, status="in_progress", content=[calls.terminal(call.id)])
        update.field_meta = {"terminal_info": {"terminal_id": call.id, "cwd": self._cwd}}
        return update

    def _progress(self, call: ToolCall, text: str) -> Update:
        if self._shows_terminal(call):
            return self._streamed(call, text)
        so_far = self._outputs[call.id] = (self._outputs.get(call.id, "") + text)[-calls.SHOWN :]
        return update_tool_call(call.id, content=[calls.block(so_far)])

    def _streamed(self, call: ToolCall, text: str) -> Update:
        self._outputs[call.id] = "written"
        update = update_tool_call(call.id)
        update.field_meta = {"terminal_output": {"terminal_id": call.id, "data": text}}
        return update

    def _ended(self, call: ToolCall, event: ToolCallCompleted) -> Update:
        written = self._outputs.pop(call.id, "")
        update = update_tool_call(call.id, status="failed" if event.is_error else "completed")
        if event.changed:
            update.locations = calls.changed(event.changed)
        code = event.details.get("exit_code")
        if self._shows_terminal(call) and (written or isinstance(code, int)):
            terminal: JsonObject = {"terminal_exit": {"terminal_id": call.id, "exit_code": code, "signal": None}}
            missed = {} if written else {"terminal_output": {"terminal_id": call.id, "data": event.output}}
            update.field_meta = {**missed, **terminal}
        else:
            update.content = list(calls.outcome(event.output, event.details, self._cwd))
        return update

    def _shows_terminal(self, call: ToolCall) -> bool:
        return self._streams and call.name == "bash"


def begun(call: ToolCall, cwd: str) -> ToolCallStart:
    """That a call was asked for."""
    return start_tool_call(
        call.id,
        calls.title(call),
        kind=calls.kind(call.name),
        status="pending",
        locations=calls.locations(call.input, cwd),
        raw_input=dict(call.input),
    )


def known(call: ToolCall, cwd: str) -> ToolCallProgress:
    """What a call is about that was seen being written."""
    return update_tool_call(
        call.id,
        title=calls.title(call),
        kind=calls.kind(call.name),
        locations=calls.locations(call.input, cwd),
        raw_input=dict(call.input),
    )


def told(text: str) -> AgentMessageChunk:
    """A sentence of heartbit's own among the words of the model."""
    quoted = "\n".join(f"> {line}" for line in harmless(text).splitlines())
    return update_agent_message_text(f"\n\n{quoted}\n\n")


def plan(todos: Iterable[JsonObject]) -> AgentPlanUpdate:
    """The list of things to do as a plan."""
    return update_plan(_entry(todo) for todo in todos)


def _entry(todo: JsonObject) -> PlanEntry:
    content, status = str(todo.get("content", "")), str(todo.get("status", ""))
    said = f"{content} ({status})" if status in UNSAID else content
    priority = PRIORITY.get(str(todo.get("priority", "")), "medium")
    return plan_entry(said, status=STATUS.get(status, "pending"), priority=priority)
