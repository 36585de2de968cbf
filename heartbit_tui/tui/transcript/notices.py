"""What is told in one sentence beside the conversation."""

from heartbit_tui.client import (
    cascaded,
    expanding,
    guarded,
    jobs,
    metered,
    pursued,
    remembered,
    routed,
    stepped,
    titles,
    undone,
)
from heartbit_tui.kernel.events import (
    AutoCompactionTriggered,
    ContextRestored,
    ContextSummarized,
    DoomLoopDetected,
    Event,
    FilesChanged,
    GuardrailDenied,
    GuardrailWarned,
    JobEnded,
    MemoryChanged,
    MemoryRecalled,
    ModelChanged,
    ModelEscalated,
    NameRepaired,
    Notice as Told,
    RetryAttempt,
    Rewound,
    RunCompleted,
    RunFailed,
    RunInterrupted,
    SessionPruned,
    SessionRenamed,
    StepEnded,
    StepStarted,
    TaskRouted,
    Undone,
)
from heartbit_tui.tui.transcript.blocks import Call, Ending, Guarded, Notice


def notice(event: Event) -> Notice | None:
    """The sentence for an event, None where it needs none."""
    if isinstance(event, MemoryRecalled | MemoryChanged):
        return _memory(event)
    if isinstance(event, StepStarted | StepEnded):
        return _step(event)
    told = event if isinstance(event, Told) else metered.notice(event) or pursued.notice(event)
    if told is not None:
        return Notice(level=told.level, text=told.text)
    return _trouble(event) or _files(event) or _change(event)


def intervention(event: GuardrailDenied | GuardrailWarned, call: Call | None) -> Guarded:
    """What a guardrail did, and to which call where that is known."""
    return Guarded(
        did=guarded.did(event),
        hook=event.hook,
        guardrail=event.guardrail,
        reason=event.reason,
        quote=event.quote,
        tool=event.tool_name or "",
        call=titles.title(call.tool, call.input) if call else "",
        text=guarded.told(event),
    )


def ending(event: RunCompleted | RunFailed | RunInterrupted, milliseconds: int, calls: int, tokens: int) -> Ending:
    """How a run ended, with what it took."""
    match event:
        case RunCompleted(total_usage=usage):
            return Ending(how="completed", milliseconds=milliseconds, calls=calls, tokens=usage.total)
        case RunFailed(error=error):
            return Ending(how="failed", text=error, milliseconds=milliseconds, calls=calls, tokens=tokens)
        case RunInterrupted(reason=reason):
            return Ending(how="interrupted", text=reason, milliseconds=milliseconds, calls=calls, tokens=tokens)


def _step(event: StepStarted | StepEnded) -> Notice | None:
    """How steps ended whose work has no block of its own, and where a workflow begins."""
    outermost = isinstance(event, StepStarted) and not event.within
    if not outermost and (isinstance(event, StepStarted) or event.kind in stepped.ACTING):
        return None
    told = stepped.notice(event)
    return Notice(level=told.level, text=told.text) if told is not None else None


def _trouble(event: Event) -> Notice | None:
    match event:
        case RetryAttempt(attempt=attempt, max_retries=most, delay_ms=delay, error_class=kind):
            what = kind.replace("_", " ") or "error"
            return _warning(f"{what}; trying again in {titles.span(delay)} ({attempt} of {most})")
        case DoomLoopDetected(tool_names=names, consecutive_count=count):
            return _warning(f"The agent repeats itself: {', '.join(names)}, {count} times.")
        case JobEnded(exit_code=code) as end:
            return (_warning if code else _info)(jobs.told(end))
        case NameRepaired(asked=asked, tool_name=tool):
            return _info(f"The model wrote {asked}; {tool} was meant.")
        case TaskRouted():
            return (_warning if event.escalated else _info)(routed.told(event))
        case _:
            return None


def _files(event: Event) -> Notice | None:
    match event:
        case Undone():
            return _info(undone.told(event))
        case FilesChanged() if event.lost:
            return _warning(undone.lost(event))
        case _:
            return None


def _change(event: Event) -> Notice | None:
    match event:
        case ModelEscalated():
            return _info(cascaded.told(event))
        case ModelChanged(provider=provider, model=model, effort=effort):
            return _info(f"model: {provider} {model}" + (f", effort {effort}" if effort else ""))
        case SessionRenamed(title=title):
            return _info(f"This session is now called “{title}”.")
        case Rewound():
            return _info("Went back; what came after no longer counts.")
        case ContextSummarized() | ContextRestored():
            return _info(expanding.told(event))
        case AutoCompactionTriggered(success=True):
            return _info("The conversation did not fit the model's window; it was shortened.")
        case SessionPruned(tool_results_pruned=count):
            return _info(f"{count} old tool results were shortened for the model; the log keeps them whole.")
        case _:
            return None


def _memory(event: MemoryRecalled | MemoryChanged) -> Notice | None:
    """What happened to the memory; what a call of the model's own did is told by its row."""
    text = remembered.told(event)
    if event.tool_call_id or not text:
        return None
    return _warning(text) if remembered.is_trouble(event) else _info(text)


def _info(text: str) -> Notice:
    return Notice(level="info", text=text)


def _warning(text: str) -> Notice:
    return Notice(level="warning", text=text)
