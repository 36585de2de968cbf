"""What happens beside the words of a conversation, in a sentence for the person."""

from heartbit_tui.client import expanding, guarded, metered, pursued, routed, stepped, undone
from heartbit_tui.client.jobs import told as told_job
from heartbit_tui.kernel.events import (
    ContextRestored,
    ContextSummarized,
    DoomLoopDetected,
    Event,
    FilesChanged,
    GuardrailDenied,
    GuardrailWarned,
    JobEnded,
    Notice,
    SummaryStarted,
    TaskRouted,
    Undone,
)


def notice(event: Event) -> str:
    """The sentence; empty where there is nothing to say."""
    match event:
        case Notice(text=text):
            return text
        case GuardrailDenied() | GuardrailWarned():
            return guarded.told(event)
        case DoomLoopDetected(tool_names=names, consecutive_count=count):
            return f"The agent repeats itself: {', '.join(names)}, {count} times."
        case SummaryStarted():
            return expanding.SUMMARISING
        case ContextSummarized() | ContextRestored():
            return expanding.told(event)
        case _:
            return _beside(event)


def _beside(event: Event) -> str:
    """The sentence for who takes a prompt, what became of files, commands in the background and money."""
    match event:
        case TaskRouted():
            return routed.told(event)
        case FilesChanged():
            return undone.lost(event)
        case Undone():
            return undone.told(event)
        case JobEnded():
            return told_job(event)
        case _:
            told = metered.notice(event) or stepped.notice(event) or pursued.notice(event)
            return told.text if told is not None else ""
