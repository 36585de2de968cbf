"""Unified diffs taken apart: what stood in a file and what stands there now, hunk by hunk; pure."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from acp.schema import FileEditToolCallContent

_HUNK = re.compile(r"@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@")
_NOWHERE = "/dev/null"


def edits(diff: str, cwd: str) -> list[FileEditToolCallContent]:
    """One piece for each hunk, with absolute paths; a new file has no old text. What was cut off is left out."""
    lines = diff.splitlines()
    found: list[FileEditToolCallContent] = []
    old = new = ""
    at = 0
    while at < len(lines):
        line = lines[at]
        at += 1
        if line.startswith("--- "):
            old = line[4:]
        elif line.startswith("+++ "):
            new = line[4:]
        elif sizes := _HUNK.match(line):
            size = [int(each) if each is not None else 1 for each in sizes.groups()]
            body = list(_body(lines[at:], *size))
            at += len(body)
            found.append(_edit(_path(old, new, cwd), body, created=old == _NOWHERE))
    return found


def _body(lines: Sequence[str], old: int, new: int) -> Iterator[str]:
    """The lines of a hunk that takes `old` lines away and leaves `new`, and what is said about its last ones."""
    for line in lines:
        if line.startswith("\\"):
            yield line
            continue
        if (old <= 0 and new <= 0) or line[:1] not in (" ", "-", "+"):
            return
        old -= line[0] in " -"
        new -= line[0] in " +"
        yield line


def _edit(path: str, body: Sequence[str], *, created: bool) -> FileEditToolCallContent:
    before = None if created else _text(body, "+")
    return FileEditToolCallContent(type="diff", path=path, old_text=before, new_text=_text(body, "-"))


def _text(body: Sequence[str], left_out: str) -> str:
    """The lines of one side, without those that only the other one has."""
    kept: list[str] = []
    ours = False
    for line in body:
        if line.startswith("\\"):
            if ours and kept:
                kept[-1] = kept[-1].removesuffix("\n")
            continue
        ours = line[0] != left_out
        if ours:
            kept.append(f"{line[1:]}\n")
    return "".join(kept)


def _path(old: str, new: str, cwd: str) -> str:
    name = old.removeprefix("a/") if new == _NOWHERE else new.removeprefix("b/")
    return str(Path(cwd, name))
