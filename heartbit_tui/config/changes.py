"""What changed of a trusted folder, as a person can look at it: unified diffs without secrets."""

import difflib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

from heartbit_tui.config.redact import Redactor
from heartbit_tui.config.trust import TrustStore
from heartbit_tui.config.watched import ALONE, Further, contents, differing, digests
from heartbit_tui.kernel.dataclass import dataclass

MOST_CHARACTERS = 64 * 1024
"""How much of a file is kept for a diff; a longer one is told by its name alone."""

MOST_IN_ALL = 512 * 1024
"""How much of all files of a folder is kept."""

LINES = 12
"""How many lines of diffs stand in a warning."""

CHANGED = (
    "This folder was trusted, but what may run something here or allow it has changed since ({names}), so it is not trusted "
    "now. Look at the change, then run `heartbit trust add` in this folder if you want it:"
)
UNKNOWN = "(what it was is not known)"
HIDDEN = "(only what is hidden as a secret, or how lines end)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One file that is not as it was; `lines` are a unified diff, or one sentence where there can be none."""

    name: str
    lines: tuple[str, ...]


def kept(files: Mapping[str, bytes]) -> str:
    """The files as they are kept, in JSON: text without secrets, as far as it is not too long."""
    texts: dict[str, str] = {}
    left = MOST_IN_ALL
    for name, data in files.items():
        text = _text(data)
        if text is not None and len(text) <= left:
            texts[name] = text
            left -= len(text)
    return json.dumps(texts, ensure_ascii=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A trusted folder that is not as it was, as it was looked at; `text` says what changed, in words and as a diff."""

    text: str
    root: Path
    files: Mapping[str, bytes]
    store: TrustStore

    def trust(self, now: datetime) -> None:
        """Trust the folder as `text` shows it; what has changed meanwhile is not trusted. Raises `ConfigError`."""
        self.store.trust(self.root, now=now, seen=digests(self.files), texts=kept(self.files))


def changed(store: TrustStore, root: Path, further: Further = ALONE) -> Changed:
    """What changed in a folder that was trusted. Raises `ConfigError`."""
    now = contents(root, store.further(root, further))
    found = since(store, root, now)
    text = f"{CHANGED.format(names=', '.join(change.name for change in found))}\n{told(found)}"
    return Changed(text=text, root=root, files=now, store=store)


def since(store: TrustStore, root: Path, now: Mapping[str, bytes]) -> tuple[Change, ...]:
    """What differs in these files from when the folder was trusted; nothing where it never was. Raises `ConfigError`."""
    known = store.known(root)
    if known is None:
        return ()
    fresh, before = digests(now), restored(store.seen_texts(root))
    return changes(differing(known, fresh), before, frozenset(known), now)


def restored(document: str) -> Mapping[str, str]:
    """The texts of `kept`; none where it cannot be read."""
    try:
        found: Any = json.loads(document or "{}")
    except ValueError:
        found = {}
    table = cast("dict[str, Any]", found) if isinstance(found, dict) else {}
    return MappingProxyType({name: text for name, text in table.items() if isinstance(text, str)})


def changes(
    names: Sequence[str], before: Mapping[str, str], known: frozenset[str], now: Mapping[str, bytes]
) -> tuple[Change, ...]:
    """What changed in the files of these names; `known` are those that were there, `before` what is known of them."""
    return tuple(Change(name=name, lines=tuple(_diff(name, before, known, now))) for name in names)


def told(found: Sequence[Change], most: int = LINES) -> str:
    """All changes as text, the first `most` lines of it."""
    lines = [line for change in found for line in change.lines]
    more = len(lines) - most
    kept = lines if more <= 1 else [*lines[: most - 1], f"… {more + 1} more lines: `heartbit trust diff` shows them."]
    return "\n".join(kept)


def _diff(name: str, before: Mapping[str, str], known: frozenset[str], now: Mapping[str, bytes]) -> Iterator[str]:
    old = before.get(name) if name in known else ""
    new = _text(now[name]) if name in now else ""
    if old is None or new is None:
        yield f"{_visible(name)} {UNKNOWN if old is None else '(too long, or no text)'}"
        return
    sides = (f"{name} (trusted)" if name in known else "/dev/null", f"{name} (now)" if name in now else "/dev/null")
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), *sides, n=2, lineterm="")
    found = [_visible(line) for line in lines]
    yield from found or [f"{_visible(name)} {HIDDEN}"]


def _text(data: bytes) -> str | None:
    """The text without secrets, or None for what is too long or no text."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return Redactor()(text) if len(text) <= MOST_CHARACTERS and "\0" not in text else None


def _visible(line: str) -> str:
    """The line with everything written out that hides or moves."""
    return "".join(
        each if each.isprintable() or each == "\t" else each.encode("unicode_escape").decode() for each in line
    )
