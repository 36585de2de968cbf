"""Unified diffs as data: what a patch text says about each file."""

import re
from collections.abc import Iterator
from dataclasses import field
from typing import Literal, TypeAlias

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.tools.arguments import Unable

Sign: TypeAlias = Literal[" ", "-", "+"]
Origin: TypeAlias = Literal["same", "rename", "copy"]

_HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_NOWHERE = "/dev/null"
_ONE_LETTER = re.compile(r"[abciow12]/(?=.)")
_MODES = re.compile(r"(old mode|new mode|new file mode|deleted file mode) (\d{6})\s*$")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a hunk; `ended` is False where the patch says that there is no newline after it."""

    sign: Sign
    text: str
    ended: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Hunk:
    """Lines that stand together; `old_start` is the line number in the old file, counted from 1."""

    header: str
    old_start: int
    lines: tuple[Line, ...]

    @property
    def old(self) -> tuple[Line, ...]:
        """The lines that must be in the file."""
        return tuple(line for line in self.lines if line.sign != "+")

    @property
    def new(self) -> tuple[Line, ...]:
        """The lines that stand there afterwards."""
        return tuple(line for line in self.lines if line.sign != "-")


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePatch:
    """What becomes of one file: `old` is None for a new one, `new` for one that is deleted.

    `mode` holds the permission bits that it gets, None to keep them.
    """

    old: str | None
    new: str | None
    hunks: tuple[Hunk, ...] = ()
    origin: Origin = "same"
    mode: int | None = None

    @property
    def name(self) -> str:
        """The path to call it by."""
        return self.new or self.old or ""


@dataclass(slots=True, kw_only=True)
class _Draft:
    """A file's part of a patch while it is read."""

    by_git: bool = False
    git: tuple[str, str] | None = None
    old: str | None = None
    new: str | None = None
    named: bool = False
    renamed: dict[str, str] = field(default_factory=dict[str, str])
    modes: dict[str, int] = field(default_factory=dict[str, int])
    hunks: list[Hunk] = field(default_factory=list[Hunk])


@dataclass(slots=True, kw_only=True)
class _Reader:
    lines: list[str]
    at: int = 0

    def peek(self, ahead: int = 0) -> str | None:
        index = self.at + ahead
        return self.lines[index] if index < len(self.lines) else None


def parse(patch: str) -> tuple[FilePatch, ...]:
    """The files of a patch, in order; raises `Unable` for what is no unified diff.

    Line counts in the hunk headers say where a hunk ends, so that a removed line that looks like a header is
    none. Text before a file's headers is ignored, as in a mail.
    """
    reader = _Reader(lines=_lines(patch))
    drafts = list(_drafts(reader))
    if not drafts:
        raise Unable(
            "`patch_text` has no file headers. It must be a unified diff: `--- a/PATH`, `+++ b/PATH`, then hunks "
            "that start with `@@ -LINE,COUNT +LINE,COUNT @@`."
        )
    return tuple(_finished(draft) for draft in drafts)


def _lines(patch: str) -> list[str]:
    lines = patch.split("\n")
    if lines[-1] == "":
        lines.pop()
    headers = [line for line in lines if line.startswith(("--- ", "+++ ", "@@ -"))]
    if headers and all(line.endswith("\r") for line in headers):
        return [line.removesuffix("\r") for line in lines]
    return lines


def _drafts(reader: _Reader) -> Iterator[_Draft]:
    draft: _Draft | None = None
    while (line := reader.peek()) is not None:
        if line.startswith("diff --git "):
            if draft is not None:
                yield draft
            draft = _Draft(by_git=True, git=_git_names(line))
            reader.at += 1
        elif line.startswith("--- ") and (reader.peek(1) or "").startswith("+++ "):
            if draft is not None and not _expects(draft, line, reader.peek(1) or ""):
                yield draft
                draft = None
            draft = draft or _Draft()
            _names(draft, line, reader.peek(1) or "")
            reader.at += 2
        elif draft is not None and line.startswith("@@ ") and draft.named:
            draft.hunks.append(_hunk(reader))
        else:
            _header(draft, line)
            reader.at += 1
    if draft is not None:
        yield draft


