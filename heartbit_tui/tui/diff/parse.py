"""A unified diff read as data; whatever the text, something sensible comes of it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from heartbit_tui.tui.diff.types import File, Hunk, Row

_HUNK = re.compile(r"@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@ ?")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_NOWHERE = "/dev/null"
_ESCAPES: Mapping[str, str] = MappingProxyType({"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f"})
_TOLD: Mapping[str, str] = MappingProxyType(
    {
        "rename from ": "renamed from ",
        "copy from ": "copied from ",
        "old mode ": "mode was ",
        "new mode ": "mode is now ",
        "Binary files ": "binary: ",
        "GIT binary patch": "binary",
    }
)
"""How a header line of git is told; the rest of the line follows."""

_SILENT = re.compile(
    r"index [0-9a-f]{4,64}\.\.[0-9a-f]{4,64}( \d{6})?|(dis)?similarity index \d+%|(new|deleted) file mode \d{6}"
    r"|(rename|copy) to .*"
)
"""Header lines that tell a person nothing more."""

_STARTS = ("diff --git ", "--- ", "@@ -")


def is_diff(text: str) -> bool:
    """Whether a text begins as a unified diff does."""
    return text.startswith(_STARTS)


def parse(text: str) -> tuple[File, ...]:
    """The files of a unified diff, in order.

    The counts in a hunk's header say where it ends, so a removed line that looks like a header is none. Lines that
    are part of nothing become notes, so that nothing is lost; a diff that was cut off is read as far as it goes.
    """
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    return tuple(draft.file() for draft in _drafts(lines) if not draft.empty)


@dataclass(slots=True)
class _Draft:
    old: str | None = None
    new: str | None = None
    named: bool = False
    hunks: list[Hunk] = field(default_factory=list[Hunk])
    notes: list[str] = field(default_factory=list[str])

    @property
    def empty(self) -> bool:
        return self.old is None and self.new is None and not self.hunks and not self.notes

    def file(self) -> File:
        return File(old=self.old, new=self.new, hunks=tuple(self.hunks), notes=tuple(self.notes))


def _drafts(lines: list[str]) -> Iterator[_Draft]:
    draft = _Draft()
    at = 0
    while at < len(lines):
        line = lines[at]
        following = lines[at + 1] if at + 1 < len(lines) else ""
        if line.startswith("diff --git "):
            yield draft
            draft = _Draft()
            draft.old, draft.new = _git_names(line)
            at += 1
        elif line.startswith("--- ") and following.startswith("+++ "):
            if draft.named or draft.hunks:
                yield draft
                draft = _Draft()
            draft.old, draft.new, draft.named = _name(line[4:]), _name(following[4:]), True
            at += 2
        elif match := _HUNK.match(line):
            at = _hunk(draft, match, line, lines, at + 1)
        else:
            _header(draft, line)
            at += 1
    yield draft


def _hunk(draft: _Draft, match: re.Match[str], header: str, lines: list[str], at: int) -> int:
    """Read a hunk whose rows begin at index `at`; the index after it."""
    old, new = int(match[1]), int(match[3])
    to_old = old + (1 if match[2] is None else int(match[2]))
    to_new = new + (1 if match[4] is None else int(match[4]))
    old, new = max(old, 1) if to_old > old else old, max(new, 1) if to_new > new else new
    begun = (old, new)
    rows: list[Row] = []
    while at < len(lines):
        line = lines[at]
        sign = line[:1]
        if sign == "\\" and rows:
            last = rows.pop()
            rows.append(Row(kind=last.kind, text=last.text, old=last.old, new=last.new, ended=False))
        elif sign == "+" and new < to_new:
            rows.append(Row(kind="added", text=line[1:], new=new))
            new += 1
        elif sign == "-" and old < to_old:
            rows.append(Row(kind="removed", text=line[1:], old=old))
            old += 1
        elif sign in (" ", "", "\r") and old < to_old and new < to_new:
            rows.append(Row(kind="same", text=line[1:] if sign == " " else line, old=old, new=new))
            old, new = old + 1, new + 1
        elif old < to_old or new < to_new:
            rows.append(Row(kind="note", text=line))
            at += 1
            break
        else:
            break
        at += 1
    draft.hunks.append(Hunk(old=begun[0], new=begun[1], rows=tuple(rows), where=header[match.end() :].strip()))
    return at


def _header(draft: _Draft, line: str) -> None:
    """Take in a line that is neither a name nor a hunk: what it says is kept as a note, whatever it is."""
    if line.startswith("new file mode "):
        draft.old = None
    elif line.startswith("deleted file mode "):
        draft.new = None
    elif line.startswith("rename from "):
        draft.old = _unquoted(line.removeprefix("rename from "))
    elif line.startswith(("rename to ", "copy to ")):
        draft.new = _unquoted(line.partition(" to ")[2])
    if line.strip() and not _SILENT.fullmatch(line):
        draft.notes.append(_note(line))


def _note(line: str) -> str:
    start = next((start for start in _TOLD if line.startswith(start)), "")
    if not start:
        return line
    return _TOLD[start] + _unquoted(line.removeprefix(start))


def _name(rest: str) -> str | None:
    name = _unquoted(rest) if rest.startswith('"') else rest.partition("\t")[0].rstrip("\r")
    return None if name == _NOWHERE else _bare(name)


def _bare(name: str) -> str:
    """A name without the letter that git puts before it."""
    return name[2:] if name[:2] in ("a/", "b/") and len(name) > 2 else name


def _git_names(line: str) -> tuple[str | None, str | None]:
    """Both names of a `diff --git` line, as well as they can be told apart."""
    rest = line.removeprefix("diff --git ").rstrip("\r")
    quoted = [_plain(text) for text in _QUOTED.findall(rest)]
    if len(quoted) == 2:
        return _bare(quoted[0]), _bare(quoted[1])
    middle = len(rest) // 2
    if len(rest) % 2 and rest[middle] == " " and rest[1:middle] == rest[middle + 2 :]:
        return _bare(rest[:middle]), _bare(rest[middle + 1 :])
    old, _, new = rest.partition(" b/")
    return _bare(old), new or _bare(old)


def _unquoted(name: str) -> str:
    match = _QUOTED.match(name)
    return name.rstrip("\r") if match is None else _plain(match[1])


def _plain(quoted: str) -> str:
    """A name that git wrote in the manner of C: octal numbers are bytes of UTF-8."""
    raw = re.sub(r"\\([0-7]{1,3}|.)", _escaped, quoted)
    return raw.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _escaped(match: re.Match[str]) -> str:
    code = match[1]
    if code.isdigit():
        byte = int(code, 8) & 0xFF
        return chr(byte) if byte < 0x80 else chr(0xDC00 + byte)
    return _ESCAPES.get(code, code)
