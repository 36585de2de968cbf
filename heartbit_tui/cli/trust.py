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
    trust = Surroundings(values).trust
    rows = [(folder, trust.look(Path(folder))) for folder in trust.folders()]
    if not rows:
        sys.stderr.write("No directory is trusted.\n")
        return 0
    say(columns((folder, f"changed: {', '.join(state.changed)}" if state.changed else "") for folder, state in rows))
    return 0


def _add(values: Namespace) -> int:
    root = _root(values)
    seen, trust = contents(root), Surroundings(values).trust
    _tell(since(trust, root, seen))
    trust.trust(root, now=SystemClock().now(), seen=digests(seen), texts=kept(seen))
    say(f"{root} is trusted" + (f", with {', '.join(seen)} as they are now." if seen else "."))
    return 0


def _diff(values: Namespace) -> int:
    root = _root(values)
    trust = Surroundings(values).trust
    state = trust.look(root).state
    _tell(since(trust, root, contents(root)))
    if state != "changed":
        sys.stderr.write(f"{root} is {'as it was when it was trusted' if state == 'trusted' else 'not trusted'}.\n")
    return 0


def _tell(found: Sequence[Change]) -> None:
    if found:
        say("\n".join(line for change in found for line in change.lines))


def _remove(values: Namespace) -> int:
    root = _root(values)
    Surroundings(values).trust.forget(root)
    say(f"{root} is not trusted.")
    return 0


def _root(values: Namespace) -> Path:
    return project_root(directory(values.directory or values.cwd, "DIRECTORY"))
