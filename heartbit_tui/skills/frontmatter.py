"""The table at the head of a Markdown file, read as leniently as it can be without guessing."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.skills.types import Value

MOST = 16 * 1024
"""Letters of a table; a longer one is none."""

_FENCE = "---"
_LINE = re.compile(r"""([A-Za-z][\w-]*):[ \t]+(?:"([^"\\]*)"|([A-Za-z(][^\n]*))""")
_SPECIAL = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A file taken apart: its table, what follows it, and what was wrong. `fault` says why the table cannot be read."""

    table: Mapping[str, Value]
    body: str
    fault: str = ""
    warnings: tuple[str, ...] = ()
    has_table: bool = False


def read(text: str) -> Read:
    """Take a file apart. Where the table cannot be read, colons that stand bare in a line are tried as text."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    table, body = _split(text)
    if table is None:
        return Read(table=MappingProxyType({}), body=body)
    if len(table) > MOST:
        return _without(body, f"The table at its head has more than {MOST:,} letters.")
    plain = _plain(table)
    return Read(table=plain, body=body, has_table=True) if plain is not None else _whole(table, body)


def _without(body: str, fault: str) -> Read:
    return Read(table=MappingProxyType({}), body=body, fault=fault, has_table=True)


def _split(text: str) -> tuple[str | None, str]:
    """The table and what follows it; None where the file begins with none, or it has no end."""
    first, newline, rest = text.partition("\n")
    if first.rstrip() != _FENCE or not newline:
        return None, text
    lines = rest.split("\n")
    end = next((number for number, line in enumerate(lines) if line.rstrip() == _FENCE), None)
    return (None, text) if end is None else ("\n".join(lines[:end]), "\n".join(lines[end + 1 :]))


def _plain(table: str) -> Mapping[str, Value] | None:
    """The table where each line is a name and words that mean nothing else in YAML: most are, and YAML takes 30 ms to load."""
    found: dict[str, Value] = {}
    for line in table.split("\n"):
        text = line.rstrip()
        if not text:
            continue
        match = _LINE.fullmatch(text)
        if match is None or match[1] in found or not _is_plain(match[2], match[3]):
            return None
        found[match[1]] = match[3] or match[2].strip()
    return MappingProxyType(found)


def _is_plain(quoted: str | None, words: str | None) -> bool:
    return quoted.isprintable() if quoted is not None else _is_words(words or "")


def _is_words(text: str) -> bool:
    harmless = ": " not in text and " #" not in text and not text.endswith(":") and "\t" not in text
    return harmless and text.lower() not in _SPECIAL and text.isprintable()


def _whole(table: str, body: str) -> Read:
    from heartbit_tui.skills import full_yaml

    found = full_yaml.load(table)
    if isinstance(found, str):
        again = full_yaml.load_mended(table) or found
        if isinstance(again, str):
            return _without(body, found)
        warning = "A value with a colon in it needs quotes; it was read as if it had them."
        return Read(table=again.table, body=body, warnings=(warning, *again.warnings), has_table=True)
    return Read(table=found.table, body=body, warnings=found.warnings, has_table=True)
