"""Every row that a damaged file still holds, with the table that it is of."""

from collections.abc import Iterator, Mapping

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.store.salvage.pages import (
    INDEX_INNER,
    INDEX_LEAF,
    TABLE_INNER,
    TABLE_LEAF,
    Cell,
    Image,
    Record,
    Value,
    cells,
    children,
    kind_of,
    overflow,
)
from heartbit_tui.store.salvage.shapes import Shape

HALF = 0.5
SCHEMA = "sqlite_schema"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of a table; `sure` where the tree of its table led to it."""

    table: str
    values: Record
    sure: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A name in the file's own list of tables and indexes."""

    type: str
    name: str
    table: str
    root: int
    sql: str


class Records:
    """Reads the rows of an image for the tables with these shapes."""

    def __init__(self, image: Image, shapes: Mapping[str, Shape]) -> None:
        self._image = image
        self._shapes = shapes
        self.unreadable = 0
        """Records that could not be read, or that fit into no table."""
        self.entries = tuple(entries(image))
        self._owners = self._claimed()

    def rows(self) -> Iterator[Row]:
        """The rows, those first that the tree of their table led to."""
        loose: list[int] = []
        free = self._free()
        for number in range(1, self._image.count + 1):
            kind = kind_of(self._image.page(number), number)
            owner = self._owners.get(number)
            if owner is not None and not (owner in self._shapes and self._shapes[owner].kept):
                continue
            if kind in (TABLE_LEAF, INDEX_LEAF, INDEX_INNER):
                if owner is None:
                    loose.append(number)
                else:
                    yield from self._page(number, kind, self._shapes[owner], sure=True)
        for number in loose:
            if number not in free and (shape := self._known(number)):
                yield from self._page(number, kind_of(self._image.page(number), number), shape, sure=False)

    def index(self, name: str) -> Iterator[Record]:
        """The records of an index, as far as its tree can be followed."""
        root = next((entry.root for entry in self.entries if entry.name == name and entry.type == "index"), 0)
        for number in _tree(self._image, root):
            yield from (cell.record for cell in cells(self._image, number) if cell is not None)

    def _page(self, number: int, kind: int, shape: Shape, *, sure: bool) -> Iterator[Row]:
        if (kind == TABLE_LEAF) is shape.indexed:
            return
        for cell in cells(self._image, number):
            values = None if cell is None else shape.row(cell.rowid, cell.record)
            if values is None:
                self.unreadable += 1
            elif shape.kept:
                yield Row(table=shape.name, values=values, sure=sure)

    def _claimed(self) -> dict[int, str]:
        """Which table or index each page belongs to, as the trees tell; a page whose rows say otherwise is left out."""
        owners = {number: SCHEMA for number in _tree(self._image, 1) if self._lists(number)}
        for entry in self.entries:
            shape = self._shapes.get(entry.name) if entry.type == "table" else None
            for number in _tree(self._image, entry.root):
                if shape is None or self._belongs(number, shape):
                    owners.setdefault(number, entry.name)
        return owners

    def _lists(self, number: int) -> bool:
        """Whether a page is one of the list of tables."""
        found = self._cells(number) if kind_of(self._image.page(number), number) == TABLE_LEAF else []
        return sum(_entry(cell.record) is not None for cell in found) > HALF * len(found)

    def _belongs(self, number: int, shape: Shape) -> bool:
        kind = kind_of(self._image.page(number), number)
        if kind in (TABLE_INNER, INDEX_INNER):
            return (kind == TABLE_INNER) is not shape.indexed
        return (kind == TABLE_LEAF) is not shape.indexed and _share(self._cells(number), shape) > HALF

    def _known(self, number: int) -> Shape | None:
        """The table of a page without a parent: the one into which most of its rows fit, and with the fewest defaults."""
        found = self._cells(number)
        indexed = kind_of(self._image.page(number), number) != TABLE_LEAF
        values = max((len(cell.record) for cell in found), default=0)
        shares = {
            shape.name: (share, min(values - len(shape.columns), 0), shape.typed)
            for shape in self._shapes.values()
            if shape.indexed == indexed and (share := _share(found, shape)) > HALF
        }
        best = [name for name, share in shares.items() if share == max(shares.values())]
        if len(best) != 1 and not all(self._shapes[name].kept is False for name in best):
            # A page of an index that nobody knows is no loss: indexes are made anew.
            self.unreadable += 0 if indexed else len(found)
            return None
        if not best:
            return None
        return self._shapes[best[0]]

    def _cells(self, number: int) -> list[Cell]:
        return [cell for cell in cells(self._image, number) if cell is not None]

    def _free(self) -> set[int]:
        """The pages that hold nothing any more, as far as the file tells."""
        return {*_listed_free(self._image), *_mapped_free(self._image)} | self._spilled()

    def _spilled(self) -> set[int]:
        """The pages that hold the ends of long records: what stands in them is no page of a tree."""
        found: set[int] = set()
        for number, owner in self._owners.items():
            for first in overflow(self._image, number) if owner in self._shapes else ():
                page = first
                while page and page not in found:
                    found.add(page)
                    page = int.from_bytes(self._image.page(page)[:4], "big")
        return found


def entries(image: Image) -> Iterator[Entry]:
    """The file's own list of its tables and indexes, as far as it can be read."""
    for number in _tree(image, 1):
        for cell in cells(image, number) if kind_of(image.page(number), number) == TABLE_LEAF else ():
            if cell is not None and (entry := _entry(cell.record)) is not None:
                yield entry


def _share(found: list[Cell], shape: Shape) -> float:
    return sum(shape.row(cell.rowid, cell.record) is not None for cell in found) / len(found) if found else 0.0


def _tree(image: Image, root: int) -> Iterator[int]:
    """The pages of a tree that can be reached, each once."""
    seen: set[int] = set()
    waiting = [root]
    while waiting:
        number = waiting.pop()
        kind = kind_of(image.page(number), number)
        if not kind or number in seen:
            continue
        seen.add(number)
        yield number
        if kind in (TABLE_INNER, INDEX_INNER):
            waiting.extend(children(image, number))


def _entry(record: Record) -> Entry | None:
    """A line of the file's list of tables."""
    if len(record) != 5:
        return None
    kind, name, table, root, sql = record
    if not (isinstance(kind, str) and isinstance(name, str) and isinstance(table, str) and isinstance(root, int)):
        return None
    return Entry(type=kind, name=name, table=table, root=root, sql=_text(sql))


def _text(value: Value) -> str:
    return value if isinstance(value, str) else ""


def _listed_free(image: Image) -> Iterator[int]:
    """The pages in the list of free ones."""
    number, seen = int.from_bytes(image.page(1)[32:36], "big"), set[int]()
    while number and number not in seen and (page := image.page(number)):
        seen.add(number)
        yield number
        count = min(int.from_bytes(page[4:8], "big"), image.usable // 4 - 2)
        yield from (int.from_bytes(page[at : at + 4], "big") for at in range(8, 8 + 4 * count, 4))
        number = int.from_bytes(page[:4], "big")


def _mapped_free(image: Image) -> Iterator[int]:
    """The pages that the map of a file which can shrink tells to be free, or maps themselves, or ends of records."""
    if not int.from_bytes(image.page(1)[52:56], "big"):
        return
    each = image.usable // 5
    for number in range(2, image.count + 1, each + 1):
        page = image.page(number)
        yield number
        for place in range(min(each, image.count - number)):
            if page[place * 5 : place * 5 + 1] in (b"\x02", b"\x03", b"\x04"):
                yield number + 1 + place
