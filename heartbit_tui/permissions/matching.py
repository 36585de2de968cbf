"""Whether a rule is about a call, judged by what the call would touch."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace

from heartbit_tui.kernel.protocols import Action, Touch
from heartbit_tui.permissions import glob, shell, urls
from heartbit_tui.permissions.paths import Place, Workspace, followed, is_readable_text
from heartbit_tui.permissions.rules import Rule

_HOME_SPELLINGS = ("~", "$HOME", "${HOME}")
_MOST_VARIANTS = 64


def touches(action: Action) -> tuple[Touch, ...]:
    """What the call touches; a command line counts even where its tool did not declare it."""
    command = action.call.input.get("command")
    if action.touches or action.call.name != "bash" or not isinstance(command, str):
        return action.touches
    return (Touch(kind="command", what=command),)


def settled(action: Action) -> Action:
    """The call with each of its paths followed once, to where it leads now: that place is judged and opened later."""
    touched = tuple(_followed(touch) for touch in action.touches)
    return action if touched == action.touches else replace(action, touches=touched)


def _followed(touch: Touch) -> Touch:
    if touch.real or touch.kind not in ("read", "write") or not is_readable_text(touch.what):
        return touch
    return replace(touch, real=followed(touch.what))


def hits(rule: Rule, action: Action, workspace: Workspace) -> bool:
    """Whether a deny or ask rule is about this call: one thing that it touches is enough.

    Paths count as given and as links resolve; a folder stands for all that is in it; a name without `/` is found
    at any depth. A call that declares nothing is judged by every string in its input.
    """
    if not rule.is_about(action.call.name):
        return False
    if rule.whole_tool:
        return True
    found = touches(action)
    if not found:
        return any(rule.fits(text) for text in strings(action.call.input))
    return any(touched_by(rule, touch, workspace) for touch in found)


def covers(rules: Iterable[Rule], action: Action, workspace: Workspace) -> Rule | None:
    """The first of the allow rules that together let all that this call touches pass, or None.

    Paths have to fit as given and as links resolve. A call that declares nothing passes by a rule for its whole
    tool, or by one that every string in its input fits.
    """
    about = tuple(rule for rule in rules if rule.is_about(action.call.name))
    found = touches(action)
    if not found:
        texts = tuple(strings(action.call.input))
        return next((rule for rule in about if rule.whole_tool or (texts and all(map(rule.fits, texts)))), None)
    chosen = [next((rule for rule in about if allows_touch(rule, touch, workspace)), None) for touch in found]
    return chosen[0] if all(chosen) else None


def allows_touch(rule: Rule, touch: Touch, workspace: Workspace) -> bool:
    """Whether an allow rule lets this one thing be touched."""
    match touch.kind:
        case "command":
            return shell.allows(rule, touch.what)
        case "url":
            return urls.allows(rule, touch.what)
        case "read" | "write":
            return _allows_path(rule, touch, workspace)


def strings(value: object) -> Iterator[str]:
    """Every string in a JSON value, at any depth."""
    match value:
        case str():
            yield value
        case dict():
            for inner in value.values():  # pyright: ignore[reportUnknownVariableType] # JSON is typed by looking
                yield from strings(inner)  # pyright: ignore[reportUnknownArgumentType]
        case list() | tuple():
            for inner in value:  # pyright: ignore[reportUnknownVariableType] # JSON is typed by looking
                yield from strings(inner)  # pyright: ignore[reportUnknownArgumentType]
        case _:
            return


def touched_by(rule: Rule, touch: Touch, workspace: Workspace) -> bool:
    """Whether a deny or ask rule is about this one thing."""
    if rule.whole_tool:
        return True
    match touch.kind:
        case "command":
            return shell.hits(rule, touch.what)
        case "url":
            return urls.hits(rule, touch.what)
        case "read" | "write":
            return hits_path(rule, touch.what, workspace, touch.real)


def hits_path(rule: Rule, path: str, workspace: Workspace, real: str = "") -> bool:
    """Whether a deny or ask rule is about this path, in any of the ways in which it might be read.

    `real` is where the path leads; it is looked up where it is empty.
    """
    if rule.whole_tool:
        return True
    places = tuple(workspace.place(form, real if form == path else "") for form in workspace.readings(path))
    forms = tuple(dict.fromkeys(form for place in places for form in (place.given, place.real)))
    if rule.exact:
        return not set(forms).isdisjoint(_anchored(rule.pattern, workspace))
    patterns = _wide(rule.pattern, workspace)
    named = tuple(form for form in forms if _named(rule.pattern, workspace.below(form)))
    return bool(named) or any(glob.matches(pattern, form) for pattern in patterns for form in forms)


def _allows_path(rule: Rule, touch: Touch, workspace: Workspace) -> bool:
    if workspace.secret(touch.what, touch.real) and not _spells_name(rule):
        return False
    if rule.whole_tool:
        return True
    place: Place = workspace.place(touch.what, touch.real)
    pattern = f"{rule.pattern}**" if rule.pattern.endswith("/") and not rule.exact else rule.pattern
    if rule.exact:
        return {place.given, place.real} <= set(_anchored(pattern, workspace))
    patterns = _variants(_anchored(pattern, workspace))
    return all(any(glob.matches(one, form) for one in patterns) for form in (place.given, place.real))


def _spells_name(rule: Rule) -> bool:
    """Whether the rule names the file at least in part, so that it was meant for a secret."""
    return rule.exact or bool(rule.pattern.rstrip("/").rpartition("/")[2].strip("*?."))


def _anchored(pattern: str, workspace: Workspace) -> tuple[str, ...]:
    """The pattern as absolute paths: below the home folder, as it is, or below each root."""
    for spelling in _HOME_SPELLINGS:
        if pattern == spelling or pattern.startswith(f"{spelling}/"):
            rest = pattern[len(spelling) :]
            homes = dict.fromkeys((workspace.home, followed(workspace.home)))
            return tuple(os.path.normpath(f"{home}{rest}") for home in homes)
    if pattern.startswith("/"):
        return (os.path.normpath(pattern),)
    return tuple(os.path.normpath(f"{root}/{pattern}") for root in workspace.roots)


def _wide(pattern: str, workspace: Workspace) -> tuple[str, ...]:
    """All that a deny or ask pattern stands for: what it says, what lies below, and where its folder links to."""
    anchored = _anchored(pattern, workspace)
    linked = tuple(_linked(one) for one in anchored)
    bare = tuple(one.removesuffix("/**").removesuffix("/*") for one in (*anchored, *linked))
    said = _variants((*anchored, *linked, *bare))
    loose = (pattern,) if pattern.startswith("*") else ()
    return tuple(dict.fromkeys((*said, *(f"{one}/*" for one in said), *loose)))


def _linked(pattern: str) -> str:
    """The pattern with links resolved in the folders before its first wildcard."""
    plain: list[str] = []
    parts = pattern.split("/")
    while parts and not glob.is_wild(parts[0]):
        plain.append(parts.pop(0))
    return "/".join((followed("/".join(plain) or "/").rstrip("/"), *parts))


def _variants(patterns: Iterable[str]) -> tuple[str, ...]:
    """Each pattern, with every `**/` also standing for no folder at all."""
    found = dict.fromkeys(patterns)
    waiting = list(found)
    while waiting and len(found) < _MOST_VARIANTS:
        one = waiting.pop()
        shorter = tuple(f"{head}/{tail}" for head, tail in _cuts(one))
        waiting.extend(new for new in shorter if new not in found)
        found.update(dict.fromkeys(shorter))
    return tuple(found)


def _cuts(pattern: str) -> Iterator[tuple[str, str]]:
    parts = pattern.split("/**/")
    for index in range(1, len(parts)):
        yield "/**/".join(parts[:index]), "/**/".join(parts[index:])


def _named(pattern: str, path: str) -> bool:
    """Whether a pattern without `/` fits a file or folder on the way to the path."""
    name = pattern.removeprefix("**/").rstrip("/")
    return bool(name) and "/" not in name and any(glob.matches(name, part) for part in path.split("/") if part)
