"""What fills the model's window as rows of a pane: sums by kind, and under each of them its items."""

from collections.abc import Sequence

from heartbit_tui.client.filled import NAMES, state
from heartbit_tui.context.ledger import KINDS, Item, Kind
from heartbit_tui.context.outlook import Outlook
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.tui.lines import setting
from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.lines.look import SIGNS, Look
from heartbit_tui.tui.pane.source import Key
from heartbit_tui.tui.status.figures import meter, percent, tokens

BAR = 10
"""Cells of the bar of a kind."""

SIZE = 6
"""Cells of a count of tokens."""


@dataclass(frozen=True, slots=True)
class Heading:
    """The sum of a kind."""

    kind: Kind
    tokens: int
    count: int


class ContextRows:
    """A source of a pane: headings and items, in the order in which they are sent or the largest first."""

    def __init__(self, found: Outlook, *, by_size: bool = False) -> None:
        self._outlook = found
        self.rows: tuple[Heading | Item, ...] = tuple(_rows(found, by_size=by_size))

    def item(self, key: Key | None) -> Item | None:
        """The item of a row, None for a heading."""
        row = self.rows[key[0]] if key is not None and key[0] < len(self.rows) else None
        return row if isinstance(row, Item) else None

    def place(self, wanted: Item | None) -> Key | None:
        """The row of an item that was there before, else the first."""
        same = (n for n, row in enumerate(self.rows) if wanted and isinstance(row, Item) and _same(row, wanted))
        return (next(same, 0), 0) if self.rows else None

    def first(self) -> Key | None:
        return (0, 0) if self.rows else None

    def last(self) -> Key | None:
        return (len(self.rows) - 1, 0) if self.rows else None

    def after(self, key: Key) -> Key | None:
        return (key[0] + 1, 0) if key[0] + 1 < len(self.rows) else None

    def before(self, key: Key) -> Key | None:
        return (min(key[0], len(self.rows)) - 1, 0) if key[0] > 0 else None

    def share(self, key: Key) -> float:
        return key[0] / max(len(self.rows), 1)

    def lines(self, key: Key, look: Look) -> Sequence[Line]:
        row = self.rows[key[0]] if 0 <= key[0] < len(self.rows) else None
        if row is None:
            return ()
        return (self._heading(row, look) if isinstance(row, Heading) else self._item(row, look),)

    def _heading(self, row: Heading, look: Look) -> Line:
        ink, whole = look.ink, self._outlook.size.window or max(self._outlook.used, 1)
        count = f"  {row.count}" if row.count > 1 else ""
        left = [(NAMES[row.kind], ink.strong), (count, ink.faint)]
        bar = meter(row.tokens / whole, BAR, ink.accent, ink.faint) if look.width >= 60 else []
        share = percent(row.tokens / whole)
        return setting.beside(
            left,
            [(f"{tokens(row.tokens):>{SIZE}}", ink.text), (f" {share:>5} ", ink.muted), *bar],
            look.width,
            ink.text,
        )

    def _item(self, item: Item, look: Look) -> Line:
        ink = look.ink
        out = item.restorable and not item.droppable
        told = state(item, self._outlook)
        sign = SIGNS["refused"] if out else SIGNS["bullet"] if item.droppable else " "
        title = setting.one_line(item.title)
        style = ink.faint if out else ink.text
        left = [("  ", ink.text), (f"{sign} ", ink.muted), (title, style)]
        mark = ink.muted if out else ink.warning
        right = [(f"  {told} " if told else "  ", mark), (f"{tokens(item.tokens):>{SIZE}}", ink.muted)]
        tail = [(" " * (7 + (BAR if look.width >= 60 else 0)), ink.muted)]
        return setting.beside(left, [*right, *tail], look.width, ink.text)


def _rows(found: Outlook, *, by_size: bool) -> Sequence[Heading | Item]:
    kinds: dict[Kind, list[Item]] = {kind: [item for item in found.items if item.kind == kind] for kind in KINDS}
    order: list[Kind] = [kind for kind in KINDS if kinds[kind]]
    if by_size:
        order.sort(key=lambda kind: -sum(item.tokens for item in kinds[kind]))
    rows: list[Heading | Item] = []
    for kind in order:
        several = sorted(kinds[kind], key=lambda item: -item.tokens) if by_size else kinds[kind]
        rows.append(Heading(kind, sum(item.tokens for item in several), len(several)))
        rows += several if kind != "system" else []
    return rows


def _same(one: Item, other: Item) -> bool:
    return (one.kind, one.title, one.call, one.first) == (other.kind, other.title, other.call, other.first)
