"""The rules that a person gave by answering: kept in a file, shared by all processes."""

import re
from collections.abc import Callable, Sequence
from typing import Protocol, cast

import tomli_w

from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.permissions.rules import Rule, from_table, to_table

_HEADER = re.compile(r"[ \t]*\[\[[ \t]*rules[ \t]*\]\][ \t]*(?:#.*)?")


class Document(Protocol):
    """A file of text that several processes change: `config.locked.LockedFile` is one."""

    @property
    def name(self) -> str:
        """Its path, for messages."""
        ...

    def read(self) -> str:
        """The text; empty when there is no file."""
        ...

    def update(self, change: Callable[[str], str]) -> str:
        """Replace the text by `change` of it, alone among all writers and at once; the answer is the new text.

        When `change` raises, the file stays as it was.
        """
        ...


class Memory:
    """The learned rules of one file: `permissions.toml` with a `[[rules]]` table for each."""

    def __init__(self, document: Document) -> None:
        self._document = document

    def load(self) -> tuple[Rule, ...]:
        """All rules of the file, in order. Raises `ConfigError` when it cannot be understood."""
        return rules_of(self._document.read(), source=self._document.name)

    def add(self, rule: Rule) -> tuple[Rule, ...]:
        """Add a rule unless it is there; the answer is all rules now, those of other processes too.

        Raises `ConfigError`, and leaves the file alone, when the file cannot be understood.
        """
        text = self._document.update(lambda text: with_rule(text, rule, source=self._document.name))
        return rules_of(text, source=self._document.name)


def rules_of(text: str, *, source: str) -> tuple[Rule, ...]:
    """The rules in a text of the file."""
    tables = _tables(text, source)
    places = (f"{source} rule {number}" for number in range(1, len(tables) + 1))
    return tuple(from_table(table, source=place, origin="learned") for table, place in zip(tables, places, strict=True))


def with_rule(text: str, rule: Rule, *, source: str) -> str:
    """The text with one more rule; comments and order stay, and a rule that is there is not added again."""
    rules = rules_of(text, source=source)
    if any(known.same == rule.same for known in rules):
        return text
    longer = "\n".join(part for part in (text.rstrip("\n"), _render((rule,))) if part)
    try:
        _tables(longer, source)
    except ConfigError:
        return _render((*rules, rule))
    return longer


def without_rules(text: str, revoked: Callable[[Rule], bool], *, source: str) -> str:
    """The text without these rules; the other rules, their order and all comments outside the tables stay."""
    rules = rules_of(text, source=source)
    left = [rule for rule in rules if not revoked(rule)]
    before, *tables = _pieces(text)
    kept = (_comments(table) if revoked(rule) else table for rule, table in zip(rules, tables, strict=False))
    shorter = before + "".join(kept)
    try:
        cut = len(tables) == len(rules) and [rule.same for rule in rules_of(shorter, source=source)]
    except ConfigError:
        cut = False
    return shorter if cut == [rule.same for rule in left] else _render(left)


def _pieces(text: str) -> list[str]:
    """The text before the first table, and each table with what follows it."""
    pieces = [""]
    for line in text.splitlines(keepends=True):
        if _HEADER.fullmatch(line.rstrip("\r\n")):
            pieces.append("")
        pieces[-1] += line
    return pieces


def _comments(table: str) -> str:
    """What follows the last key of a table: comments and empty lines."""
    lines = table.splitlines(keepends=True)
    last = max(index for index, line in enumerate(lines) if line.strip() and not line.lstrip().startswith("#"))
    return "".join(lines[last + 1 :])


def _render(rules: Sequence[Rule]) -> str:
    return "\n".join(f"[[rules]]\n{tomli_w.dumps(to_table(rule))}" for rule in rules)


def _tables(text: str, source: str) -> tuple[JsonObject, ...]:
    if not text:
        return ()
    import tomllib  # slow to import, and who learned nothing has nothing to read

    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = f"{source} is not valid TOML: {error}. Repair or remove the file; it was left as it is."
        raise ConfigError(message, source=source) from error
    rules: object = document.get("rules", [])
    entries = cast("list[object]", rules) if isinstance(rules, list) else [rules]
    if not all(isinstance(entry, dict) for entry in entries):
        raise ConfigError(f"{source}: write each learned rule as a [[rules]] table.", key="rules", source=source)
    return tuple(cast("JsonObject", entry) for entry in entries)
