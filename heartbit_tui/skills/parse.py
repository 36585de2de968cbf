"""A file becomes a skill or a command; pure."""

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from heartbit_tui.skills.frontmatter import Read, read
from heartbit_tui.skills.types import Command, Found, Place, Skill, Value, Withheld

NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
CALLABLE = re.compile(r"[A-Za-z0-9][\w.-]*")
LONGEST_NAME, LONGEST_DESCRIPTION, LONGEST_COMPATIBILITY = 64, 1_024, 500
"""The specification's bounds, in letters."""

LINES, TOKENS = 500, 5_000
"""What a body should have at most, as the specification advises."""

SPECIFIED = frozenset({"name", "description", "license", "compatibility", "metadata", "allowed-tools"})
HEEDED = frozenset(
    {
        *("argument-hint", "disable-model-invocation", "user-invocable", "disallowed-tools", "paths", "when_to_use"),
        *("context", "agent"),
    }
)
"""Keys of other programs that count here too."""

FORK = "fork"
"""The context of a skill that an agent of its own follows."""

UNHEEDED: Mapping[str, str] = MappingProxyType(
    {
        "model": "the session's own model follows it",
        "effort": "the session's own effort holds",
        "hooks": "hooks are read from the settings alone",
        "shell": "nothing of it is run when it is loaded",
    }
)
"""Keys of other programs that have no effect here, and what happens instead."""

NO_DESCRIPTION = "It has no description, so nobody could know when to use it."
NO_TABLE = "It has no table at its head with a name and a description."
NO_NAME = "Neither its table nor its folder gives it a name."
_TOOLS = re.compile(r"[^\s,(]+(?:\([^)]*\))?")


def skill(text: str, file: Path, place: Place) -> Found:
    """The skill in the text of a SKILL.md, or why it is none."""
    found = read(text)
    name, warnings = _name(_words(found.table.get("name")), file.parent.name)
    description = _words(found.table.get("description"))
    when = _words(found.table.get("when_to_use"))
    reason = found.fault or (NO_TABLE if not found.has_table else "" if description or when else NO_DESCRIPTION)
    if reason or not name:
        return Withheld(name=name or file.parent.name, file=file, place=place, reason=reason or NO_NAME)
    table = found.table
    return Skill(
        name=name,
        description=" ".join(f"{description} {when}".split()),
        file=file,
        place=place,
        hint=_words(table.get("argument-hint")),
        models=_words(table.get("disable-model-invocation")).lower() != "true",
        people=_words(table.get("user-invocable")).lower() != "false",
        paths=_listed(table.get("paths")),
        allowed=_tools(table.get("allowed-tools")),
        barred=_tools(table.get("disallowed-tools")),
        apart=_words(table.get("context")).lower() == FORK,
        agent=_words(table.get("agent")),
        more=_more(table),
        warnings=(*found.warnings, *warnings, *_doubts(found, description)),
    )


def command(text: str, file: Path, place: Place) -> Found:
    """The command in the text of a Markdown file; its folders are the first parts of its name."""
    found = read(text)
    parts = file.relative_to(place.folder).with_suffix("").parts
    name = ":".join(parts)
    reason = found.fault or ("" if found.body.strip() else "It is empty.")
    if not all(CALLABLE.fullmatch(part) for part in parts):
        reason = "Its name cannot be typed: it may have letters, digits, “-”, “_” and “.”."
    if reason:
        return Withheld(name=name, file=file, place=place, reason=reason)
    return Command(
        name=name,
        description=_words(found.table.get("description")) or _first_line(found.body),
        file=file,
        place=place,
        hint=_words(found.table.get("argument-hint")),
        warnings=(*found.warnings, *_of_command(found)),
    )


def body(text: str) -> str:
    """What follows the table."""
    return read(text).body.strip()


def _name(given: str, folder: str) -> tuple[str, tuple[str, ...]]:
    """What a skill is called, and what is wrong with that."""
    if not given:
        name = folder if CALLABLE.fullmatch(folder) else _slug(folder)
        return name, ("It has no `name`; its folder's is taken.",)
    warnings: list[str] = []
    name = given if CALLABLE.fullmatch(given) and len(given) <= LONGEST_NAME else _slug(given) or _slug(folder)
    if NAME.fullmatch(given) is None or len(given) > LONGEST_NAME:
        warnings.append(
            f"`name` should have at most {LONGEST_NAME} of a-z, 0-9 and single hyphens; it is called {name} here."
        )
    if name != folder:
        warnings.append(f"`name` is {name}, but its folder is called {folder}.")
    return name, tuple(warnings)


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:LONGEST_NAME].strip("-")


def _doubts(found: Read, description: str) -> tuple[str, ...]:
    """What the specification wants otherwise, and what has no effect."""
    doubts: list[str] = []
    if not description:
        doubts.append("It has no `description`; `when_to_use` stands in for it.")
    if len(description) > LONGEST_DESCRIPTION:
        doubts.append(f"`description` has {len(description):,} of at most {LONGEST_DESCRIPTION:,} letters.")
    if len(_words(found.table.get("compatibility"))) > LONGEST_COMPATIBILITY:
        doubts.append(f"`compatibility` has more than {LONGEST_COMPATIBILITY} letters.")
    lines = found.body.strip().count("\n") + 1
    if lines > LINES:
        doubts.append(f"Its text has {lines:,} lines; more than {LINES} are better put into files beside it.")
    if not found.body.strip():
        doubts.append("It has no text behind its table.")
    doubts += [f"`{key}` has no effect: {what}." for key, what in UNHEEDED.items() if key in found.table]
    if "!`" in found.body:
        doubts.append("Commands in it (!`…`) are not run when it is loaded; the model reads them.")
    return tuple(doubts)


def _of_command(found: Read) -> tuple[str, ...]:
    unheeded = {
        **UNHEEDED,
        "context": "a command is told in the conversation itself",
        "agent": "the session's own follows",
    }
    doubts = [f"`{key}` has no effect: {what}." for key, what in unheeded.items() if key in found.table]
    if "allowed-tools" in found.table:
        doubts.append("`allowed-tools` permits nothing: the rules decide about each call.")
    if "!`" in found.body:
        doubts.append("Commands in it (!`…`) are not run before it is sent; the model reads them.")
    return tuple(doubts)


def _words(value: Value) -> str:
    """A value as one text."""
    return ", ".join(value) if isinstance(value, tuple) else (value or "").strip()


def _listed(value: Value) -> tuple[str, ...]:
    """A list, also where it is written as words with commas."""
    return (
        value if isinstance(value, tuple) else tuple(each.strip() for each in (value or "").split(",") if each.strip())
    )


def _tools(value: Value) -> tuple[str, ...]:
    """Names of tools, written as a list or in a row: `bash(git log *) read`."""
    return value if isinstance(value, tuple) else tuple(_TOOLS.findall(value or ""))


def _more(table: Mapping[str, Value]) -> Mapping[str, str]:
    known = {"name", "description", "allowed-tools", *HEEDED}
    return MappingProxyType({key: _words(value) for key, value in table.items() if key not in known})


def _first_line(text: str) -> str:
    """The first line that says something, without the signs of a heading."""
    lines = (line.strip().lstrip("#").strip() for line in text.splitlines())
    return next((line for line in lines if line), "")[:240]
