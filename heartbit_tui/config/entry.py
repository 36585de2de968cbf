"""One value of the configuration, and where it comes from."""

from enum import IntEnum

from heartbit_tui.config.keys import Key, Path, Value, dotted
from heartbit_tui.config.positions import line_of
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import ConfigError


class Layer(IntEnum):
    """Where a value comes from; a higher layer wins."""

    DEFAULT = 0
    USER = 1
    PROJECT = 2
    ENVIRONMENT = 3
    FILE = 4
    FLAG = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """The text of one configuration file; `name` is its path as messages show it."""

    layer: Layer
    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a value stands: in `file` at `path` (as it is spelt there), or outside any file at `name`."""

    layer: Layer
    name: str = ""
    file: File | None = None
    path: Path = ()

    def __str__(self) -> str:
        """`FILE:LINE`, `environment NAME`, `flag --x` or `default`."""
        if self.file is None:
            return self.name or "default"
        return f"{self.file.name}:{line_of(self.file.text, self.path)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A value with its key and its source; `path` is the place that it sets, `source.path` how that was spelt."""

    path: Path
    key: Key
    value: Value
    source: Source

    @property
    def name(self) -> str:
        """The dotted name as it was spelt."""
        return dotted(self.source.path or self.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something wrong at one place; the first of all problems becomes the `ConfigError`."""

    path: Path
    text: str
    source: Source

    def error(self, others: int = 0) -> ConfigError:
        """The problem as an exception that tells how many others there are."""
        more = f" ({others} more after this one.)" if others else ""
        name = dotted(self.path)
        return ConfigError(f"{self.source}: {name}: {self.text}{more}", key=name, source=str(self.source))
