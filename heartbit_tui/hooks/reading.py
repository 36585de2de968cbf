"""Settings and JSON in Claude Code's shape become hooks; pure."""

import re
from collections.abc import Iterator, Mapping
from typing import cast

from heartbit_tui.hooks.types import EVENTS, SECONDS, Hook
from heartbit_tui.kernel.dataclass import dataclass

LONGEST = 600.0
"""Seconds that a hook may have at most."""

NO_EVENT = "{source}: {name} is no event for hooks; they are {known}."
NO_LIST = "{source}: {name} takes a list of tables with `matcher` and `hooks`."
NO_COMMAND = "{source}: a hook of {name} has no `command`; heartbit runs hooks of type command alone."
BAD_TIME = "{source}: the timeout of a hook of {name} has to be 1 to {most:g} seconds."
BAD_MATCHER = "{source}: the matcher {matcher!r} of {name} is no pattern: {error}."
EMPTY: Mapping[str, object] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """The hooks of one document, and what in it is none."""

    hooks: tuple[Hook, ...] = ()
    problems: tuple[str, ...] = ()


def read(document: object, source: str, *, project: bool = False) -> Read:
    """The hooks in `{Event: [{matcher, hooks: [{type, command, timeout}]}]}`.

    A table that has a `command` itself stands for a group with this one hook, which is easier to write in TOML.
    """
    hooks: list[Hook] = []
    problems: list[str] = []
    table = cast("Mapping[str, object]", document) if isinstance(document, Mapping) else EMPTY
    for name, groups in table.items():
        if name not in EVENTS:
            problems.append(NO_EVENT.format(source=source, name=name, known=", ".join(EVENTS)))
            continue
        if not isinstance(groups, list | tuple):
            problems.append(NO_LIST.format(source=source, name=name))
            continue
        for found in _of_event(name, cast("list[object]", groups), source, project=project):
            (hooks if isinstance(found, Hook) else problems).append(found)  # pyright: ignore[reportArgumentType] # each to its own
    return Read(hooks=tuple(hooks), problems=tuple(problems))


def _of_event(name: str, groups: list[object], source: str, *, project: bool) -> Iterator[Hook | str]:
    for group in groups:
        table = cast("Mapping[str, object]", group) if isinstance(group, Mapping) else EMPTY
        inner = table.get("hooks", [table] if "command" in table else None)
        if not isinstance(inner, list | tuple):
            yield NO_LIST.format(source=source, name=name)
            continue
        matcher = str(table.get("matcher") or "")
        if error := _broken(matcher):
            yield BAD_MATCHER.format(source=source, matcher=matcher, name=name, error=error)
            continue
        for each in cast("list[object]", inner):
            yield _hook(name, matcher, each, source, project=project)


def _hook(name: str, matcher: str, held: object, source: str, *, project: bool) -> Hook | str:
    table = cast("Mapping[str, object]", held) if isinstance(held, Mapping) else EMPTY
    command, seconds = table.get("command"), table.get("timeout", SECONDS)
    if not isinstance(command, str) or not command.strip() or table.get("type", "command") != "command":
        return NO_COMMAND.format(source=source, name=name)
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 < seconds <= LONGEST:
        return BAD_TIME.format(source=source, name=name, most=LONGEST)
    return Hook(event=name, command=command, source=source, matcher=matcher, seconds=float(seconds), project=project)


def _broken(matcher: str) -> str:
    try:
        re.compile("" if matcher == "*" else matcher)
    except re.error as error:
        return str(error)
    return ""
