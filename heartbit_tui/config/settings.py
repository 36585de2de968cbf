"""The configuration as the rest of heartbit reads it: values that remember where they came from."""

from collections.abc import Iterator, Mapping
from dataclasses import field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar, cast

from heartbit_tui.config import tree
from heartbit_tui.config.entry import Entry, Source
from heartbit_tui.config.keys import Key, Path, Value, dotted, undotted
from heartbit_tui.config.redact import Redactor, masked
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import ConfigError

if TYPE_CHECKING:
    from pydantic import BaseModel


M = TypeVar("M", bound="BaseModel")


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """One key as `config explain` shows it; a secret's value is masked."""

    key: str
    value: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One permission rule of the configuration: a table, or a string of the list for `action`."""

    value: str | Mapping[str, Value]
    action: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """All layers, merged; `stack` has every entry, lowest layer first, and `entries` those that count.

    `defaults` stand in for the tree's own where a surface has different ones. `ignored` names the keys that a project
    sets and that do not count, because its folder is not trusted.
    """

    entries: Mapping[Path, Entry] = field(default_factory=lambda: MappingProxyType({}))
    stack: tuple[Entry, ...] = ()
    warnings: tuple[str, ...] = ()
    defaults: Mapping[str, Value] = field(default_factory=lambda: MappingProxyType({}))
    ignored: tuple[str, ...] = ()

    def value(self, name: str) -> Value:
        """The value of a key or of a whole table, such as `provider.model`; None where nothing is set.

        Raises `ConfigError` for a key that is unknown.
        """
        path = undotted(name)
        if entry := self.entries.get(path):
            return entry.value
        node = tree.node_at(path)
        if node is None:
            raise _unknown(name)
        return self._default(node.key) if node.key else self._nested(path)

    def string(self, name: str) -> str:
        """A string; empty where nothing is set."""
        value = self.value(name)
        return value if isinstance(value, str) else ""

    def integer(self, name: str) -> int | None:
        """A whole number, or None."""
        value = self.value(name)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def number(self, name: str) -> float | None:
        """A number, or None."""
        value = self.value(name)
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None

    def boolean(self, name: str) -> bool:
        """A switch; off where nothing is set."""
        return self.value(name) is True

    def strings(self, name: str) -> tuple[str, ...]:
        """A list of strings."""
        value = self.value(name)
        return tuple(cast("list[str]", value)) if isinstance(value, list | tuple) else ()

    def is_set(self, name: str) -> bool:
        """Whether any layer but the defaults sets the key, or anything below the table."""
        path = undotted(name)
        return any(place[: len(path)] == path for place in self.entries)

    def source(self, name: str) -> str:
        """Where the value of a key comes from: `FILE:LINE`, `environment NAME`, `flag --x` or `default`."""
        entry = self.entries.get(undotted(name))
        return str(entry.source) if entry else "default"

    def section(self, name: str, model: type[M]) -> M:
        """A table as a settings model, which gets the keys that it has fields for.

        Raises `ConfigError` that names the key, and the file and line where it stands.
        """
        nested = self.value(name)
        table = cast("dict[str, Value]", nested) if isinstance(nested, dict) else {}
        try:
            return model.model_validate(_fitting(table, model))
        except ValueError as error:
            raise self._fault(undotted(name), error) from error

    def permissions(self) -> tuple[Listed, ...]:
        """Every permission rule of every layer, each with its source."""
        return tuple(self._rules())

    def explain(self, name: str | None = None) -> tuple[Explained, ...]:
        """Rows for one key, for all keys below a table, or for everything; lists that add up have one row a layer."""
        path = undotted(name) if name else ()
        if name and tree.node_at(path) is None:
            raise _unknown(name)
        adding = tuple(entry for entry in self.stack if entry.key.add_up)
        chosen = (*(entry for entry in self.entries.values() if not entry.key.add_up), *adding)
        rows = [_row(dotted(entry.path), entry) for entry in chosen if entry.path[: len(path)] == path]
        unset = (
            key for key in tree.singles(str(path[0]) if path else "") if undotted(key.pattern)[: len(path)] == path
        )
        rows += [self._default_row(key) for key in unset if undotted(key.pattern) not in self.entries]
        return tuple(sorted(rows, key=lambda row: row.key))

    def _default(self, key: Key) -> Value:
        return self.defaults.get(key.pattern, key.default)

    def _default_row(self, key: Key) -> Explained:
        return Explained(key=key.pattern, value=_shown(self._default(key)), source="default")

    def _nested(self, path: Path) -> Value:
        """A table with all that is set below a place, over its defaults."""
        flat: dict[Path, Value] = {}
        for key in tree.singles(str(path[0])):
            place = undotted(key.pattern)
            if place[: len(path)] == path and key.default is not None:
                flat[place[len(path) :]] = self._default(key)
        flat |= {place[len(path) :]: entry.value for place, entry in self.entries.items() if place[: len(path)] == path}
        return _nest(flat)

    def _rules(self) -> Iterator[Listed]:
        tables: dict[tuple[str, Path], dict[str, Value]] = {}
        sources: dict[tuple[str, Path], Source] = {}
        for entry in self.stack:
            if entry.path[0] == "permissions" and isinstance(entry.path[1], int):
                place = (entry.source.file.name if entry.source.file else "", entry.source.path[:2])
                tables.setdefault(place, {})[str(entry.path[-1])] = entry.value
                sources.setdefault(place, entry.source)
            elif entry.path[0] == "permissions":
                for text in cast("list[str]", entry.value):
                    yield Listed(value=text, action=str(entry.path[1]), source=str(entry.source))
        for place, table in tables.items():
            yield Listed(value=table, action=str(table.get("action", "ask")), source=str(sources[place]))

    def _fault(self, path: Path, error: ValueError) -> ConfigError:
        faults: list[dict[str, Any]] = getattr(error, "errors", list)()
        where = cast("tuple[str | int, ...]", faults[0]["loc"]) if faults else ()
        text = str(faults[0]["msg"]) if faults else str(error)
        place = (*path, *where)
        entry = next((self.entries[place[:n]] for n in range(len(place), 0, -1) if place[:n] in self.entries), None)
        source = str(entry.source) if entry else "default"
        return ConfigError(f"{source}: {dotted(place)}: {text}.", key=dotted(place), source=source)


def _unknown(name: str) -> ConfigError:
    near = tree.closest(name, (key.pattern for key in tree.singles())) or tree.elsewhere(name.rpartition(".")[2])
    return ConfigError(f"{name} is no configuration key." + (f" Did you mean {near}?" if near else ""), key=name)


def _fitting(table: Mapping[str, Value], model: "type[BaseModel]") -> dict[str, Value]:
    """What of a table the model has fields for, its inner models likewise."""
    fitting: dict[str, Value] = {}
    for name, field_info in model.model_fields.items():
        value = table.get(name)
        inner: object = field_info.annotation
        if isinstance(value, dict) and hasattr(inner, "model_fields"):
            value = _fitting(cast("dict[str, Value]", value), cast("type[BaseModel]", inner))
        if value is not None:
            fitting[name] = value
    return fitting


def _row(name: str, entry: Entry) -> Explained:
    value = "…" if entry.key.secret and not isinstance(entry.value, str) else _shown(entry.value)
    if entry.key.secret and isinstance(entry.value, str):
        value = masked(entry.value)
    return Explained(key=name, value=value, source=str(entry.source))


def _shown(value: Value) -> str:
    """A value as TOML nearly has it, without the secrets in it."""
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        value = list(cast("tuple[Value, ...]", value))
    return Redactor()(str(value))


def _nest(flat: Mapping[Path, Value]) -> Value:
    """Tables and arrays from places; the elements of an array stand in the order of their positions."""
    if () in flat:
        return flat[()]
    branches: dict[str | int, dict[Path, Value]] = {}
    for path, value in flat.items():
        branches.setdefault(path[0], {})[path[1:]] = value
    built = {part: _nest(inner) for part, inner in branches.items()}
    if built and all(isinstance(part, int) for part in built):
        return [built[part] for part in sorted(built, key=int)]
    return {str(part): value for part, value in built.items()}
