"""The file with the keys of a service: variables as systemd reads them from an `EnvironmentFile=`."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from heartbit_tui.config.locked import LockedFile
from heartbit_tui.kernel.errors import ConfigError

NAME: Final = "daemon.env"
SYSTEM: Final = Path("/etc/heartbit") / NAME
HEAD: Final = '# Keys for the daemon, which systemd reads: NAME="value", a line each. For nobody else\'s eyes.\n'
_ESCAPED: Final = re.compile(r'(["\\`$])')
_LINE: Final = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_]*)=")

NO_KEY: Final = "{name} holds signs that are not seen; no key has any. It was not copied."


def kept(path: Path) -> frozenset[str]:
    """The names of the variables in the file. Raises `ConfigError` where it cannot be read."""
    return frozenset(found[1] for line in LockedFile(path).read().splitlines() if (found := _LINE.match(line)))


def keep(path: Path, keys: Mapping[str, str]) -> None:
    """Put keys into the file, for its owner alone; what else stands there stays. Raises `ConfigError`."""
    lines = {name: line(name, value) for name, value in keys.items()}

    def change(text: str) -> str:
        others = [each for each in text.splitlines() if not ((found := _LINE.match(each)) and found[1] in lines)]
        return "\n".join((*others, *lines.values())) + "\n"

    file = LockedFile(path)
    file.update(lambda text: change(text or HEAD))
    file.narrow()


def line(name: str, value: str) -> str:
    """A variable as systemd.exec(5) wants it. Raises `ConfigError` for a value that is no key."""
    if not value.isprintable():
        raise ConfigError(NO_KEY.format(name=name))
    quoted = _ESCAPED.sub(r"\\\1", value)
    return f'{name}="{quoted}"'
