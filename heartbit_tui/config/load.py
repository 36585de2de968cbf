"""From texts, variables and flags to one configuration; pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import cast

from heartbit_tui.config import checks, environment as variables, guard, tree
from heartbit_tui.config.conflicts import Effective, conflicts
from heartbit_tui.config.entry import Entry, File, Layer, Problem, Source
from heartbit_tui.config.idle import idle
from heartbit_tui.config.interpolate import filled
from heartbit_tui.config.keys import Path, Value, dotted, undotted
from heartbit_tui.config.reading import entries_of
from heartbit_tui.config.settings import Config
from heartbit_tui.kernel.errors import ConfigError

CHAT_DEFAULTS: Mapping[str, Value] = MappingProxyType({"limits.max_turns": 200})
"""What a chat has in place of the defaults of a run; the seed's figure."""


SPELT_FREELY = "telemetry"
"""The capability whose choices may be spelt in the seed's other ways in files and flags, as they may in variables."""


def load(
    files: Sequence[File],
    environment: Mapping[str, str],
    flags: Mapping[str, Value],
    *,
    trusted: bool,
    defaults: Mapping[str, Value] = MappingProxyType({}),
) -> Config:
    """Merge the layers: defaults, user file, project files, environment, `--config` file, flags.

    `flags` maps dotted keys to values, None where a flag was not given. Within a layer the later file wins; a whole
    array of tables replaces the one below it, but permission rules add up. Raises `ConfigError` for the first
    problem; what only needs to be known is in the configuration's `warnings`.
    """
    found = [_spelt(one) for one in (*_from_files(files), *variables.entries_from(environment), *_from_flags(flags))]
    problems = [one for one in found if isinstance(one, Problem)]
    entries = sorted((one for one in found if isinstance(one, Entry)), key=lambda entry: entry.source.layer)
    kept, ignored = (tuple(entries), ()) if trusted else guard.split(entries)
    filled, unset = _filled(kept, environment)
    _raise_first((*problems, *unset, *_checked(filled)))
    effective = _merged(filled)
    if files:
        _raise_first(conflicts(Effective(entries=effective)))
    config = Config(
        entries=MappingProxyType(effective),
        stack=filled,
        warnings=(*_later(filled), *guard.warnings(ignored), *variables.likely_typos(environment)),
        defaults=defaults,
        ignored=tuple(dotted(entry.path) for entry in ignored),
    )
    return replace(config, warnings=(*config.warnings, *idle(config)))


def _from_files(files: Sequence[File]) -> Iterator[Entry | Problem]:
    for file in files:
        yield from entries_of(file)


def _from_flags(flags: Mapping[str, Value]) -> Iterator[Entry | Problem]:
    for name, value in flags.items():
        path = undotted(name)
        key = tree.key_at(path)
        if key is None:
            raise ConfigError(f"{name} is no configuration key.", key=name)
        source = Source(layer=Layer.FLAG, name=f"flag {key.flag or name}")
        if isinstance(value, str) and key.kind != "string":
            yield variables.entry_from(value, key, path, source)
        elif value is not None:
            given = list(cast("tuple[Value, ...]", value)) if isinstance(value, tuple) else value
            yield Entry(path=path, key=key, value=given, source=source)


def _spelt(one: Entry | Problem) -> Entry | Problem:
    """The entry with a choice as it is spelt in the tree, where the seed's other spellings of it count too."""
    if isinstance(one, Problem) or one.key.capability != SPELT_FREELY or not isinstance(one.value, str):
        return one
    value = variables.read_text(one.value, one.key) if one.key.choices else one.value
    return replace(one, value=value)


def _filled(entries: Iterable[Entry], environment: Mapping[str, str]) -> tuple[tuple[Entry, ...], tuple[Problem, ...]]:
    """The entries of files with `${NAME}` replaced, and a problem for each name that is not set."""
    kept: list[Entry] = []
    problems: list[Problem] = []
    for entry in entries:
        if entry.source.file is None or entry.key.plain:
            kept.append(entry)
            continue
        try:
            kept.append(replace(entry, value=filled(entry.value, environment)))
        except KeyError as error:
            text = f"the environment has no {error.args[0]}; set it, or write ${{{error.args[0]}:-default}}."
            problems.append(Problem(path=entry.source.path, text=text, source=entry.source))
    return tuple(kept), tuple(problems)


def _checked(entries: Sequence[Entry]) -> Iterator[Problem]:
    for entry in entries:
        if problem := checks.problem_with(entry):
            yield problem
    files = dict.fromkeys(entry.source.file for entry in entries if entry.source.file)
    for file in files:
        yield from checks.missing(entry for entry in entries if entry.source.file is file)


def _merged(entries: Iterable[Entry]) -> dict[Path, Entry]:
    """What counts of the entries, lowest layer first."""
    merged: dict[Path, Entry] = {}
    for entry in entries:
        array = _array_of(entry.path)
        below = merged.get(entry.path)
        if array and array != ("permissions",):
            _drop_foreign(merged, array, entry.source.file)
        elif entry.key.add_up and below:
            joined = [*cast("list[Value]", below.value), *cast("list[Value]", entry.value)]
            merged[entry.path] = replace(entry, value=joined)
            continue
        merged[_free(merged, entry) if array == ("permissions",) else entry.path] = entry
    return merged


def _array_of(path: Path) -> Path:
    """The outermost array of tables that a place is in, or nothing."""
    return next((path[:index] for index, part in enumerate(path) if isinstance(part, int)), ())


def _drop_foreign(merged: dict[Path, Entry], array: Path, file: File | None) -> None:
    foreign = [place for place, held in merged.items() if place[: len(array)] == array and held.source.file is not file]
    for place in foreign:
        del merged[place]


def _free(merged: Mapping[Path, Entry], entry: Entry) -> Path:
    """The place of a permission rule behind the rules of other files."""
    others = {
        (held.source.file, held.source.path[:2])
        for place, held in merged.items()
        if place[0] == "permissions" and isinstance(place[1], int) and held.source.file is not entry.source.file
    }
    return ("permissions", len(others) + cast("int", entry.path[1]), *entry.path[2:])


def _later(entries: Iterable[Entry]) -> tuple[str, ...]:
    """A warning for each key whose capability comes with a later release."""
    return tuple(
        f"{entry.source}: {entry.name} is known but not in this release; it has no effect yet."
        for entry in entries
        if entry.key.capability not in tree.BUILT
    )


def _raise_first(problems: Iterable[Problem]) -> None:
    found = sorted(problems, key=lambda problem: tree.rank(problem.path))
    if found:
        raise found[0].error(others=len(found) - 1)
