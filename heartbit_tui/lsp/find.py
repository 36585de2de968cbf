"""Which language servers can be started here: found on the PATH, in a trusted project, or named by the settings."""

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from pathlib import Path, PurePath
from types import MappingProxyType
from typing import cast

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.lsp.languages import ENDINGS, KINDS, language_of
from heartbit_tui.lsp.programs import PROGRAMS
from heartbit_tui.lsp.types import AtWork, Found, LanguageError, Missing, Part, Program, Standing

OWN_FOLDERS = (".venv/bin", "venv/bin", "node_modules/.bin")
"""Where a project has programs of its own; looked at where it is trusted."""

INSIDE = "{path} is inside of the project, which is not trusted: heartbit trust add"
RUNS = "not in a project that is not trusted (heartbit trust add): {why}"
TOO_OLD = "the one on the PATH is too old to be a language server; install it with: {install}"
NOT_FOUND = "not on the PATH; install it with: {install}"
OFF = "turned off by lsp.servers.{name}"
KEYS = frozenset(
    {
        "command",
        "args",
        "enabled",
        "languages",
        "extensions",
        "root_markers",
        "initialization_options",
        "settings",
        "environment",
        "part",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Where servers are looked for: the folders of the project, the PATH, and what the settings say of servers."""

    roots: tuple[str, ...]
    path: str
    trusted: bool
    servers: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """All servers that can be started, the preferred one of each language and part first, and why others cannot."""

    found: tuple[Found, ...] = ()
    missing: tuple[Missing, ...] = ()

    def serving(self, path: str, without: Callable[[Found], bool] = lambda _: False) -> tuple[Found, ...]:
        """Those that serve a file: at most one for its types and one that lints, and none that `without` leaves out."""
        chosen: dict[Part, Found] = {}
        for each in self.found:
            if serves(each.program, path) and not without(each):
                chosen.setdefault(each.program.part, each)
        return tuple(chosen.values())

    def standings(self, at_work: Callable[[str], tuple[AtWork, ...]] = lambda _: ()) -> tuple[Standing, ...]:
        """How each program stands, those that can be started first; `at_work` tells what runs of one."""
        there = (
            Standing(program=each.program, command=each.command, at_work=at_work(each.program.name))
            for each in self.found
        )
        return (*there, *(Standing(program=each.program, why=each.why) for each in self.missing))

    @property
    def endings(self) -> frozenset[str]:
        """The endings of files that can be served."""
        languages = {language for each in self.found for language in each.program.languages}
        known = {ending for ending, language in ENDINGS.items() if language in languages}
        return frozenset(known.union(*(each.program.extensions for each in self.found)))

    @property
    def kinds(self) -> tuple[str, ...]:
        """The languages, as a person calls them."""
        names = [KINDS.get(language, language) for each in self.found for language in each.program.languages]
        return tuple(dict.fromkeys(names))


def serves(program: Program, path: str) -> bool:
    """Whether a program is for such a file."""
    language = language_of(path)
    return bool(language and language in program.languages) or path.endswith(program.extensions or ("\0",))


def inventory(ground: Ground) -> Inventory:
    """Look for all of them; blocks no longer than a few looks at each folder of the PATH take.

    Raises `LanguageError` for settings of a server that cannot be understood.
    """
    found: list[Found] = []
    missing: list[Missing] = []
    for program, enabled in _programs(ground.servers):
        each = _looked(program, ground) if enabled else Missing(program=program, why=OFF.format(name=program.name))
        if isinstance(each, Found):
            found.append(each)
        else:
            missing.append(each)
    return Inventory(found=tuple(found), missing=tuple(missing))


def root_of(program: Program, path: str, roots: Sequence[str]) -> str:
    """The folder that a server of this program works in for a file; empty for a file outside of the project."""
    within = [root for root in roots if path.startswith(root.rstrip("/") + "/")]
    if not within:
        return ""
    top = max(within, key=len)
    marked = [str(folder) for folder in _above(path, top) if _has(folder, program.markers)]
    if not marked:
        return top
    return marked[-1] if program.outermost else marked[0]


def first_file(roots: Sequence[str], endings: frozenset[str], most: int = 600) -> str:
    """A file with such an ending, as one of the first that a look at the project finds; empty where there is none."""
    waiting, left = list(roots), most
    while waiting and left > 0:
        with suppress(OSError), os.scandir(waiting.pop(0)) as entries:
            for entry in islice(entries, left):
                left -= 1
                if PurePath(entry.name).suffix.lower() in endings and entry.is_file():
                    return entry.path
                if entry.is_dir(follow_symlinks=False) and entry.name[:1] != "." and entry.name != "node_modules":
                    waiting.append(entry.path)
    return ""


def _above(path: str, top: str) -> Iterator[Path]:
    for folder in Path(path).parents:
        yield folder
        if str(folder) == top:
            return


def _has(folder: Path, markers: Sequence[str]) -> bool:
    return any((folder / marker).exists() for marker in markers)


def _programs(settings: Mapping[str, object]) -> Iterator[tuple[Program, bool]]:
    """Those that the settings name first, each with whether it is on."""
    known = {program.name: program for program in PROGRAMS}
    for name, value in settings.items():
        yield _configured(name, value, known.get(name))
    yield from ((program, True) for program in PROGRAMS if program.name not in settings)


def _looked(program: Program, ground: Ground) -> Found | Missing:
    inside, old = "", False
    for command in program.commands:
        for folder in _folders(ground, command[0]):
            file = f"{folder}/{command[0]}" if folder else command[0]
            if not shutil.which(file):
                continue
            if not ground.trusted and _is_inside(file, ground.roots):
                inside = inside or file
                continue
            if not _is_recent(file, program.release):
                old = True
                continue
            return _harmless(Found(program=program, command=(file, *command[1:])), ground)
    if inside:
        return Missing(program=program, why=INSIDE.format(path=inside))
    why = (TOO_OLD if old else NOT_FOUND).format(install=program.install or "its maker's instructions")
    return Missing(program=program, why=why)


def _is_recent(file: str, release: tuple[str, int]) -> bool:
    """Whether a program comes from a package in a version that is a language server."""
    package, least = release
    if not package:
        return True
    for folder in Path(os.path.realpath(file)).parents:
        about = folder / "package.json"
        if folder.name == package and about.is_file():
            with suppress(OSError, ValueError):
                version = str(json.loads(about.read_bytes()).get("version", ""))
                return int(version.partition(".")[0]) >= least
    return False


def _harmless(found: Found, ground: Ground) -> Found | Missing:
    """The program, made to run nothing of a project that is not trusted where that is needed."""
    program = found.program
    if ground.trusted or not program.trusted_only:
        return found
    option, file = program.pin
    beside = _beside(found.command[0], file) if option else ""
    if not beside or _is_inside(beside, ground.roots):
        return Missing(program=program, why=RUNS.format(why=program.trusted_only))
    return replace(found, program=replace(program, options=_with(program.options, option.split("."), beside)))


def _beside(program: str, file: str) -> str:
    """A file of a package that is installed in the same node_modules as a program, or empty."""
    for folder in Path(os.path.realpath(program)).parents:
        if folder.name == "node_modules" and (folder / file).is_file():
            return str(folder / file)
    return ""


def _with(options: Mapping[str, object], keys: Sequence[str], value: object) -> Mapping[str, object]:
    if len(keys) == 1:
        return MappingProxyType({**options, keys[0]: value})
    inner = cast("Mapping[str, object]", options.get(keys[0]) or {})
    return MappingProxyType({**options, keys[0]: _with(inner, keys[1:], value)})


def _folders(ground: Ground, program: str) -> Iterator[str]:
    """Where to look for a program; one with a slash stands where it says."""
    if "/" in program:
        yield "" if program.startswith("/") else ground.roots[0]
        return
    if ground.trusted:
        yield from (str(Path(root, own)) for root in ground.roots for own in OWN_FOLDERS)
    yield from (folder for folder in ground.path.split(os.pathsep) if folder.startswith("/"))


def _is_inside(file: str, roots: Sequence[str]) -> bool:
    places = (os.path.normpath(file), os.path.realpath(file))
    tops = [top.rstrip("/") + "/" for root in roots for top in (root, os.path.realpath(root))]
    return any(place.startswith(top) for place in places for top in tops)


def _configured(name: str, value: object, known: Program | None) -> tuple[Program, bool]:
    """A server as the settings have it. Raises `LanguageError`."""
    if not isinstance(value, Mapping):
        raise LanguageError(f'lsp.servers.{name} is a table, such as {{ command = ["{name}"] }}.')
    table = cast("Mapping[str, object]", value)
    if unknown := sorted(set(table) - KEYS):
        raise LanguageError(f"lsp.servers.{name}.{unknown[0]} is not known. Known here: {', '.join(sorted(KEYS))}.")
    given = _Table(name, table)
    command, extensions, languages = given.command(), given.strings("extensions"), given.strings("languages")
    enabled = given.boolean("enabled")
    if known is None and enabled and not (command and (extensions or languages)):
        raise LanguageError(f"lsp.servers.{name} needs a command, and the extensions or languages that it serves.")
    base = known or Program(name=name, part="types", commands=((name,),), languages=())
    made = replace(
        base,
        part=given.part() or base.part,
        commands=(command,) if command else base.commands,
        languages=languages or (() if extensions else base.languages),
        extensions=tuple(f".{each.lstrip('.')}" for each in extensions) or base.extensions,
        markers=given.strings("root_markers") or base.markers,
        options={**base.options, **given.table("initialization_options")},
        settings={**base.settings, **given.table("settings")},
        environment={**base.environment, **{key: str(each) for key, each in given.table("environment").items()}},
    )
    return made, enabled


class _Table:
    """What the settings say of one server. All of it raises `LanguageError` for values of the wrong kind."""

    def __init__(self, name: str, values: Mapping[str, object]) -> None:
        self._name = name
        self._values = values

    def command(self) -> tuple[str, ...]:
        """The program and its arguments; empty where none is given."""
        value = self._values.get("command")
        words = (value,) if isinstance(value, str) and value else self.strings("command")
        return (*words, *self.strings("args")) if words else ()

    def strings(self, key: str) -> tuple[str, ...]:
        """A list of words."""
        value = self._values.get(key, [])
        listed = cast("Sequence[object]", value) if isinstance(value, list | tuple) else None
        if listed is None or not all(isinstance(each, str) and each for each in listed):
            raise self._wrong(key, "a list of strings")
        return tuple(str(each) for each in listed)

    def table(self, key: str) -> Mapping[str, object]:
        """A table."""
        value = self._values.get(key, {})
        if not isinstance(value, Mapping):
            raise self._wrong(key, "a table")
        return cast("Mapping[str, object]", value)

    def boolean(self, key: str) -> bool:
        """True or false; true where nothing is said."""
        value = self._values.get(key, True)
        if not isinstance(value, bool):
            raise self._wrong(key, "true or false")
        return value

    def part(self) -> Part | None:
        """What it is for."""
        value = self._values.get("part")
        if value not in (None, "types", "lint"):
            raise self._wrong("part", '"types" or "lint"')
        return value

    def _wrong(self, key: str, wanted: str) -> LanguageError:
        return LanguageError(f"lsp.servers.{self._name}.{key} is {wanted}.")
