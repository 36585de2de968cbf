"""The parts of undo, put together for one session: its workspace, the ignore files, what command lines name."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from heartbit_tui.kernel.events import Event
from heartbit_tui.permissions import shell
from heartbit_tui.runtime.settings import Settings
from heartbit_tui.tools import ignore
from heartbit_tui.undo.cache import Cache
from heartbit_tui.undo.engine import INDEXES, Engine
from heartbit_tui.undo.index import Index
from heartbit_tui.undo.spans import AT_WORK, Spans
from heartbit_tui.undo.survey import Survey
from heartbit_tui.undo.types import Bounds, Rules
from heartbit_tui.undo.watch import Watch

MOST_NAMED = 100


class GitIgnore:
    """The rules of .gitignore files, as the tools that search files know them."""

    def __init__(self) -> None:
        self._above: dict[Path, ignore.Rules | None] = {}

    def above(self, root: Path) -> Rules | None:
        """What the folders above a root leave out in it, as it was when it was first asked for."""
        if root not in self._above:
            self._above[root] = _above(root)
        return self._above[root]

    def below(self, above: Rules | None, folder: Path) -> Rules | None:
        """The rules in a folder."""
        return ignore.below(above if isinstance(above, ignore.Rules) else None, folder)


def engine(folder: Path) -> Engine:
    """The engine with undo's own folder."""
    return Engine(folder)


def watch(session: str, settings: Settings, engine: Engine, tell: Callable[[Event], None]) -> Watch:
    """What watches the workspace of a session; blocks for as long as it takes to resolve its folders."""
    roots = outermost(os.path.realpath(root) for root in settings.workspace.roots)
    places = settings.places
    own = (places.config, places.data, places.state, places.cache, engine.folder)
    bounds = Bounds()
    index = Index(roots, (os.path.realpath(each) for each in own))
    spans = Spans(engine.folder / AT_WORK, session)
    survey = Survey(engine, index, GitIgnore(), Cache(engine.folder / INDEXES, roots), spans, bounds)
    return Watch(survey, tell)


def outermost(roots: Iterator[str]) -> tuple[str, ...]:
    """The folders that are in no other one of them."""
    kept: list[str] = []
    for root in sorted(set(roots)):
        if not any(root.startswith(f"{each.rstrip('/')}/") for each in kept):
            kept.append(root)
    return tuple(kept)


def only_reads(line: str) -> bool:
    """Whether a command line is known to change no file."""
    seen = shell.look(line)
    if seen.unclear or seen.writes or not seen.commands:
        return False
    return all(shell.reading(simple) is not None for simple in seen.commands)


def named(line: str, folder: str) -> tuple[str, ...]:
    """The files that a command line names outright, links in their folders resolved."""
    return tuple(dict.fromkeys(_named(line, folder)))[:MOST_NAMED]


def _named(line: str, folder: str) -> Iterator[str]:
    seen = shell.look(line)
    written = [(file.path, file.folders) for file in seen.writes if not file.wild]
    words = [(w.text, each.folders) for each in seen.commands for w in each.words[1:] if w.plain and not w.wild]
    for text, folders in (*written, *words):
        for inner in folders if text and not text.startswith("-") else ():
            given = Path(folder, inner, text)
            path = Path(os.path.realpath(given.parent), given.name)
            if given.name and not path.is_dir():
                yield str(path)


def _above(root: Path) -> ignore.Rules | None:
    """None for a repository, in which rules begin anew."""
    if ignore.is_repository(root) or root == root.parent:
        return None
    return ignore.scope_of(root.parent, root.parent).rules
