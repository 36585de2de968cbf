"""What happened to the memory, in a sentence that every surface tells alike."""

from heartbit_tui.kernel.events import MemoryChanged, MemoryRecalled

QUOTED = 60
"""Characters of an entry that a sentence quotes."""


def told(event: MemoryRecalled | MemoryChanged) -> str:
    """The sentence for an event; empty where there is nothing to tell."""
    return _recalled(event) if isinstance(event, MemoryRecalled) else _changed(event)


def is_trouble(event: MemoryRecalled | MemoryChanged) -> bool:
    """Whether something did not go as it was meant to."""
    return event.action == "refused" if isinstance(event, MemoryChanged) else bool(event.note and not event.entries)


def _recalled(event: MemoryRecalled) -> str:
    count = len(event.entries)
    note = f" ({event.note})" if event.note else ""
    if not count:
        return f"Nothing was recalled{note}." if note else ""
    first = _quoted(event.entries[0].content).rstrip(".")
    more = f" and {count - 1} more" if count > 1 else ""
    return f"Recalled from memory: “{first}”{more}{note}."


def _changed(event: MemoryChanged) -> str:
    quoted = f"“{_quoted(event.content).rstrip('.')}”" if event.content else "an entry"
    reason = f" ({event.reason})" if event.reason else ""
    more = f" and {event.count - 1} more" if event.count > 1 else ""
    match event.action:
        case "stored":
            return f"Kept in memory: {quoted}{more}{reason}."
        case "updated":
            return f"Changed in memory: {quoted}{reason}."
        case "forgotten":
            return f"Forgotten: {quoted}{more}."
        case "merged":
            return f"Merged in memory: {quoted}{reason}."
        case "pruned":
            return f"{event.count} faded entr{'y was' if event.count == 1 else 'ies were'} removed from memory."
        case "refused" | "meditated":
            return event.reason
        case "pinned" | "unpinned":
            return f"{event.action.capitalize()} in memory: {quoted}."


def _quoted(text: str) -> str:
    from heartbit_tui.client.visible import one_line

    return one_line(text, QUOTED)
