"""An answer cut into blocks of Markdown while it is written: what is finished is drawn once, the rest stays open."""

import re

LONGEST = 4000
"""Characters after which an open block is cut at a line end, so that no paragraph is held back for ever."""

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")


class Blocks:
    """Takes an answer piece by piece and gives the blocks that are finished."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._rest = ""
        self._fence = ""
        self._opening = ""
        self._size = 0

    @property
    def open(self) -> str:
        """What was written since the last finished block."""
        return "\n".join([*self._lines, self._rest]) if self._rest else "\n".join(self._lines)

    def feed(self, text: str) -> list[str]:
        """Take a piece; the blocks that it finished."""
        *whole, self._rest = (self._rest + text).split("\n")
        found = [block for line in whole if (block := self._line(line))]
        if len(self._rest) > LONGEST:
            found += [block for block in (self._line(self._rest), self._cut()) if block]
            self._rest = ""
        return found

    def finish(self) -> list[str]:
        """The answer is over; what was open is finished."""
        if self._rest:
            self._lines.append(self._rest)
        block = self._cut()
        self._rest, self._fence, self._opening = "", "", ""
        return [block] if block else []

    def _line(self, line: str) -> str:
        """Take a whole line; the block that it ends, or nothing."""
        if self._fence:
            return self._inside(line)
        match = _FENCE.match(line)
        if match and "`" not in match.group(2):
            before = self._cut()
            self._fence, self._opening = match.group(1), line
            self._add(line)
            return before
        if not line.strip():
            return self._cut()
        self._add(line)
        return self._cut() if self._size > LONGEST else ""

    def _inside(self, line: str) -> str:
        closing = line.strip()
        if closing and set(closing) == {self._fence[0]} and len(closing) >= len(self._fence):
            self._add(line)
            self._fence = ""
            return self._cut()
        self._add(line)
        if self._size <= LONGEST:
            return ""
        part = "\n".join([*self._lines, self._fence])
        self._lines, self._size = [self._opening], len(self._opening)
        return part

    def _add(self, line: str) -> None:
        self._lines.append(line)
        self._size += len(line) + 1

    def _cut(self) -> str:
        block = "\n".join(self._lines)
        self._lines, self._size = [], 0
        return block if block.strip() else ""
