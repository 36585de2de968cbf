"""What was found, as text: each passage under where it stands, as `path:line`."""

import os
from collections.abc import Sequence
from pathlib import Path, PurePath

from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.knowledge.load import is_url
from heartbit_tui.knowledge.types import Found, Hit

NOTHING = "Nothing that is indexed fits."


def cited(hit: Hit, folder: str) -> str:
    """Where a passage stands: its path from the folder on where it lies below that, or its URL, and its first line."""
    return f"{place(hit.uri, folder)}:{hit.first_line}"


def place(uri: str, folder: str) -> str:
    """A document as it is named to somebody who stands in a folder."""
    if is_url(uri):
        return uri
    path = PurePath(uri)
    return str(path.relative_to(folder)) if path.is_relative_to(folder) else uri


def beginning(text: str, folder: Path) -> str:
    """The beginning of URIs that somebody means who stands in a folder; one that ends with `/` means all below it."""
    if is_url(text):
        return text
    whole = os.path.normpath(folder / text)
    return f"{whole.rstrip('/')}/" if text.endswith(("/", "..")) or text == "." else whole


def passages(found: Found, folder: str) -> str:
    """All passages for a model, the best first, and what there is to say about the search."""
    note = (f"({found.note})",) if found.note else ()
    if not found.hits:
        return "\n".join((NOTHING, *note))
    count = len(found.hits)
    head = f"Found {count} {'passage' if count == 1 else 'passages'}."
    return "\n\n".join((" ".join((head, *note)), *(_block(n, hit, folder) for n, hit in enumerate(found.hits, 1))))


def facts(hits: Sequence[Hit], folder: str) -> list[JsonObject]:
    """The passages as JSON."""
    return [
        {
            "id": hit.id,
            "place": cited(hit, folder),
            "uri": hit.uri,
            "title": hit.title,
            "first_line": hit.first_line,
            "last_line": hit.last_line,
            "score": round(hit.score, 4),
            "by": list(hit.by),
            "text": hit.text,
        }
        for hit in hits
    ]


def _block(number: int, hit: Hit, folder: str) -> str:
    last = f"-{hit.last_line}" if hit.last_line > hit.first_line else ""
    titled = f" ({hit.title})" if is_url(hit.uri) and hit.title != hit.uri else ""
    return f"{number}. {cited(hit, folder)}{last}{titled}\n{hit.text}"
