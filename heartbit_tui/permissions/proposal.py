"""The narrowest rule that would let a call pass from now on."""

import os

from heartbit_tui.kernel.protocols import Action, Touch
from heartbit_tui.permissions import matching, shell, urls
from heartbit_tui.permissions.paths import Workspace
from heartbit_tui.permissions.rules import Rule


def propose(action: Action, workspace: Workspace) -> Rule | None:
    """This command line or its first words, this file, the folder that holds all these files, or this host; None where none is safe.

    A tool that declares nothing is proposed whole, since nothing narrower could be checked.
    """
    found = matching.touches(action)
    if not found:
        return Rule(tool=action.call.name, action="allow")
    if pattern := _first_words(found):
        return Rule(tool=action.call.name, pattern=pattern, action="allow")
    rule = _narrowest(action.call.name, found, workspace)
    if rule is None or matching.covers((rule,), action, workspace) is None:
        return None
    return rule


def _first_words(found: tuple[Touch, ...]) -> str:
    """The beginning of a line with one command of which all forms may be allowed together, or empty."""
    if len(found) != 1 or found[0].kind != "command":
        return ""
    seen = shell.look(found[0].what)
    if seen.unclear or seen.writes or len(seen.commands) != 1:
        return ""
    pattern = shell.proposed(seen.commands[0])
    return pattern if pattern and shell.fits(shell.prefix_of(pattern), seen.commands[0]) else ""


def _narrowest(tool: str, found: tuple[Touch, ...], workspace: Workspace) -> Rule | None:
    kinds = {touch.kind for touch in found}
    subjects = tuple(dict.fromkeys(touch.what for touch in found))
    if kinds == {"command"} and len(subjects) == 1:
        return Rule(tool=tool, pattern=subjects[0], exact=True, action="allow")
    if kinds == {"url"}:
        hosts = {urls.host(url) for url in subjects}
        return Rule(tool=tool, pattern=f"{urls.DOMAIN}{hosts.pop()}", action="allow") if len(hosts) == 1 else None
    if kinds <= {"read", "write"}:
        return _for_paths(tool, subjects, workspace)
    return None


def _for_paths(tool: str, paths: tuple[str, ...], workspace: Workspace) -> Rule | None:
    given = tuple(os.path.normpath(path) for path in paths)
    if len(given) == 1:
        return Rule(tool=tool, pattern=workspace.relative(given[0]), exact=True, action="allow")
    folder = os.path.commonpath(given)
    if not workspace.is_inside(folder):
        return None
    below = workspace.relative(folder)
    return Rule(tool=tool, pattern="**" if below == "." else f"{below}/**", action="allow")