def _expects(draft: _Draft, old: str, new: str) -> bool:
    """Whether the name lines belong to a `diff --git` line that is still without them."""
    names = (_name(old[4:]), _name(new[4:]))
    fits = draft.git is None or all(a in (b, _NOWHERE) for a, b in zip(names, draft.git, strict=True))
    return draft.by_git and not draft.named and fits


def _header(draft: _Draft | None, line: str) -> None:
    """Take in one line that is neither a name nor a hunk."""
    if line.startswith("@@"):
        raise Unable(
            f"`{line[:80]}` is no hunk header that can be used. It must stand after `--- a/PATH` and `+++ b/PATH` "
            "and read `@@ -LINE,COUNT +LINE,COUNT @@`."
        )
    if draft is None:
        return
    if draft.hunks:
        _refuse_stray(draft, line)
    elif draft.by_git:
        _extended(draft, line)


def _refuse_stray(draft: _Draft, line: str) -> None:
    signature = line.rstrip() == "--" or line.startswith("--- ")
    if line[:1] in (" ", "+", "-") and line.strip() and not signature:
        header = draft.hunks[-1].header
        raise Unable(
            f"After the hunk `{header}` there is one line more than its counts say: `{line[:80]}`. "
            "Correct the counts in the header."
        )


def _extended(draft: _Draft, line: str) -> None:
    if line.startswith(("GIT binary patch", "Binary files ")):
        raise Unable("The patch has a binary file, which this tool does not change. Leave it out.")
    if match := _MODES.match(line):
        draft.modes[match[1]] = int(match[2], 8)
    for word in ("rename from ", "rename to ", "copy from ", "copy to "):
        if line.startswith(word):
            draft.renamed[word.strip()] = _unquoted(line.removeprefix(word).rstrip("\r"))


def _names(draft: _Draft, old: str, new: str) -> None:
    draft.named = True
    draft.old, draft.new = _name(old[4:]), _name(new[4:])


def _name(rest: str) -> str:
    if rest.startswith('"'):
        return _unquoted(rest)
    return rest.partition("\t")[0].rstrip("\r").rstrip()


def _unquoted(name: str) -> str:
    match = _QUOTED.match(name)
    return name if match is None else _plain(match[1])


def _plain(quoted: str) -> str:
    """A name that git wrote in the manner of C: octal numbers are bytes of UTF-8."""
    raw = re.sub(r"\\([0-7]{1,3}|.)", _escaped, quoted)
    return raw.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")


def _escaped(match: re.Match[str]) -> str:
    code = match[1]
    if code.isdigit():
        byte = int(code, 8) & 0xFF
        return chr(byte) if byte < 0x80 else chr(0xDC00 + byte)
    return {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}.get(code, code)


def _git_names(line: str) -> tuple[str, str] | None:
    """Both names of a `diff --git` line, where they can be told apart."""
    rest = line.removeprefix("diff --git ").rstrip("\r")
    if rest.startswith('"'):
        names = [_plain(text) for text in _QUOTED.findall(rest)]
        return (names[0], names[1]) if len(names) == 2 else None
    middle = len(rest) // 2
    if len(rest) % 2 and rest[middle] == " " and rest[1:middle] == rest[middle + 2 :]:
        return rest[:middle], rest[middle + 1 :]
    names = rest.split(" ")
    return (names[0], names[1]) if len(names) == 2 else None


def _hunk(reader: _Reader) -> Hunk:
    header = reader.peek() or ""
    match = _HUNK.match(header)
    if match is None:
        raise Unable(f"`{header[:80]}` is no hunk header. It must read `@@ -LINE,COUNT +LINE,COUNT @@`.")
    old = 1 if match[2] is None else int(match[2])
    new = 1 if match[4] is None else int(match[4])
    reader.at += 1
    lines: list[Line] = []
    while (old or new or _at_marker(reader)) and (line := reader.peek()) is not None:
        if line.startswith("\\"):
            _mark_unended(lines, header)
        else:
            sign, text = _signed(line)
            if sign is None or (sign != "+" and not old) or (sign != "-" and not new):
                break
            lines.append(Line(sign=sign, text=text))
            old -= sign != "+"
            new -= sign != "-"
        reader.at += 1
    if old or new:
        raise Unable(_miscounted(header, lines, reader))
    return Hunk(header=header, old_start=int(match[1]), lines=tuple(lines))


