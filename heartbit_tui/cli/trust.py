"""`heartbit trust`: the directories whose own settings count."""

import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from heartbit_tui.cli.options import directory
from heartbit_tui.cli.surroundings import Surroundings
from heartbit_tui.cli.told import attempt, columns, say
from heartbit_tui.config.changes import Change, kept, since
from heartbit_tui.config.files import project_root
from heartbit_tui.config.watched import contents, digests
from heartbit_tui.runtime.clock import SystemClock


def main(values: Namespace) -> int:
    """Do what the second word of the command says; the exit code."""
    match values.command.partition(" ")[2]:
        case "add":
            return attempt(lambda: _add(values))
        case "remove":
            return attempt(lambda: _remove(values))
        case "diff":
            return attempt(lambda: _diff(values))
        case _:
            return attempt(lambda: _list(values))


def _list(values: Namespace) -> int:
    around = Surroundings(values)
    trust = around.trust
    rows = [(folder, trust.look(Path(folder), around.watched(Path(folder)))) for folder in trust.folders()]
    if not rows:
        sys.stderr.write("No directory is trusted.\n")
        return 0
    say(columns((folder, f"changed: {', '.join(state.changed)}" if state.changed else "") for folder, state in rows))
    return 0


def _add(values: Namespace) -> int:
    around, folder = Surroundings(values), _folder(values)
    root, trust = project_root(folder), around.trust
    seen = contents(root, trust.further(root, around.watched(folder)))
    _tell(since(trust, root, seen))
    trust.trust(root, now=SystemClock().now(), seen=digests(seen), texts=kept(seen))
    say(
        f"{root} is trusted"
        + (f", with {', '.join(seen)} as {'they are' if len(seen) > 1 else 'it is'} now." if seen else ".")
    )
    return 0


def _diff(values: Namespace) -> int:
    around, folder = Surroundings(values), _folder(values)
    root, trust = project_root(folder), around.trust
    watched = trust.further(root, around.watched(folder))
    state = trust.look(root, watched).state
    _tell(since(trust, root, contents(root, watched)))
    if state != "changed":
        sys.stderr.write(f"{root} is {'as it was when it was trusted' if state == 'trusted' else 'not trusted'}.\n")
    return 0


def _tell(found: Sequence[Change]) -> None:
    if found:
        say("\n".join(line for change in found for line in change.lines))


def _remove(values: Namespace) -> int:
    root = project_root(_folder(values))
    Surroundings(values).trust.forget(root)
    say(f"{root} is not trusted.")
    return 0


def _folder(values: Namespace) -> Path:
    return directory(values.directory or values.cwd, "DIRECTORY")
