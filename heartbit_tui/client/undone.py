"""What an undo came to, in a sentence."""

from heartbit_tui.kernel.events import FilesChanged, Undone


def told(event: Undone) -> str:
    """What a person reads of it."""
    first = "Took the undo back" if event.redo else "Undone"
    files = f"{event.restored} file{'' if event.restored == 1 else 's'} changed"
    match event.what:
        case "chat":
            said = f"{first}: the chat. Files stay as they are."
        case "files":
            said = f"{first}: {files}. The chat stays as it is."
        case "both":
            said = f"{first}: the chat and its files, {files}."
    if not event.left:
        return said
    return f"{said} {event.left} left as {'it is' if event.left == 1 else 'they are'}: somebody else had changed that."


def lost(event: FilesChanged) -> str:
    """What cannot be brought back of what a call did; empty where all of it can."""
    return f"Cannot be undone: {'; '.join(event.lost)}." if event.lost else ""