def _at_marker(reader: _Reader) -> bool:
    return (reader.peek() or "").startswith("\\ ")


def _mark_unended(lines: list[Line], header: str) -> None:
    if not lines:
        raise Unable(f"In the hunk `{header}`, `\\ No newline at end of file` stands before any line.")
    last = lines.pop()
    lines.append(Line(sign=last.sign, text=last.text, ended=False))


def _signed(line: str) -> tuple[Sign | None, str]:
    match line[:1]:
        case " " | "-" | "+" as sign:
            return sign, line[1:]
        case "" | "\r":
            return " ", line
        case _:
            return None, line


def _miscounted(header: str, lines: list[Line], reader: _Reader) -> str:
    rest: list[Line] = []
    while (line := reader.peek()) is not None and line[:1] in (" ", "-", "+") and not line.startswith("--- "):
        rest.append(Line(sign=_signed(line)[0] or " ", text=line))
        reader.at += 1
    found = lines + rest
    old, new = sum(line.sign != "+" for line in found), sum(line.sign != "-" for line in found)
    return (
        f"The counts in `{header}` do not fit its lines: there are {old} old (context and -) and {new} new "
        f"(context and +) lines. Write the header as `@@ -LINE,{old} +LINE,{new} @@`; nothing was changed."
    )


def _finished(draft: _Draft) -> FilePatch:
    old, new = _both_names(draft)
    mode = draft.modes.get("new mode", draft.modes.get("new file mode"))
    if any(value & 0o170000 not in (0o100000, 0) for value in draft.modes.values()):
        raise Unable("The patch makes or changes a symbolic link or a submodule, which this tool does not do.")
    if "new file mode" in draft.modes:
        old = None
    if "deleted file mode" in draft.modes:
        new = None
    origin: Origin = "rename" if "rename from" in draft.renamed else "copy" if "copy from" in draft.renamed else "same"
    if old is not None and new is not None and old != new and origin == "same":
        raise Unable(
            f"The patch names two files, `{old}` and `{new}`, for one change. Name the same file twice, or add the "
            "lines `rename from` and `rename to` after a `diff --git` line."
        )
    _refuse_climbing(old, new)
    bits = None if mode is None else mode & 0o777
    return FilePatch(old=old, new=new, hunks=tuple(draft.hunks), origin=origin, mode=bits)


def _both_names(draft: _Draft) -> tuple[str | None, str | None]:
    renamed = draft.renamed
    if renamed:
        source = renamed.get("rename from", renamed.get("copy from"))
        target = renamed.get("rename to", renamed.get("copy to"))
        if source is None or target is None:
            raise Unable("A rename or copy needs both lines, `rename from PATH` and `rename to PATH`.")
        return source, target
    if draft.named:
        return _stripped(draft.old or "", draft.new or "")
    if draft.git is None:
        raise Unable("A `diff --git` line cannot be understood. Add `--- a/PATH` and `+++ b/PATH` after it.")
    return _stripped(*draft.git)


def _stripped(old: str, new: str) -> tuple[str | None, str | None]:
    """The names without `a/` and `b/` (or git's other letters), where both sides have such a prefix."""
    sides = [name for name in (old, new) if name != _NOWHERE]
    if not sides or "" in sides:
        raise Unable("A file header has no name. Write `--- a/PATH` and `+++ b/PATH`.")
    lettered = all(_ONE_LETTER.match(name) for name in sides) and (len(sides) == 1 or old[0] != new[0])
    names = [None if name == _NOWHERE else name[2:] if lettered else name for name in (old, new)]
    return names[0], names[1]


def _refuse_climbing(old: str | None, new: str | None) -> None:
    for name in (old, new):
        if name is not None and ".." in name.split("/"):
            raise Unable(f"`{name}` has `..` in it, which a patch may not. Write the path from the project folder.")
        if name is not None and "\0" in name:
            raise Unable("A file name in the patch has a NUL character.")
