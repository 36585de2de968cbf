"""The settings as a screen lists them, and the keys of the screen written into the person's own file; blocks."""

from collections.abc import Callable
from pathlib import Path

from heartbit_tui.client.settings_file import Simple, with_key
from heartbit_tui.config import directories
from heartbit_tui.config.locked import LockedFile
from heartbit_tui.config.tree import singles
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.runtime import settings
from heartbit_tui.runtime.options import Options

CHANGEABLE = "ui."
"""What the names of keys begin with that a screen may change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One key as it holds now; `choices` are what it may be set to, empty where a screen may not."""

    key: str
    value: str
    source: str
    choices: tuple[Simple, ...] = ()

    @property
    def outranked(self) -> bool:
        """Whether it comes from where the person's own file does not reach."""
        return self.source.startswith(("flag", "environment"))


def shown(options: Options, themes: Callable[[], tuple[str, ...]]) -> tuple[Shown, ...]:
    """All keys, the screen's first. Raises `ConfigError`."""
    choices = _choices(themes())
    rows = settings.configuration(options).explain()
    found = [Shown(key=row.key, value=row.value, source=row.source, choices=choices.get(row.key, ())) for row in rows]
    return tuple(sorted(found, key=lambda each: (not each.choices, each.key)))


def write(options: Options, key: str, value: Simple) -> None:
    """Put a key into the person's own file. Raises `ConfigError`."""
    home = Path(options.environment.get("HOME") or "/")
    file = LockedFile(directories(options.environment, home).settings_file)
    file.update(lambda text: with_key(text, key, value))


def _choices(themes: tuple[str, ...]) -> dict[str, tuple[Simple, ...]]:
    found: dict[str, tuple[Simple, ...]] = {}
    for key in singles():
        if key.pattern.startswith(CHANGEABLE):
            found[key.pattern] = (True, False) if key.kind == "boolean" else key.choices
    return {**found, "ui.theme": themes}
