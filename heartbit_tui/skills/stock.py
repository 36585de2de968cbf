"""All skills and commands that there are, looked for anew when asked, and read only where something changed."""

import hashlib
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.skills import find, parse
from heartbit_tui.skills.choose import chosen
from heartbit_tui.skills.find import Stamp
from heartbit_tui.skills.readings import Reading, Readings
from heartbit_tui.skills.types import Catalogue, Command, Found, Place, Skill, Warrant, Withheld

UNREADABLE = "It cannot be read: {error}."
CUT = "It has more than {most:,} bytes; what follows them is left out."


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What a skill or a command says now; `fault` says why it does not count any more, else it is empty."""

    text: str = ""
    fault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What is different from the last look, by name."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.gone)


class Stock:
    """Skills and commands of several places; `look` blocks for a few milliseconds, so call it beside the loop.

    `warrant` gives what knows, at this moment, which files of the project are trusted. `readings` may be shared with
    other stocks.
    """

    def __init__(
        self,
        places: Sequence[Place],
        warrant: Callable[[], Warrant],
        disabled: Sequence[str] = (),
        readings: Readings | None = None,
    ) -> None:
        self._places = tuple(places)
        self._warrant = warrant
        self._disabled = tuple(disabled)
        self._readings = readings or Readings()
        self._known: dict[Path, Reading] = {}
        self._looked = False
        self._one_at_a_time = threading.Lock()
        self.catalogue = Catalogue()
        """What was found when it was last looked."""

    @property
    def places(self) -> tuple[Place, ...]:
        """Where is looked, the places that win over others last."""
        return self._places

    def look(self) -> News:
        """Look anew; what is different since the last time, and nothing at the first."""
        with self._one_at_a_time:
            return self._look()

    def _look(self) -> News:
        before = self._marks() if self._looked else None
        warrant, seen = self._warrant(), set[Path]()
        found = tuple(each for place in self._places for each in self._in(place, warrant, seen))
        for path in self._known.keys() - seen:
            del self._known[path]
        self.catalogue = chosen(found, self._disabled)
        self._looked = True
        return News() if before is None else _news(before, self._marks())

    def body(self, found: Skill | Command) -> Body:
        """What it says at this moment, as far as it still counts."""
        try:
            contents = find.contents(found.file)
        except (OSError, ValueError) as error:
            return Body(fault=UNREADABLE.format(error=getattr(error, "strerror", "") or error))
        if found.place.layer == "project" and (reason := self._warrant().refused(found.file, contents.data)):
            return Body(fault=reason)
        return Body(text=parse.body(contents.text))

    def _in(self, place: Place, warrant: Warrant, seen: set[Path]) -> Iterator[Found]:
        for path in find.files(place):
            mark = find.stamp(path)
            if mark is None or path in seen:
                continue
            seen.add(path)
            known = self._readings.of(path, place, mark) or _read(path, place, mark, warrant)
            self._readings.keep(path, place, known)
            self._known[path] = known
            yield known.found

    def _marks(self) -> dict[str, tuple[Path, str]]:
        counting = (*self.catalogue.commands, *self.catalogue.skills)
        return {each.name: (each.file, self._known[each.file].digest) for each in counting}


def _read(path: Path, place: Place, mark: Stamp, warrant: Warrant) -> Reading:
    name = path.parent.name if place.kind == "skills" else path.stem
    try:
        contents = find.contents(path)
    except (OSError, ValueError) as error:
        reason = UNREADABLE.format(error=getattr(error, "strerror", "") or error)
        return Reading(stamp=mark, digest="", found=Withheld(name=name, file=path, place=place, reason=reason))
    digest = hashlib.sha256(contents.data).hexdigest()
    found = (parse.skill if place.kind == "skills" else parse.command)(contents.text, path, place)
    reason = warrant.refused(path, contents.data) if place.layer == "project" else ""
    if reason:
        found = Withheld(name=found.name, file=path, place=place, reason=reason)
    return Reading(stamp=mark, digest=digest, found=_noted(found, cut=contents.cut))


def _noted(found: Found, *, cut: bool) -> Found:
    """It with the warnings that only its file gives rise to."""
    warnings: list[str] = [CUT.format(most=find.MOST)] if cut else []
    if isinstance(found, Skill) and found.file.name != find.SKILL:
        warnings.append(f"Its file should be called {find.SKILL}, in these letters.")
    return found if isinstance(found, Withheld) or not warnings else _with(found, warnings)


def _with(found: Skill | Command, warnings: Sequence[str]) -> Skill | Command:
    return replace(found, warnings=(*found.warnings, *warnings))


def _news(before: dict[str, tuple[Path, str]], now: dict[str, tuple[Path, str]]) -> News:
    return News(
        added=tuple(sorted(now.keys() - before.keys())),
        changed=tuple(sorted(name for name in now.keys() & before.keys() if now[name] != before[name])),
        gone=tuple(sorted(before.keys() - now.keys())),
    )
