"""What is told in one sentence beside the conversation."""

from heartbit_tui.client import expanding, guarded, metered, titles
from heartbit_tui.kernel.events import (
    AutoCompactionTriggered,
    ContextRestored,
    ContextSummarized,
    DoomLoopDetected,
    Event,
    GuardrailDenied,
    GuardrailWarned,
    ModelChanged,
    ModelEscalated,
    NameRepaired,
    Notice as Told,
    RetryAttempt,
    Rewound,
    SessionPruned,
    SessionRenamed,
)
from heartbit_tui.tui.transcript.blocks import Call, Guarded, Notice


def notice(event: Event) -> Notice | None:
    """The sentence for an event, None where it needs none."""
    told = event if isinstance(event, Told) else metered.notice(event)
    if told is not None:
        return Notice(level=told.level, text=told.text)
    found = _trouble(event)
    return found if found is not None else _change(event)


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


def _trouble(event: Event) -> Notice | None:
    match event:
        case RetryAttempt(attempt=attempt, max_retries=most, delay_ms=delay, error_class=kind):
            what = kind.replace("_", " ") or "error"
            return _warning(f"{what}; trying again in {titles.span(delay)} ({attempt} of {most})")
        case DoomLoopDetected(tool_names=names, consecutive_count=count):
            return _warning(f"The agent repeats itself: {', '.join(names)}, {count} times.")
        case NameRepaired(asked=asked, tool_name=tool):
            return _info(f"The model wrote {asked}; {tool} was meant.")
        case _:
            return None


def _change(event: Event) -> Notice | None:
    match event:
        case ModelEscalated(from_tier=one, to_tier=other):
            return _info(f"{other} takes over from {one}.")
        case ModelChanged(provider=provider, model=model, effort=effort):
            return _info(f"model: {provider} {model}" + (f", effort {effort}" if effort else ""))
        case SessionRenamed(title=title):
            return _info(f"This session is now called “{title}”.")
        case Rewound():
            return _info("Went back; what came after no longer counts. Files stay as they are.")
        case ContextSummarized() | ContextRestored():
            return _info(expanding.told(event))
        case AutoCompactionTriggered(success=True):
            return _info("The conversation did not fit the model's window; it was shortened.")
        case SessionPruned(tool_results_pruned=count):
            return _info(f"{count} old tool results were shortened for the model; the log keeps them whole.")
        case _:
            return None


def _info(text: str) -> Notice:
    return Notice(level="info", text=text)


def _warning(text: str) -> Notice:
    return Notice(level="warning", text=text)
