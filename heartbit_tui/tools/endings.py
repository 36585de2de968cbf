"""Line endings: text is compared with plain newlines and written back with the endings that it had."""

import difflib
import re
from collections.abc import Iterator, Sequence

_MIXED_LINES = 4000
"""Up to this many changed lines, files with mixed endings keep them line by line."""

_CONTENT = re.compile(r"[^\n]*\n|[^\n]+")


def split_lines(text: str) -> list[str]:
    """The lines with their endings; only a newline ends a line (a carriage return may stand before it)."""
    return _CONTENT.findall(text)


def plain(text: str) -> str:
    """The text with CRLF as plain newlines."""
    return text.replace("\r\n", "\n")


def ending_of(line: str) -> str:
    """`CRLF`, newline, or nothing: how the line ends."""
    if line.endswith("\r\n"):
        return "\r\n"
    return "\n" if line.endswith("\n") else ""


def dominant(text: str) -> str:
    """The ending that most lines have; a plain newline when there are none."""
    crlf = text.count("\r\n")
    return "\r\n" if crlf > text.count("\n") - crlf else "\n"


def restyle(old: str, new: str, otherwise: str) -> str:
    """`new` with the endings of `old`: unchanged lines keep theirs, others take that of the line they replace.

    `otherwise` is for lines that have no model in `old`. A CRLF in `new` stays as it is.
    """
    crlf = old.count("\r\n")
    if crlf in (0, old.count("\n")):
        style = otherwise if "\n" not in old else dominant(old)
        return "".join(_ended(line, style) for line in split_lines(new))
    return "".join(_aligned(split_lines(old), split_lines(new), dominant(old)))


def _ended(line: str, style: str) -> str:
    if style == "\n" or not line.endswith("\n") or line.endswith("\r\n"):
        return line
    return line[:-1] + style


def _aligned(old: Sequence[str], new: Sequence[str], otherwise: str) -> Iterator[str]:
    bare = [line.rstrip("\n").removesuffix("\r") for line in old]
    wanted = [line.rstrip("\n").removesuffix("\r") for line in new]
    for tag, low, high, start, stop in opcodes(bare, wanted, _MIXED_LINES):
        for offset, index in enumerate(range(start, stop)):
            model = old[min(low + offset, high - 1)] if high > low else old[max(low - 1, 0)]
            same = tag == "equal" and new[index].endswith("\n")
            yield model if same and ending_of(model) else _ended(new[index], ending_of(model) or otherwise)


def opcodes(old: Sequence[str], new: Sequence[str], most: int) -> list[tuple[str, int, int, int, int]]:
    """What turns `old` into `new`, as `difflib` tells it; where more than `most` lines differ, in one piece."""
    head = _shared(old, new, 0)
    tail = _shared(old[::-1], new[::-1], head)
    old_end, new_end = len(old) - tail, len(new) - tail
    codes: list[tuple[str, int, int, int, int]] = [("equal", 0, head, 0, head)] if head else []
    if max(old_end, new_end) - head > most:
        codes.append(("replace", head, old_end, head, new_end))
    else:
        matcher = difflib.SequenceMatcher(None, old[head:old_end], new[head:new_end], autojunk=False)
        codes += [(tag, a + head, b + head, c + head, d + head) for tag, a, b, c, d in matcher.get_opcodes()]
    if tail:
        codes.append(("equal", old_end, len(old), new_end, len(new)))
    return codes


def _shared(old: Sequence[str], new: Sequence[str], taken: int) -> int:
    most = min(len(old), len(new)) - taken
    return next((index for index in range(most) if old[index] != new[index]), most)
