"""`heartbit skills`: list, lint, why, new."""

import asyncio
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias

from heartbit_tui.cli.options import clean
from heartbit_tui.cli.surroundings import Surroundings
from heartbit_tui.cli.told import attempt, columns, one_line, say, say_json
from heartbit_tui.client.commands import COMMANDS, named
from heartbit_tui.headless.endings import UsageError
from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.runtime.settings import read
from heartbit_tui.runtime.skill_places import OURS, wanted
from heartbit_tui.runtime.skilled import stock
from heartbit_tui.skills import find, lint, parse
from heartbit_tui.skills.lint import Finding
from heartbit_tui.skills.new import make
from heartbit_tui.skills.stock import Stock
from heartbit_tui.skills.types import Catalogue, Command, Found, Place, Skill, Withheld

OFF = "Skills are off: skills.enabled is false, or --bare was given."
UNKNOWN = "There is no skill and no command {name}. `heartbit skills list` tells which there are."
NO_FILE = "{word} is no skill that is known by this name, and no file or folder with a {skill}."
TRUST = "The skills of a project count once it is trusted as it is: look at them, then run `heartbit trust add`."
LONGEST = 90
"""Letters of a description in a row."""

BYTES = 4
"""Bytes of a token, about."""

Act: TypeAlias = Callable[[Surroundings, Namespace], int]


def main(values: Namespace) -> int:
    """Do what the second word of the command says; the exit code."""
    return attempt(lambda: act(Surroundings(values), values))


def act(around: Surroundings, values: Namespace) -> int:
    """The same with other surroundings. Raises `HeartbitError`."""
    return _ACTS[values.command.partition(" ")[2]](around, values)


def _stock(around: Surroundings) -> Stock:
    """All skills and commands here, looked through. Raises `ConfigError`, `UsageError`."""
    settings = asyncio.run(read(around.options, SystemClock()))
    if not wanted(around.options, settings.config):
        raise UsageError(OFF)
    found = stock(around.options, settings)
    found.look()
    return found


def _list(around: Surroundings, values: Namespace) -> int:
    catalogue = _stock(around).catalogue
    left_out = catalogue.withheld if values.all else ()
    if values.json:
        say_json([_shown(each) for each in (*catalogue.skills, *catalogue.commands, *left_out)])
        return 0
    rows = [_row(each) for each in (*catalogue.skills, *catalogue.commands)]
    say(columns((*rows, *((each.name, each.place.title, "does not count", each.reason) for each in left_out))))
    if catalogue.withheld and not values.all:
        sys.stderr.write(f"{len(catalogue.withheld)} more do not count; --all tells why.\n")
    return 0


def _lint(around: Surroundings, values: Namespace) -> int:
    catalogue = _stock(around).catalogue
    chosen = [each for word in values.skills for each in _meant(clean(word), catalogue, around.cwd)]
    every = chosen if values.skills else list(_own(catalogue))
    found = [finding for each in every for finding in _remarks(each)]
    if values.json:
        say_json([_finding(each) for each in found])
    else:
        for each in found:
            say(f"{each.file}: {'error' if each.error else 'warning'}: {each.text}")
        sys.stderr.write(f"{len(every)} looked at, {len(found)} remarks.\n")
    return 1 if any(each.error for each in found) else 0


def _remarks(each: Found) -> tuple[Finding, ...]:
    """What is wrong with it; of what is not trusted, what would be if it were."""
    if not isinstance(each, Withheld) or each.place.layer != "project" or each.intended:
        return lint.findings(each)
    text = find.contents(each.file).text
    read_now = (parse.skill if each.place.kind == "skills" else parse.command)(text, each.file, each.place)
    if isinstance(read_now, Withheld):
        return lint.findings(read_now)
    return (*lint.findings(read_now), Finding(file=str(each.file), name=each.name, text=each.reason))


def _own(catalogue: Catalogue) -> Iterator[Found]:
    """What somebody could mend; what another one of its name hides, or the settings leave out, is as it should be."""
    for each in lint.of(catalogue):
        meant = isinstance(each, Withheld) and each.intended
        if not meant:
            yield each


