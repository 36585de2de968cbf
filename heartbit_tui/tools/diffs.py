"""The unified diff between two texts, for a person and for the screen."""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.tools.endings import opcodes, plain, split_lines

_Code: TypeAlias = tuple[str, int, int, int, int]

CONTEXT = 3
COMPARED_LINES = 2000
"""Where more lines differ than this, the diff shows them as one replaced block."""

SHOWN_LINES = 400
SHOWN_CHARACTERS = 40_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Diff:
    """A unified diff and the number of lines that it adds and removes."""

    text: str
    added: int
    removed: int

    @property
    def bounded(self) -> str:
        """The diff, cut where it is too long for an event; the last line then says so."""
        lines = self.text.splitlines(keepends=True)
        kept = "".join(lines[:SHOWN_LINES])[:SHOWN_CHARACTERS]
        left = len(lines) - kept.count("\n")
        whole = kept[: kept.rfind("\n") + 1]
        return kept if len(kept) == len(self.text) else f"{whole}… {left} more lines\n"


def unified(old: str | None, new: str | None, name: str) -> Diff:
    """The diff from `old` to `new`, None for a file that is not there; line endings are not compared."""
    before, after = split_lines(plain(old or "")), split_lines(plain(new or ""))
    codes = opcodes(before, after, COMPARED_LINES)
    source, target = "/dev/null" if old is None else f"a/{name}", "/dev/null" if new is None else f"b/{name}"
    header = [f"--- {source}\n", f"+++ {target}\n"]
    body = [line for group in _groups(codes) for line in _hunk(group, before, after)]
    return Diff(
        text="".join(header + body) if body or (old is None) != (new is None) else "",
        added=sum(stop - start for tag, _, _, start, stop in codes if tag != "equal"),
        removed=sum(high - low for tag, low, high, _, _ in codes if tag != "equal"),
    )


def _groups(codes: Sequence[_Code]) -> Iterator[list[_Code]]:
    group: list[_Code] = []
    for index, (tag, low, high, start, stop) in enumerate(codes):
        last = index == len(codes) - 1
        near = min(CONTEXT, high - low)
        if tag != "equal" or (group and not last and high - low <= 2 * CONTEXT):
            group.append((tag, low, high, start, stop))
            continue
        if group:
            yield [*group, (tag, low, low + near, start, start + near)]
        group = [] if last else [(tag, high - near, high, stop - near, stop)]
    if group:
        yield group


def _hunk(group: Sequence[_Code], before: Sequence[str], after: Sequence[str]) -> Iterator[str]:
    old, new = _range(group[0][1], group[-1][2]), _range(group[0][3], group[-1][4])
    yield f"@@ -{old} +{new} @@\n"
    for tag, low, high, start, stop in group:
        if tag == "equal":
            yield from (_line(" ", line) for line in before[low:high])
        else:
            yield from (_line("-", line) for line in before[low:high])
            yield from (_line("+", line) for line in after[start:stop])


def _range(low: int, high: int) -> str:
    count = high - low
    return f"{low + 1 if count else low},{count}"


def _line(sign: str, line: str) -> str:
    return sign + line if line.endswith("\n") else f"{sign}{line}\n\\ No newline at end of file\n"
