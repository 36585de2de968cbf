"""A hostile text in every event of a session that carries text."""

from collections.abc import Iterator

from heartbit_tui.kernel.events import (
    ApprovalRequested,
    AssistantMessage,
    Choice,
    ContextSummarized,
    DoomLoopDetected,
    Event,
    GuardrailDenied,
    GuardrailWarned,
    ModelCalled,
    ModelChanged,
    ModelEscalated,
    Notice,
    PermissionDenied,
    PromptQueued,
    Question,
    QuestionAnswered,
    QuestionAsked,
    RetryAttempt,
    RunFailed,
    RunInterrupted,
    RunStarted,
    SessionRenamed,
    SubAgentCompleted,
    SubAgentsDispatched,
    TextDelta,
    ThinkingDelta,
    TodosChanged,
    ToolAnswered,
    ToolCallCompleted,
    ToolCallStarted,
    ToolInputDelta,
    ToolProgress,
    UserMessage,
)
from heartbit_tui.kernel.messages import Assistant, StopReason, Text, Thinking, ToolCall, ToolResult, Usage, user

TOOLS = (
    "bash",
    "edit",
    "write",
    "patch",
    "read",
    "grep",
    "glob",
    "list",
    "webfetch",
    "todowrite",
    "question",
    "mcp__x",
)
USAGE = Usage(input_tokens=10, output_tokens=2)


def diff(text: str) -> str:
    """A change of a file with this name and these lines."""
    return f"--- a/{text}\n+++ b/{text}\n@@ -1,2 +1,2 @@ {text}\n {text}\n-{text}\n+{text}!\n"


def given(text: str) -> dict[str, object]:
    """Arguments that suit every tool."""
    names = ("command", "description", "file_path", "path", "pattern", "url", "query", "content", "old_string", "patch")
    return {
        **dict.fromkeys(names, text),
        "todos": [{"content": text, "status": "in_progress", "priority": "high"}],
        "questions": [{"question": text, "header": text, "options": [{"label": text, "description": text}]}],
        text[:40]: [text, {"k": text}],
    }


def talk(text: str, number: int) -> Iterator[Event]:
    """A prompt, an answer that comes in pieces, and calls: begun, going on, over."""
    tool, name = TOOLS[number % len(TOOLS)], f"c{number}"
    yield RunStarted(task=text)
    yield UserMessage(message=user(text))
    yield ThinkingDelta(text=text)
    yield from (TextDelta(text=text[at : at + 7]) for at in range(0, min(len(text), 70), 7))
    yield TextDelta(text=text[70:])
    arguments = '{"file_path": "' + text + '", "command": "' + text
    yield ToolInputDelta(tool_call_id=name, tool_name=tool, text=arguments[:9])
    yield ToolInputDelta(tool_call_id=name, tool_name=tool, text=arguments[9:])
    call = ToolCall(id=name, name=tool, input=given(text))
    other = ToolCall(id=f"{name}n", name=text[:80], input=given(text))
    content = (Thinking(text=text), Text(text=text), call, other)
    yield AssistantMessage(message=Assistant(content=content, stop=StopReason.TOOL_USE, usage=USAGE))
    yield ToolCallStarted(tool_name=tool, tool_call_id=name, input=text)
    yield ToolProgress(tool_call_id=name, text=text)
    yield from told_by_tool(call, text, number)
    yield from told_by_tool(other, text, number + 1)


def told_by_tool(call: ToolCall, text: str, number: int) -> Iterator[Event]:
    """What a call gave."""
    details = {
        "diff": diff(text),
        "added": 1,
        "removed": 1,
        "exit_code": number % 2,
        "log": text,
        "cwd": text,
        "path": text,
    }
    yield ToolAnswered(result=ToolResult(call_id=call.id, content=text, is_error=bool(number % 2)))
    yield ToolCallCompleted(
        tool_name=call.name,
        tool_call_id=call.id,
        is_error=bool(number % 2),
        duration_ms=number,
        output=text,
        details=details,
        changed=(text,),
    )


def trouble(text: str, number: int) -> Iterator[Event]:
    """What goes wrong, and what changes beside the talk."""
    yield SessionRenamed(title=text)
    yield ModelChanged(provider=text, model=text)
    yield ModelCalled(purpose=text, model=text, usage=USAGE, cost_usd=0.01)
    yield TodosChanged(todos=({"content": text, "status": ("pending", text)[number % 2], "priority": text},))
    yield Notice(level=("info", "warning", "error")[number % 3], text=text)
    yield RetryAttempt(attempt=1, max_retries=2, delay_ms=5, error_class=text)
    yield GuardrailDenied(hook="pre_tool", reason=text, tool_name=text, guardrail=text, quote=text)
    yield GuardrailDenied(hook="post_llm", reason=text, guardrail=text, quote=text)
    yield GuardrailWarned(hook="post_tool", reason=text, tool_name=text, guardrail=text, quote=text, changed=True)
    yield PermissionDenied(tool_name=text, tool_call_id=f"p{number}", reason=text, rule=text, input=given(text))
    yield DoomLoopDetected(turn=1, consecutive_count=3, tool_names=(text,))
    yield ModelEscalated(from_tier=text, to_tier=text, reason="tier_error")
    yield SubAgentsDispatched(agents=(text,))
    yield SubAgentCompleted(success=bool(number % 2), usage=USAGE)
    yield ContextSummarized(turn=1, usage=USAGE, summary=text, through=0)
    yield PromptQueued(text=text, position=1)
    yield QuestionAsked(id=f"q{number}", questions=(question(text),))
    yield QuestionAnswered(id=f"q{number}", answers=((text,),))
    yield RunFailed(error=text, partial_usage=USAGE, kind=text) if number % 2 else RunInterrupted(reason=text)


def question(text: str) -> Question:
    """A question made of it."""
    options = (Choice(label=text, description=text), Choice(label=f"{text}.", description=text))
    return Question(question=text, header=text, options=options)


def approval(text: str, number: int) -> ApprovalRequested:
    """A request to approve a call made of it."""
    tool = TOOLS[number % len(TOOLS)]
    return ApprovalRequested(
        turn=1,
        tool_names=(tool,),
        id=f"a{number}",
        call=ToolCall(id=f"ac{number}", name=tool if number % 5 else text[:60], input=given(text)),
        reason=text,
        rule=text,
        proposal=text,
        preview=diff(text) if number % 2 else text,
    )
