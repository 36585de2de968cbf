"""Lines of Markdown folded into pieces, one line at a time."""

from collections.abc import Sequence
from dataclasses import replace

from heartbit_tui.tui.lines.measure import boundary
from heartbit_tui.tui.markdown import marks
from heartbit_tui.tui.markdown.leaf import APART, COLOURED, DEEPEST, LONGEST, Container, Leaf
from heartbit_tui.tui.markdown.piece import Kind, Piece


class Blocks:
    """Takes lines and leaves pieces in `out`; the last block is left there when `finish` is called."""

    __slots__ = ("_before", "_blank", "_inside", "_leaf", "_open_pieces", "_shown", "out")

    def __init__(self, out: list[Piece], *, open: bool = False) -> None:
        self.out = out
        self._open_pieces = open
        self._inside: tuple[Container, ...] = ()
        self._shown = 0
        self._leaf: Leaf | None = None
        self._blank = False
        self._before: Piece | None = None

    def copy(self, out: list[Piece]) -> "Blocks":
        """The same state, leaving its pieces in `out` as open ones."""
        other = Blocks(out, open=True)
        other._inside, other._shown, other._blank = self._inside, self._shown, self._blank
        other._before = self._before
        if self._leaf is not None:
            other._leaf = replace(self._leaf, rows=list(self._leaf.rows))
        return other

    def take(self, line: str) -> None:
        """The next line, without its line end."""
        if len(line) > LONGEST:
            line = self._taken(line)
        leaf = self._leaf
        if leaf is not None and leaf.goes_on:
            self._add(leaf, line)
            leaf.goes_on = False
        elif not self._inside and line[:1].isalpha() and (leaf is None or leaf.kind == "paragraph"):
            self._add(leaf or self._open("paragraph"), line)
        else:
            self._line(marks.spaced(line))

    def begin(self, text: str) -> str:
        """The beginning of a long line, of which more will come; gives back what was not taken."""
        return self._taken(text) if len(text) > LONGEST else text

    def in_code(self) -> bool:
        """Whether a fence is open."""
        return self._leaf is not None and bool(self._leaf.fence)

    def may_close(self, tail: str) -> bool:
        """Whether `tail` may become the line that closes the open fence."""
        leaf, body = self._leaf, tail.strip(" >")
        return leaf is not None and bool(body) and body.count(leaf.fence[:1] or "\0") == len(body)

    def finish(self) -> None:
        """There are no more lines."""
        self._leave(0)

    def _taken(self, line: str) -> str:
        while len(line) > LONGEST:
            at = self._break(line)
            if self._leaf is None or not self._leaf.goes_on:
                self._line(marks.spaced(line[:at]))
            else:
                self._add(self._leaf, line[:at])
            line = line[at:]
            if self._leaf is None or self._leaf.kind == "table":
                self._close()
            else:
                self._leaf.goes_on = True
                self._part(self._leaf, joined=True)
        return line

    def _break(self, line: str) -> int:
        blank = line.rfind(" ", LONGEST // 2, LONGEST)
        return blank + 1 if blank > 0 else boundary(line, LONGEST)

    def _line(self, line: str) -> None:
        leaf = self._leaf
        rest, kept = self._kept(line)
        if leaf is not None and leaf.fence:
            if kept == len(self._inside):
                self._coded(leaf, rest)
                return
            self._close()
        if not rest.strip():
            self._blank_line(rest, kept)
        else:
            self._written(rest, kept)

    def _kept(self, line: str) -> tuple[str, int]:
        """What stands in a line after the marks of the open lists and quotes, and how many of them go on in it."""
        for index, each in enumerate(self._inside):
            body = line.lstrip(" ")
            indent = len(line) - len(body)
            if each.mark == ">":
                if indent > 3 or not body.startswith(">"):
                    return line, index
                line = marks.spaced(body[2:] if body.startswith("> ") else body[1:])
            elif indent >= each.column or not body:
                line = line[each.column :]
            elif indent >= each.own + 2 and marks.opened(body):
                line = body
            else:
                return line, index
        return line, len(self._inside)

    def _blank_line(self, rest: str, kept: int) -> None:
        leaf = self._leaf
        if leaf is not None and leaf.kind == "code":
            self._add(leaf, rest[4:])
            return
        if leaf is not None:
            self._close()
        if any(each.mark == ">" for each in self._inside[kept:]):
            self._leave(kept)
        self._blank = True

    def _written(self, rest: str, kept: int) -> None:
        leaf = self._leaf
        goes_on = leaf is not None and leaf.kind == "paragraph"
        body = rest.lstrip(" ")
        indent = len(rest) - len(body)
        if indent > 3:
            self._indented(leaf, rest, kept)
            return
        begun = None if self._is_rule(body) or len(self._inside[:kept]) >= DEEPEST else marks.opened(body)
        if begun and goes_on and kept == len(self._inside) and not _may_interrupt(begun):
            begun = None
        if begun:
            self._enter(begun, kept, indent)
            self._nested(begun)
        elif not (goes_on and kept < len(self._inside) and not _begins(body)):
            if kept < len(self._inside):
                self._leave(kept)
            self._block(body, indent)
        elif leaf is not None:
            self._add(leaf, body)

    def _is_rule(self, body: str) -> bool:
        return body[0] in "-*_" and marks.is_rule(body)

    def _nested(self, begun: marks.Opened) -> None:
        if begun.rest.strip():
            self._written(begun.rest, len(self._inside))
        else:
            self._blank = False

    def _enter(self, begun: marks.Opened, kept: int, indent: int) -> None:
        mark = begun.mark
        before = self._inside[kept].mark if kept < len(self._inside) else ""
        if mark[0].isdigit() and before[:1].isdigit() and mark[-1] == before[-1]:
            mark = f"{int(before[:-1]) + 1}{mark[-1]}"
        self._leave(kept)
        column = -1 if mark == ">" else indent + begun.column
        self._inside = (*self._inside, Container(mark, indent, column))

    def _indented(self, leaf: Leaf | None, rest: str, kept: int) -> None:
        if leaf is not None and leaf.kind in ("paragraph", "html"):
            self._add(leaf, rest if leaf.kind == "html" else rest.lstrip(" "))
            return
        if kept < len(self._inside):
            self._leave(kept)
        self._add(self._same("code"), rest[4:])

    def _block(self, body: str, indent: int) -> None:
        """A line that begins a block within the containers that are open, or goes on in the open one."""
        leaf = self._leaf
        if leaf is not None and leaf.kind == "html":
            self._add(leaf, " " * indent + body)
        elif found := marks.fence(body) if body[0] in "`~" else None:
            leaf = self._open("code", found[1])
            leaf.fence, leaf.indent = found[0], indent
        elif found := marks.heading(body):
            self._whole("heading", found[1], found[0])
        elif leaf is not None and leaf.kind == "paragraph" and self._underlined(leaf, body):
            pass
        elif self._is_rule(body):
            self._whole("rule", "")
        elif marks.is_html(body) and (leaf is None or leaf.kind != "table"):
            self._add(self._open("html"), " " * indent + body)
        else:
            self._add(leaf if leaf is not None and leaf.kind == "table" else self._same("paragraph"), body)

    def _underlined(self, leaf: Leaf, body: str) -> bool:
        """Whether a line made a table's header or a heading of the line before it."""
        if marks.is_delimiter(body, leaf.rows[-1]) and leaf.first:
            header = leaf.rows.pop()
            gap = leaf.gap if not leaf.rows else False
            if leaf.rows:
                self._part(leaf, last=True)
                gap = True
            self._leaf = Leaf("table", gap=gap, rows=[header, body], size=len(header) + len(body))
            return True
        if len(leaf.rows) > 1 or len(leaf.rows[0]) > 120 or len(set(body.strip())) > 1 or body[0] not in "=-":
            return False
        leaf.kind, leaf.info = "heading", "1" if body[0] == "=" else "2"
        self._close()
        return True

    def _coded(self, leaf: Leaf, rest: str) -> None:
        if marks.closes(rest, leaf.fence):
            self._close()
            return
        self._add(leaf, rest[min(marks.indented(rest), leaf.indent) :])

    def _same(self, kind: Kind) -> Leaf:
        return self._leaf if self._leaf is not None and self._leaf.kind == kind else self._open(kind)

    def _whole(self, kind: Kind, text: str, info: str = "") -> None:
        self._add(self._open(kind, info), text)
        self._close()

    def _open(self, kind: Kind, info: str = "") -> Leaf:
        self._close()
        self._leaf = Leaf(kind, info, gap=self._gap(kind))
        return self._leaf

    def _gap(self, kind: Kind = "paragraph") -> bool:
        before, now = self._before, self._inside
        if before is None:
            return False
        if self._blank or kind in APART or before.kind in APART or not before.marks or not now:
            return True
        return (before.marks[0] == ">") != (now[0].mark == ">")

    def _add(self, leaf: Leaf, row: str) -> None:
        if leaf.goes_on and leaf.rows:
            leaf.rows[-1] += row
        else:
            if leaf.is_full(row):
                self._part(leaf)
            leaf.rows.append(row)
        leaf.size += len(row) + 1

    def _close(self) -> None:
        leaf = self._leaf
        if leaf is None:
            return
        if leaf.kind == "code" and not leaf.fence:
            while leaf.rows and not leaf.rows[-1].strip():
                leaf.rows.pop()
                self._blank = True
        self._part(leaf, last=True)
        self._leaf = None

    def _part(self, leaf: Leaf, *, last: bool = False, joined: bool = False) -> None:
        """Leaves what there is of the open block as a piece."""
        inside = tuple(each.mark for each in self._inside)
        blank = self._blank and leaf.kind == "code" and not leaf.fence
        piece = Piece(
            text="\n".join(leaf.rows),
            kind=leaf.kind,
            info=leaf.info,
            marks=inside,
            shown=self._shown,
            gap=leaf.gap,
            first=leaf.first,
            last=last,
            joined=joined,
            open=self._open_pieces,
        )
        self.out.append(piece)
        leaf.taken += leaf.size
        leaf.info = leaf.info if leaf.taken < COLOURED else ""
        leaf.rows = leaf.rows[:2] if leaf.kind == "table" and not last else []
        leaf.size = sum(map(len, leaf.rows))
        leaf.first = leaf.gap = False
        self._before, self._shown, self._blank = piece, len(inside), blank

    def _leave(self, kept: int) -> None:
        """Closes the open block and the lists and quotes beyond the first `kept`."""
        self._close()
        if len(self._inside) > max(self._shown, kept) and self._inside[-1].mark != ">":
            self._part(Leaf("paragraph", gap=self._gap()), last=True)
        self._inside = self._inside[:kept]
        self._shown = min(self._shown, kept)


def _may_interrupt(begun: marks.Opened) -> bool:
    """Whether a mark begins a list or a quote in the middle of a paragraph."""
    return begun.mark == ">" or (bool(begun.rest.strip()) and begun.mark[0] in "-[1" and begun.mark in _STARTS)


def _begins(body: str) -> bool:
    """Whether a line begins a block of its own rather than going on in a paragraph."""
    return bool(
        marks.heading(body)
        or (body[0] in "`~" and marks.fence(body))
        or (body[0] in "-*_" and marks.is_rule(body))
        or marks.is_html(body)
    )


_STARTS: Sequence[str] = ("-", "[ ]", "[x]", "1.", "1)")