def _meant(word: str, catalogue: Catalogue, cwd: Path) -> tuple[Found, ...]:
    """What a word of the command line names: all of that name, or a file. Raises `UsageError`."""
    known = tuple(each for each in lint.of(catalogue) if each.name == word)
    if known:
        return known
    path = cwd / word
    file = path / find.SKILL if path.is_dir() else path
    if not file.is_file():
        raise UsageError(NO_FILE.format(word=word, skill=find.SKILL))
    place = Place(folder=file.parent.parent, layer="user", title=str(file.parent.parent))
    return (parse.skill(find.contents(file).text, file.resolve(), place),)


def _why(around: Surroundings, values: Namespace) -> int:
    found = _stock(around)
    name = clean(values.name).removeprefix("/")
    others = [each for each in lint.of(found.catalogue) if each.name == name.removeprefix("skill:")]
    if not others:
        raise UsageError(UNKNOWN.format(name=name))
    counts = found.catalogue.called(name) or found.catalogue.skill(name)
    if values.json:
        say_json([{**_shown(each), "counts": each == counts} for each in others])
        return 0
    rows = [*_told(counts, found), *((("called", _hidden(name)),) if counts and _hidden(name) else ())]
    refused = [each for each in others if isinstance(each, Withheld)]
    rows += [row for each in refused for row in (("not used", str(each.file)), ("because", each.reason))]
    say(columns(rows))
    return 0 if counts else 1


def _told(counts: Skill | Command | None, found: Stock) -> Iterator[tuple[str, str]]:
    """What is known of the one that counts."""
    if counts is None:
        return
    order = [place.title for place in found.places if place.kind == counts.place.kind]
    size = len(found.body(counts).text.encode())
    yield "name", counts.name
    yield "does", counts.description
    yield "file", str(counts.file)
    yield "from", f"{counts.place.title} ({counts.place.layer}); later ones win: {', '.join(order)}"
    yield "size", f"about {-(-size // BYTES):,} tokens when it is used"
    if isinstance(counts, Skill):
        yield "called by", _callers(counts)
        for title, listed in (
            ("expects", counts.allowed),
            ("goes without", counts.barred),
            ("for files", counts.paths),
        ):
            if listed:
                yield title, ", ".join(listed) + (" (that permits nothing)" if title == "expects" else "")
        yield from counts.more.items()
        inside = find.inside(counts.folder)
        yield from (("beside it", ", ".join(inside)),) if inside else ()
    yield from (("warning", text) for text in counts.warnings)


def _callers(skill: Skill) -> str:
    who = [word for word, may in (("the model", skill.models), (f"you, by /{skill.name}", skill.people)) if may]
    return " and ".join(who) or "nobody"


def _hidden(name: str) -> str:
    """How it has to be called where heartbit has a command of its name."""
    return f"as /skill:{name}, because heartbit has a command /{name}" if name in named(COMMANDS) else ""


def _new(around: Surroundings, values: Namespace) -> int:
    folder = around.root / OURS if values.here else around.places.config
    file = make(folder / "skills", clean(values.name), clean(values.description or ""))
    if values.json:
        say_json({"file": str(file)})
    else:
        say(str(file))
    if values.here:
        sys.stderr.write(f"{TRUST}\n")
    return 0


_ACTS: Mapping[str, Act] = MappingProxyType({"list": _list, "lint": _lint, "why": _why, "new": _new})


def _row(each: Skill | Command) -> tuple[str, str, str, str]:
    return (
        each.name,
        each.place.title,
        "command" if isinstance(each, Command) else _who(each),
        one_line(each.description, LONGEST),
    )


def _who(skill: Skill) -> str:
    return "skill" if skill.models and skill.people else "model alone" if skill.models else "you alone"


def _shown(each: Found) -> JsonObject:
    """One of them for a program."""
    told: JsonObject = {
        "name": each.name,
        "kind": "command" if each.place.kind == "commands" else "skill",
        "file": str(each.file),
        "layer": each.place.layer,
        "place": each.place.title,
    }
    if isinstance(each, Withheld):
        return {**told, "used": False, "reason": each.reason}
    told |= {"used": True, "description": each.description, "argument_hint": each.hint, "warnings": list(each.warnings)}
    if isinstance(each, Skill):
        told |= {"model": each.models, "person": each.people, "paths": list(each.paths)}
        told |= {"allowed_tools": list(each.allowed), "disallowed_tools": list(each.barred), "more": dict(each.more)}
    return told


def _finding(each: Finding) -> JsonObject:
    return {"file": each.file, "name": each.name, "level": "error" if each.error else "warning", "text": each.text}
