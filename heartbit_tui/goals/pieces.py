"""A diff cut into parts that a judge can read; pure."""

from collections.abc import Iterator, Sequence

from heartbit_tui.kernel.dataclass import dataclass

SIZE = 48_000
"""Letters of one part, some 12,000 tokens: a quarter of the smallest window that is common."""

MOST = 12
"""Parts that are read; what is beyond them is named."""

LINE = 2_000
"""Letters of one line that are read."""

CUT = " … {left:,} more letters of this line"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """The diff of one file, under its name."""

    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """The parts of a diff in order, and the names of the files of which some was left out."""

    parts: tuple[str, ...]
    left_out: tuple[str, ...] = ()


def split(pieces: Sequence[Piece], size: int = SIZE, most: int = MOST) -> Split:
    """All pieces in as few parts of at most `size` letters as keep their order; a long file is cut between lines.

    Each part of a file that was cut begins with its name and the line at which it goes on.
    """
    parts: list[str] = []
    names: list[set[str]] = []
    for name, text in _slices(pieces, size):
        if parts and len(parts[-1]) + len(text) <= size:
            parts[-1] += text
            names[-1].add(name)
        else:
            parts.append(text)
            names.append({name})
    cut = {name for some in names[most:] for name in some}
    return Split(parts=tuple(parts[:most]), left_out=tuple(each.name for each in pieces if each.name in cut))


def _slices(pieces: Sequence[Piece], size: int) -> Iterator[tuple[str, str]]:
    for piece in pieces:
        lines = [_bounded(line, min(LINE, size // 4)) for line in piece.text.splitlines()]
        begun: list[str] = []
        length = 0
        for number, line in enumerate(lines, 1):
            if begun and length + len(line) > size:
                yield piece.name, "".join(begun)
                begun = [f"(the diff of {piece.name} goes on at its line {number})\n"]
                length = len(begun[0])
            begun.append(line)
            length += len(line)
        if begun:
            yield piece.name, "".join(begun)


def _bounded(line: str, most: int) -> str:
    return f"{line}\n" if len(line) <= most else f"{line[:most]}{CUT.format(left=len(line) - most)}\n"
