"""Which folders a person trusts, and what those looked like when they did."""

import hashlib
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Literal, cast

import tomli_w

from heartbit_tui.config.locked import LockedFile
from heartbit_tui.config.watched import ALONE, Further, differing, fingerprint, nearer
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import ConfigError

SEEN = "trusted"
"""The folder beside the file of trusted folders in which what they looked like is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """How things stand with a folder; `changed` names the files that are not as they were when it was trusted."""

    state: Literal["trusted", "untrusted", "changed"]
    changed: tuple[str, ...] = ()

    @property
    def is_trusted(self) -> bool:
        """Whether everything in the folder's own settings counts."""
        return self.state == "trusted"


class TrustStore:
    """Trusted folders by their real paths, in a private file outside of them; no folder inherits trust."""

    def __init__(self, file: LockedFile) -> None:
        self._file = file

    def look(self, root: Path, further: Further = ALONE) -> Trust:
        """Whether the folder is trusted as it is now: any byte of a watched file that differs ends the trust."""
        known = self.known(root)
        if known is None:
            return Trust(state="untrusted")
        changed = differing(known, fingerprint(root, self.further(root, further)))
        return Trust(state="changed", changed=changed) if changed else Trust(state="trusted")

    def trust(self, root: Path, *, now: datetime, seen: Mapping[str, str] | None = None, texts: str = "") -> None:
        """Trust the folder as it was when `seen` was taken with `fingerprint`, or as it is now.

        `texts` is what `seen_texts` gives from then on, so that a later change can be shown.
        """
        files = fingerprint(root) if seen is None else seen
        entry = {"at": now.isoformat(), "files": dict(files)}
        self._seen(root).update(lambda _: texts)
        self._file.update(lambda text: _with(text, self._file.name, _key(root), entry))

    def forget(self, root: Path) -> None:
        """No longer trust the folder."""
        self._file.update(lambda text: _with(text, self._file.name, _key(root), None))
        self._seen(root).remove()

    def folders(self) -> tuple[str, ...]:
        """The real paths of all trusted folders."""
        return tuple(sorted(_folders(self._file.read(), self._file.name)))

    def known(self, root: Path) -> Mapping[str, str] | None:
        """The SHA-256 of each watched file when the folder was trusted; None where it never was."""
        return _folders(self._file.read(), self._file.name).get(_key(root))

    def further(self, root: Path, further: Further) -> Further:
        """The same with the folders that have places of their own which were trusted: they count from wherever one stands."""
        folders = dict.fromkeys((*further.folders, *nearer(self.known(root) or ())))
        return Further(folders=tuple(folders), commands=further.commands)

    def seen_texts(self, root: Path) -> str:
        """What was kept of the files when the folder was trusted; empty where nothing was."""
        return self._seen(root).read()

    def _seen(self, root: Path) -> LockedFile:
        """Where what the folder looked like is kept."""
        name = hashlib.sha256(os.fsencode(_key(root))).hexdigest()[:32]
        return LockedFile(Path(self._file.name).parent / SEEN / f"{name}.json")


def _key(root: Path) -> str:
    return os.path.realpath(root)


def _document(text: str, name: str) -> dict[str, object]:
    import tomllib  # slow to import, and most starts have nothing to look up

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = f"{name} is not valid TOML: {error}. Remove it to trust no folder."
        raise ConfigError(message, source=name) from error


def _folders(text: str, name: str) -> Mapping[str, Mapping[str, str]]:
    known = cast("dict[str, dict[str, object]]", _document(text, name).get("folders", {})) if text else {}
    return {path: cast("dict[str, str]", entry.get("files", {})) for path, entry in known.items()}


def _with(text: str, name: str, key: str, entry: Mapping[str, object] | None) -> str:
    document = _document(text, name)
    folders = cast("dict[str, object]", document.setdefault("folders", {}))
    if entry is None:
        folders.pop(key, None)
    else:
        folders[key] = entry
    return tomli_w.dumps(document)
