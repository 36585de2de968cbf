"""What an edit changed in what is said of files, in the words that the model reads."""

import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.lsp.types import SEVERITIES, Counts, Diagnostic, Words

IN_A_FILE = 20
"""Lines that are told of one file."""

IN_ALL = 40
LONGEST = 300
"""Characters of one message."""

LATER = "(What the language server says of this comes with a later result: it is still at work.)"
_TOLD = ("error", "warning")


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """What came to what is said of a file, what went, and how it stands now."""

    path: str
    came: tuple[Diagnostic, ...]
    went: tuple[Diagnostic, ...]
    now: Counts

    def __bool__(self) -> bool:
        return bool(self.came or self.went)


def compared(path: str, before: Iterable[Diagnostic], after: Sequence[Diagnostic]) -> Delta:
    """The difference; errors and warnings alone, and lines that merely moved are the same."""
    old, new = _counted(before), _counted(after)
    left = new - old
    came: list[Diagnostic] = []
    for each in after:
        if left[each.words] > 0:
            left[each.words] -= 1
            came.append(each)
    went = [_stand_in(words) for words, times in (old - new).items() for _ in range(times)]
    ranked = sorted(came, key=lambda each: (SEVERITIES.index(each.severity), each.line, each.column))
    return Delta(path=path, came=tuple(ranked), went=tuple(went), now=Counts.of(after))


def told(deltas: Sequence[Delta], folder: str) -> str:
    """A block for each file where something changed; empty where nothing did."""
    left = IN_ALL
    blocks: list[str] = []
    for delta in deltas:
        if delta:
            blocks.append(_block(delta, folder, min(left, IN_A_FILE)))
            left = max(left - len(delta.came), 0)
    return "\n".join(blocks)


def change(delta: Delta) -> str:
    """The change in a few words: +2 errors, -1 warning."""
    came, went = Counts.of(delta.came), Counts.of(delta.went)
    parts = (
        _signed("+", came.errors, "error"),
        _signed("-", went.errors, "error"),
        _signed("+", came.warnings, "warning"),
        _signed("-", went.warnings, "warning"),
    )
    return ", ".join(filter(None, parts))


def standing(now: Counts) -> str:
    """How it stands: 2 errors, 1 warning."""
    parts = (_counted_words(now.errors, "error"), _counted_words(now.warnings, "warning"))
    return ", ".join(filter(None, parts)) or "none"


def line_of(diagnostic: Diagnostic, path: str) -> str:
    """One line: error src/a.py:3:7 message (ty unresolved-reference)."""
    by = " ".join(filter(None, (diagnostic.source, diagnostic.code)))
    message = " ".join(diagnostic.message.split())
    cut = message if len(message) <= LONGEST else f"{message[:LONGEST]}…"
    place = f"{path}:{diagnostic.line}:{diagnostic.column}"
    return escaped(f"{diagnostic.severity} {place} {cut}{f' ({by})' if by else ''}")


def shown(path: str, folder: str) -> str:
    """A path as the model is told it: from the folder of the session where it lies inside."""
    return os.path.relpath(path, folder) if path.startswith(folder.rstrip("/") + "/") else path


def escaped(text: str) -> str:
    """Text that cannot end the block that it stands in."""
    return text.replace("&", "&amp;").replace("<", "&lt;")


def details(deltas: Sequence[Delta]) -> Mapping[str, object]:
    """How many came and went, for the screen."""
    came = Counts.of(each for delta in deltas for each in delta.came)
    went = Counts.of(each for delta in deltas for each in delta.went)
    return {"errors": [came.errors, went.errors], "warnings": [came.warnings, went.warnings]}


def _block(delta: Delta, folder: str, most: int) -> str:
    name = shown(delta.path, folder)
    quoted = escaped(name).replace('"', "&quot;")
    head = f'<lsp-diagnostics file="{quoted}" change="{change(delta)}" now="{standing(delta.now)}">'
    lines = [line_of(each, name) for each in delta.came[:most]]
    more = len(delta.came) - len(lines)
    return "\n".join([head, *lines, *([f"… {more} more"] if more else []), "</lsp-diagnostics>"])


def _counted(diagnostics: Iterable[Diagnostic]) -> Counter[Words]:
    return Counter(each.words for each in diagnostics if each.severity in _TOLD)


def _stand_in(words: Words) -> Diagnostic:
    """Where one stood that has gone is of no interest."""
    severity, message, source, code = words
    return Diagnostic(severity=severity, line=1, column=1, message=message, source=source, code=code)


def _signed(sign: str, count: int, word: str) -> str:
    return f"{sign}{_counted_words(count, word)}" if count else ""


def _counted_words(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}" if count else ""
