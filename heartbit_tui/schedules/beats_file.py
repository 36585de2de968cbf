"""A HEARTBEAT file becomes what it asks for, or a sentence on what is wrong with it; pure."""

from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar, cast

import yaml

from heartbit_tui.schedules import durations, windows, zones
from heartbit_tui.schedules.beats import LEAST, MOST, READING, Found, Heartbeat, Kind, Unusable
from heartbit_tui.schedules.windows import EVERY_DAY, MINUTES, Window

FENCE = "---"
LONGEST = 16 * 1024
"""Letters of a table at a file's head; a longer one is none."""

KEYS = ("every", "active_hours", "timezone", "type", "days", "tools", "max_cost", "max_tokens", "max_calls")
OF_AGENTS = ("tools", "max_cost", "max_tokens", "max_calls")
"""What is said of the agent that does a beat; a meditation has none."""

NAMES: Mapping[str, str] = MappingProxyType({"tz": "timezone", "kind": "type"})
"""What some keys are called too; rsclaw's."""

KINDS: Mapping[str, Kind] = MappingProxyType({"message": "message", "meditate": "meditate", "meditation": "meditate"})
NEAR = 0.75
"""How much a name has to be like one that is known, 0 to 1, so that it is taken for a slip; `title` is not like `type`."""

SHOWN = 80
"""Letters of what a person wrote that are shown."""

HERE = ("", "auto", zones.LOCAL)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MEMORY = ("memory_recall", "memory_store", "memory_update", "memory_forget")

NO_TABLE = "it begins with no table: write `---`, then a line such as `every: 30m`, then `---`"
NO_END = "the table at its head has no end: put a line with `---` behind it"
NO_EVERY = "it does not say how often: write `every: 30m` in the table at its head"
NO_TEXT = "nothing stands behind its table, so there is nothing to ask an agent"
DOLLARS = "it is an amount of US dollars above 0, such as 0.25"
COUNT = "it is a whole number above 0, such as 20"
LARGEST = 1e12
"""More than any beat can take; a number far above it fits no column."""

TOO_MUCH = "`{name}: {text}` is more than a beat can take"
TOO_OFTEN = "`every: {text}` is too often: 30s is the least"
TOO_SELDOM = "`every: {text}` is too seldom: 30d is the most; what is rarer is a schedule of the daemon"


T = TypeVar("T")


class Wrong(Exception):
    """What is wrong with a file, in words that follow its name."""


def parse(text: str, file: Path, workspace: Path, here: tzinfo) -> Found:
    """The heartbeat in the text of a file, or why it is none; `here` is the zone of this machine."""
    key = str(file)
    try:
        table, body = _apart(text)
        return _heartbeat(table, body, file, workspace, _windows(table, here))
    except (Wrong, ValueError) as wrong:
        reason = str(wrong).rstrip(".")
        end = "" if reason.endswith("?") else "."
        return Unusable(key=key, file=file, workspace=workspace, reason=f"{file.name}: {reason}{end}")


def _heartbeat(
    table: Mapping[str, object], body: str, file: Path, workspace: Path, hours: tuple[Window, ...]
) -> Heartbeat:
    kind = _kind(_words(table, "type"))
    if kind == "message" and not body.strip():
        raise Wrong(NO_TEXT)
    return Heartbeat(
        key=str(file),
        file=file,
        workspace=workspace,
        every=_every(_words(table, "every")),
        windows=hours,
        kind=kind,
        tools=_tools(_listed(table, "tools")),
        text=body.strip(),
        max_cost=_amount(table, "max_cost", DOLLARS, float),
        max_tokens=_amount(table, "max_tokens", COUNT, int),
        max_calls=_amount(table, "max_calls", COUNT, int),
        warnings=tuple(f"`{name[:SHOWN]}` means nothing here." for name in table if name not in KEYS)
        + tuple(
            f"`{name}` means nothing for a meditation." for name in OF_AGENTS if name in table and kind == "meditate"
        ),
    )


def _apart(text: str) -> tuple[Mapping[str, object], str]:
    """The table and what follows it."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    if lines[0].rstrip() != FENCE:
        raise Wrong(NO_TABLE)
    end = next((number for number, line in enumerate(lines) if number and line.rstrip() == FENCE), None)
    if end is None:
        raise Wrong(NO_END)
    table = "\n".join(lines[1:end])
    if len(table) > LONGEST:
        raise Wrong(f"the table at its head has more than {LONGEST:,} letters")
    return _table(table), "\n".join(lines[end + 1 :])


class _Loader(yaml.BaseLoader):
    """PyYAML's loader that takes every value for text, without aliases: few lines of them stand for more than any memory holds."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):  # pyright: ignore[reportUnknownMemberType] # PyYAML tells no types here
            raise yaml.YAMLError("an alias (*) stands in it")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        names = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise yaml.YAMLError(f"`{twice[:SHOWN]}` stands in it twice")
        return super().construct_mapping(node, deep)


