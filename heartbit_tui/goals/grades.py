"""What a judge answered, read strictly: only a plain yes to a criterion is one; pure."""

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, cast

from heartbit_tui.kernel.events import Grade, Outcome

SILENT = "the judge said nothing of it"
LONGEST = 600
_ORDER: tuple[Outcome, ...] = ("unmet", "unsure", "met")
_PLACE = re.compile(r"^(.*?)(?::(\d+)(?:[-:]\d+)?)?$")


def graded(answer: str, criteria: Sequence[str], names: Collection[str]) -> tuple[Grade, ...]:
    """A grade for each criterion, in their order; of several for one the strictest. `names` are the files of the diff.

    A criterion that the answer says nothing usable of is unsure. A place in a file that is not in the diff is left out.
    """
    found: dict[int, list[Grade]] = {}
    for number, grade in _entries(answer, criteria, names):
        found.setdefault(number, []).append(grade)
    return tuple(_one(text, found.get(number, [])) for number, text in enumerate(criteria, 1))


def _one(criterion: str, said: Sequence[Grade]) -> Grade:
    if not said:
        return Grade(criterion=criterion, outcome="unsure", reason=SILENT)
    return min(said, key=lambda each: _ORDER.index(each.outcome))


def _entries(answer: str, criteria: Sequence[str], names: Collection[str]) -> Iterator[tuple[int, Grade]]:
    for entry in _tables(answer):
        number, outcome = entry.get("criterion"), str(entry.get("outcome", "")).strip().lower()
        if isinstance(number, bool) or not isinstance(number, int | str):
            continue
        at = int(number) if str(number).strip().isdecimal() else 0
        if not 1 <= at <= len(criteria):
            continue
        reason = " ".join(str(entry.get("reason") or "").split())[:LONGEST]
        known: Outcome = outcome if outcome in ("met", "unmet") else "unsure"
        place = _place(str(entry.get("place") or ""), names)
        yield at, Grade(criterion=criteria[at - 1], outcome=known, reason=reason, place=place)


def _tables(answer: str) -> Iterator[Mapping[str, Any]]:
    """The objects with a criterion in them, from every piece of JSON in an answer, outermost first."""
    decoder = json.JSONDecoder()
    at = 0
    while (at := _next(answer, at)) >= 0:
        try:
            value, end = decoder.raw_decode(answer, at)
        except (ValueError, RecursionError):
            at += 1
            continue
        yield from _within(value)
        at = end


def _next(answer: str, at: int) -> int:
    places = [place for sign in "{[" if (place := answer.find(sign, at)) >= 0]
    return min(places, default=-1)


def _within(value: object) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, dict):
        table = cast("dict[str, Any]", value)
        if "criterion" in table:
            yield table
        else:
            for inner in table.values():
                yield from _within(inner)
    elif isinstance(value, list):
        for inner in cast("list[Any]", value):
            yield from _within(inner)


def _place(said: str, names: Collection[str]) -> str:
    """Where it is seen, if that is a file of the diff; with its line where one was told."""
    match = _PLACE.match(" ".join(said.split()).strip("`"))
    if match is None:
        return ""
    name = next((each for each in (match[1], match[1].removeprefix("b/")) if each in names), "")
    return f"{name}:{match[2]}" if name and match[2] else name
