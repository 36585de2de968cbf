"""What a terminal would show at this moment: fed as bytes come, resized as a window is, with what is bold."""

import base64
import codecs
import re
import time

from heartbit_tui.tui.launch.sequences import BEGIN, END
from tests.tui.launch.emulator import Emulator

_BEGUN = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|\][^\x07\x1b]*\x1b?|P[^\x1b]*\x1b?)?$")
"""A sequence whose end has not come yet."""

_ASKED = re.compile(r"\x1b(?:\[\?[\d;]*\$p|P[^\x1b]*\x1b\\)")
"""What is asked of a terminal, or passed on by one; nothing of it is shown."""

UNDOUBTED = 1.5
"""Seconds after which what is bold stays so."""

SCRAWL = "▞"
"""What no part of the program draws."""

_ALLOW = re.compile(r"\by (Yes, )?once\b|\b1  Start, and ask\b")
"""The first choice of an approval, and that of a plan."""

_CLIPBOARD = re.compile(r"\x1b\]52;c;([\w+/=]*)\x07")


class Paper(Emulator):
    """Cells of a screen on which nothing is drawn anew that the program does not draw."""

    def __init__(self, columns: int, rows: int) -> None:
        super().__init__(columns, rows)
        self.copies: list[str] = []
        """What was sent to the terminal's clipboard."""
        self.updates = 0
        """How often the screen was brought up to date as a whole."""
        self._faint = False
        self._bold_since: float | None = None
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest = ""
        self._is_bold = False
        self._bold: set[tuple[int, int]] = set()

    def take(self, data: bytes) -> None:
        """Show what comes next; an update or a sequence that is not whole yet waits for its end."""
        text = self._rest + self._decoder.decode(data)
        begun = _BEGUN.search(text)
        end = begun.start() if begun else len(text)
        opened = text.rfind(BEGIN, 0, end)
        if opened > text.rfind(END, 0, end):
            end = opened
        whole, self._rest = text[:end], text[end:]
        self.copies += [base64.b64decode(match[1]).decode() for match in _CLIPBOARD.finditer(whole)]
        self.feed(_ASKED.sub("", whole))
        self.frames.clear()

    def resized(self, columns: int, rows: int) -> None:
        """The window has another size; what fits stays as it is."""
        self._cells = [(row + [" "] * columns)[:columns] for row in self._cells[:rows]]
        self._cells += [[" "] * columns for _ in range(rows - len(self._cells))]
        self.columns, self.rows = columns, rows
        self._row, self._column = min(self._row, rows - 1), min(self._column, columns - 1)

    @property
    def listens(self) -> bool:
        """Whether a sheet tells that its keys count: they are faint, then bold (for one frame they are bold before)."""
        if self._bold_since is None:
            return False
        return self._faint or time.monotonic() - self._bold_since > UNDOUBTED

    def forget_sheet(self) -> None:
        """Wait for another sheet."""
        self._faint, self._bold_since = False, None

    def wipe(self) -> None:
        """Show nothing, as if something else had cleared the screen."""
        self._cells = self._blank()

    def scrawl(self) -> None:
        """Fill every cell, as if something else had written over the screen."""
        self._cells = [[SCRAWL] * self.columns for _ in range(self.rows)]

    @property
    def is_redrawn(self) -> bool:
        """Whether every cell was drawn since something else wrote there."""
        return not any(SCRAWL in row for row in self._cells)

    def find(self, text: str) -> tuple[int, int]:
        """The row and the cell at which `text` first stands."""
        for row, cells in enumerate(self._cells):
            column = "".join(cells).find(text)
            if column >= 0:
                return row, column
        raise AssertionError(f"{text!r} is not shown")

    def _control(self, mark: str, codes: str, end: str) -> None:
        if end == "m" and not mark:
            self._style([code or "0" for code in codes.split(";")])
        elif end == "J" and not mark:
            self._cells = self._blank()
            self._bold.clear()
        else:
            super()._control(mark, codes, end)
            self._row, self._column = min(self._row, self.rows - 1), min(self._column, self.columns)

    def _mode(self, code: str, *, on: bool) -> None:
        if code == "2026" and not on:
            self.updates += 1
            self._look_at_sheet()
        super()._mode(code, on=on)

    def _look_at_sheet(self) -> None:
        """See whether an approval's first choice is told faintly, in bold, or not at all."""
        found = ((row, _ALLOW.search("".join(self._cells[row]))) for row in range(self.rows - 1, -1, -1))
        row, match = next(((row, match) for row, match in found if match), (0, None))
        if match is None:
            self.forget_sheet()
        elif (row, match.start()) in self._bold:
            self._bold_since = self._bold_since or time.monotonic()
        else:
            self._faint, self._bold_since = True, None

    def _style(self, codes: list[str]) -> None:
        at = 0
        while at < len(codes):
            code = codes[at]
            if code in ("38", "48"):
                at += 4 if codes[at + 1 : at + 2] == ["2"] else 2
            elif code in ("0", "1", "22"):
                self._is_bold = code == "1"
            at += 1

    def _text(self, character: str) -> None:
        spot = (self._row, self._column)
        (self._bold.add if self._is_bold else self._bold.discard)(spot)
        super()._text(character)