def _table(text: str) -> Mapping[str, object]:
    try:
        found: object = yaml.load(text, Loader=_Loader)  # noqa: S506 - it makes nothing but text, lists and tables
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        problem = getattr(error, "problem", None) or str(error) or type(error).__name__
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 2}" if mark is not None else ""
        raise Wrong(f"the table at its head cannot be read: {' '.join(str(problem).split())}{where}") from error
    if found in (None, ""):
        return {}
    if not isinstance(found, dict):
        raise Wrong("the table at its head cannot be read: it is no table of names and values")
    table = {str(name): value for name, value in cast("dict[object, object]", found).items()}
    for name in table:
        _known(name)
    if twice := next((name for name, usual in NAMES.items() if name in table and usual in table), ""):
        raise Wrong(f"`{twice}` and `{NAMES[twice]}` are the same; write one of them")
    return {NAMES.get(name, name): value for name, value in table.items()}


def _known(name: str) -> None:
    """Raise `Wrong` for a name that is nearly one of those that mean something: what it says would be left out in silence."""
    known = (*KEYS, *NAMES)
    near = () if name in known else get_close_matches(name.lower(), known, n=1, cutoff=NEAR)
    if near:
        raise Wrong(f"`{name[:SHOWN]}` means nothing: did you mean `{near[0]}`?")


def _words(table: Mapping[str, object], name: str) -> str:
    value = table.get(name, "")
    if not isinstance(value, str):
        raise Wrong(f"`{name}` has to be text")
    return value.strip()


def _listed(table: Mapping[str, object], name: str) -> tuple[str, ...]:
    """A list, also where it is written as words with commas."""
    value = table.get(name, "")
    words = cast("list[object]", value) if isinstance(value, list) else str(value).split(",")
    if isinstance(value, dict) or not all(isinstance(word, str) for word in words):
        raise Wrong(f"`{name}` has to be a list of names")
    return tuple(filter(None, (str(word).strip() for word in words)))


def _every(text: str) -> int:
    if not text:
        raise Wrong(NO_EVERY)
    try:
        seconds = durations.duration(text)
    except ValueError as error:
        raise Wrong(f"`every`: {error}") from error
    if seconds < LEAST:
        raise Wrong(TOO_OFTEN.format(text=text))
    if seconds > MOST:
        raise Wrong(TOO_SELDOM.format(text=text))
    return seconds


def _amount(table: Mapping[str, object], name: str, form: str, read: Callable[[str], T]) -> T | None:
    """A number above 0; None where it is not given."""
    text = _words(table, name)
    if not text:
        return None
    try:
        found = read(text) if text.isascii() else read("")
    except ValueError:
        raise Wrong(f"`{name}: {text}` is none: {form}") from None
    if cast("float", found) > LARGEST:
        raise Wrong(TOO_MUCH.format(name=name, text=text[:SHOWN]))
    if not cast("float", found) > 0:
        raise Wrong(f"`{name}: {text}` is none: {form}")
    return found


def _kind(text: str) -> Kind:
    found = KINDS.get(text.lower() or "message")
    if found is None:
        raise Wrong(f"`type: {text}` is none: write message or meditate")
    return found


def _tools(named: Sequence[str]) -> tuple[str, ...]:
    """Those that only read, and those that the file names; `memory` is all that the memory offers."""
    more = (tool for name in named for tool in (MEMORY if name == "memory" else (name,)))
    return tuple(dict.fromkeys((*READING, *more)))


def _windows(table: Mapping[str, object], here: tzinfo) -> tuple[Window, ...]:
    name = _words(table, "timezone")
    zone = here if name in HERE else _named(lambda: zones.zone(name, {}), "timezone")
    days = _days(_listed(table, "days"))
    hours = _listed(table, "active_hours")
    if not hours:
        return () if days == EVERY_DAY else (Window(0, MINUTES, zone, days),)
    return tuple(_named(lambda each=each: _window(each, zone, days), "active_hours") for each in hours)


def _window(text: str, zone: tzinfo, days: frozenset[int]) -> Window:
    """The hours of `09:00-17:00`; the same time twice is the whole day."""
    start, dash, end = text.partition("-")
    if not dash:
        raise ValueError(f"{text!r} is no span of hours: write two times, such as 09:00-17:30.")
    opens, closes = windows.minutes(start), windows.minutes(end)
    if opens == MINUTES:
        raise ValueError(f"{text!r} begins at the end of a day: write 00:00.")
    return Window(0, MINUTES, zone, days) if opens == closes else Window(opens, closes, zone, days)


def _days(named: Sequence[str]) -> frozenset[int]:
    """The days of `mon-fri, sun`, numbered from Monday, 0."""
    if not named:
        return EVERY_DAY
    found = set[int]()
    for each in named:
        first, dash, last = (part.strip().lower()[:3] for part in each.partition("-"))
        if first not in DAYS or (dash and last not in DAYS):
            raise Wrong(f"`days: {each}` is none: write days such as mon-fri, or sat, sun")
        begin, end = DAYS.index(first), DAYS.index(last if dash else first)
        found |= {number % 7 for number in range(begin, end + 1 + 7 * (end < begin))}
    return frozenset(found)


def _named(read: Callable[[], T], name: str) -> T:
    try:
        return read()
    except ValueError as error:
        raise Wrong(f"`{name}`: {error}") from error
