"""From the text of a file to its entries and its problems."""

from collections.abc import Iterator
from typing import cast

from heartbit_tui.config import tree
from heartbit_tui.config.entry import Entry, File, Problem, Source
from heartbit_tui.config.keys import ELEMENT, Path, Value, dotted, undotted
from heartbit_tui.config.tree import Node
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import ConfigError

Finding = Entry | Problem


def entries_of(file: File) -> Iterator[Finding]:
    """The entries of a file in the order of its text, and a problem for each key that is not known.

    Raises `ConfigError` when the text is no TOML.
    """
    return _Walk(file=file).table(_parse(file), tree.ROOT, ())


def _parse(file: File) -> dict[str, Value]:
    import tomllib  # slow to import, and a start without any file does without

    try:
        return tomllib.loads(file.text)
    except tomllib.TOMLDecodeError as error:
        message = f"{file.name} is not valid TOML: {error}."
        raise ConfigError(message, source=file.name) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class _Walk:
    file: File

    def table(self, table: dict[str, Value], node: Node, path: Path) -> Iterator[Finding]:
        for name, value in table.items():
            place = (*path, name)
            child = tree.node_at(place)
            if child is None:
                yield self._problem(place, _unknown(name, node))
            else:
                yield from self._place(value, child, place)

    def _place(self, value: Value, node: Node, path: Path) -> Iterator[Finding]:
        if node.key is not None:
            target = undotted(node.key.same_as) if node.key.same_as else path
            source = Source(layer=self.file.layer, file=self.file, path=path)
            yield Entry(path=target, key=node.key, value=value, source=source)
        elif isinstance(value, dict) and (node.names or ELEMENT not in node.below):
            yield from self.table(cast("dict[str, Value]", value), node, path)
        elif isinstance(value, list) and ELEMENT in node.below:
            yield from self._array(cast("list[Value]", value), node.below[ELEMENT], path)
        else:
            yield self._problem(path, _misshapen(node, path))

    def _array(self, values: list[Value], node: Node, path: Path) -> Iterator[Finding]:
        for index, value in enumerate(values):
            yield from self._place(value, node, (*path, index))

    def _problem(self, path: Path, text: str) -> Problem:
        return Problem(path=path, text=text, source=Source(layer=self.file.layer, file=self.file, path=path))


def _unknown(name: str, node: Node) -> str:
    if near := tree.nearest(name, node):
        return f"this key is unknown. Did you mean {near}?"
    if other := tree.elsewhere(name):
        return f"this key is unknown here. Did you mean {other}?"
    known = ", ".join(sorted(node.names)) or "nothing"
    return f"this key is unknown. Known here: {known}."


def _misshapen(node: Node, path: Path) -> str:
    if ELEMENT in node.below:
        return f"this has to be an array of tables: write [[{dotted(path)}]]."
    return f"this has to be a table: write [{dotted(path)}]."
