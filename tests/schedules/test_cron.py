"""A schedule is due as its expression and the clocks of its zone say."""

import subprocess
import sys
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest

from heartbit_tui.schedules import cron
from heartbit_tui.schedules.cron import Cron, Dialect
from tests.schedules.reference import DAY, WHOLE, ZONES, Stretch, stretches


def each_day(_: date) -> bool:
    return True


@dataclass(frozen=True)
class Case:
    """An expression, and what it means: of each time of day, and of each day."""

    expression: str
    time: Callable[[int, int, int], bool]
    day: Callable[[date], bool] = each_day
    dialect: Dialect = "standard"


CASES = (
    Case("0 9 * * *", lambda h, m, s: (h, m, s) == (9, 0, 0)),
    Case("30 2 * * *", lambda h, m, s: (h, m, s) == (2, 30, 0)),
    Case("0 15 2 * * *", lambda h, m, s: (h, m, s) == (2, 15, 0)),
    Case("0,20,40 1-3 * * *", lambda h, m, s: h in (1, 2, 3) and m in (0, 20, 40) and s == 0),
    Case("@daily", lambda h, m, s: (h, m, s) == (0, 0, 0)),
    Case("59 59 23 * * *", lambda h, m, s: (h, m, s) == (23, 59, 59)),
    Case("30 * * * *", lambda _, m, s: (m, s) == (30, 0)),
    Case("*/20 * * * * *", lambda _, __, s: s % 20 == 0),
    Case("5 */15 2 * * *", lambda h, m, s: h == 2 and m % 15 == 0 and s == 5),
    Case("0 0 */2 * * *", lambda h, m, s: h % 2 == 0 and (m, s) == (0, 0)),
    Case("0 12 1-7 * MON", lambda h, m, s: (h, m, s) == (12, 0, 0), lambda day: day.day < 8 or day.weekday() == 0),
    Case("0 12 * * 7", lambda h, m, s: (h, m, s) == (12, 0, 0), lambda day: day.weekday() == 6),
    Case("0 12 L * *", lambda h, m, s: (h, m, s) == (12, 0, 0), lambda day: (day + timedelta(days=1)).day == 1),
    Case("0 30 2 * * 1", lambda h, m, s: (h, m, s) == (2, 30, 0), lambda day: day.weekday() == 6, "seed"),
    Case(
        "0 0 * 22-31 * 1,7",
        lambda _, m, s: (m, s) == (0, 0),
        lambda day: day.day > 21 and day.weekday() in (5, 6),
        "seed",
    ),
)


@cache
def times(case: Case) -> frozenset[int]:
    """All seconds of a day that fit."""
    return frozenset(n for n in range(DAY) if case.time(n // 3_600, n // 60 % 60, n % 60))


def dues(found: Stretch, case: Case, *, fixed: bool) -> list[datetime]:
    """All seconds of the stretch but its first at which it is due; a fixed one when its time was first shown or skipped."""
    fitting = times(case)
    days = {
        number for number in range(found.shown[0] // DAY - 1, found.shown[-1] // DAY + 2) if case.day(dated(number))
    }
    if not fixed:
        shown = enumerate(found.shown[1:], 1)
        return [found.at(index) for index, each in shown if each % DAY in fitting and each // DAY in days]
    dial = range(found.latest[0] + 1, found.latest[-1] + 1)
    fits = (each for each in dial if each % DAY in fitting and each // DAY in days)
    return sorted({found.at(bisect_left(found.latest, each)) for each in fits})


def dated(number: int) -> date:
    return date.fromordinal(number + date(1970, 1, 1).toordinal())


def within(found: Stretch, given: Cron) -> list[datetime]:
    end = found.at(len(found.shown))
    moments: list[datetime] = []
    for due in given.following(found.at(0)):
        if due >= end:
            break
        moments.append(due)
    return moments


@pytest.mark.security("X11", n=1)
@pytest.mark.slow
@pytest.mark.timeout(3_600 if WHOLE else 120)
@pytest.mark.parametrize("name", ZONES)
def test_expressions_are_due_as_found_second_by_second(name: str) -> None:
    for found in stretches(name):
        for case in CASES:
            given = cron.read(case.expression, ZoneInfo(name), case.dialect)
            assert within(found, given) == dues(found, case, fixed=given.fixed), (case, found.at(0))


def shown(given: Cron, start: str, count: int) -> list[str]:
    moments = given.coming(datetime.fromisoformat(start).replace(tzinfo=UTC), count)
    return [f"{each.astimezone(given.zone):%Y-%m-%d %H:%M:%S}" for each in moments]


def test_a_day_without_the_hour_of_a_schedule_has_it_when_the_clocks_are_set_and_only_once() -> None:
    given = cron.read("0,30 2,3 * * *", ZoneInfo("Europe/Paris"))
    assert shown(given, "2026-03-28T12:00", 3) == ["2026-03-29 03:00:00", "2026-03-29 03:30:00", "2026-03-30 02:00:00"]


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("@yearly", "2027-01-01 00:00:00"),
        ("@annually", "2027-01-01 00:00:00"),
        ("@monthly", "2026-06-01 00:00:00"),
        ("@weekly", "2026-05-10 00:00:00"),
        ("@Daily", "2026-05-05 00:00:00"),
        ("@midnight", "2026-05-05 00:00:00"),
        ("@hourly", "2026-05-04 11:00:00"),
    ],
)
@pytest.mark.parametrize("dialect", ["standard", "seed"])
def test_names_mean_the_same_in_both_dialects(name: str, first: str, dialect: Dialect) -> None:
    assert shown(cron.read(name, UTC, dialect), "2026-05-04T10:30", 1) == [first]


@pytest.mark.parametrize(
    ("seed", "standard"),
    [
        ("0 0 9 * * 2-6", "0 0 9 * * 1,2,3,4,5"),
        ("0 0 9 * * mon-Friday *", "0 0 9 * * 1,2,3,4,5"),
        ("0 0 9 ? * tues,thurs", "0 0 9 * * 2,4"),
        ("0 0 9 * September-dec ?", "0 0 9 * sep-dec *"),
        ("0 0 9 * * */3", "0 0 9 * * 0,3,6"),
        ("0 0 9 * * 3/2 ?", "0 0 9 * * 2,4,6"),
    ],
)
def test_the_seeds_dialect_is_translated(seed: str, standard: str) -> None:
    assert cron.read(seed, UTC, "seed").fields == standard


def test_both_day_fields_have_to_fit_in_the_seeds_dialect_and_one_in_the_standard() -> None:
    start, first = "2026-01-01T00:00", ["2026-02-13 08:00:00", "2026-03-13 08:00:00", "2026-11-13 08:00:00"]
    assert shown(cron.read("0 0 8 13 * 6", UTC, "seed"), start, 3) == first
    assert shown(cron.read("0 0 8 13 * 5"), start, 3) == [f"2026-01-{day} 08:00:00" for day in ("02", "09", "13")]


@pytest.mark.security("X11", n=1)
@pytest.mark.parametrize(
    ("expression", "dialect", "reason"),
    [
        ("61 * * * *", "standard", "the minute '61' is not understood: it takes 0-59"),
        ("0 0 9 ? * 1", "standard", "the `.` of the seed's dialect is written `.`"),
        ("* * *", "standard", "it has 3 fields; give six with the seconds first, or five without"),
        ("", "standard", "it has 0 fields"),
        ("0 0 30 2 *", "standard", "no day fits it, so it would never be due"),
        ("@reboot", "standard", "a schedule has times, and the start of a machine is none"),
        ("@often", "standard", "there are @yearly, @annually"),
        (f"{'9' * 400} * * * *", "standard", "the minute '9+' is not understood"),
        ("0," * 300 + " * * * *", "standard", "it has more than 500 characters"),
        ("*/0 * * * *", "standard", "the minute '\\*/0' is not understood"),
        ("0 9 * * 1", "seed", "the seed's dialect has six or seven fields, with the seconds first; put `0` before it"),
        ("0 0 9 * * 2 2027", "seed", "its seventh field is a year"),
        ("0 0 9 * * 0", "seed", "it takes 1-7 or SUN-SAT, where 1 is Sunday"),
        ("0 0 9 * * fri-mon", "seed", "it takes 1-7 or SUN-SAT, where 1 is Sunday"),
        ("0 0 9 * * 2#1", "seed", "it takes 1-7 or SUN-SAT, where 1 is Sunday"),
        ("0 0 9 L * ?", "seed", "the day of the month 'l' is not understood"),
        ("0 0 ? * * 2", "seed", "`\\?` may only stand for a day"),
        ("0 0 9 31 2 2", "seed", "no day fits it, so it would never be due"),
        ("0 0 9 * * * * *", "seed", "it has 8 fields"),
    ],
)
def test_what_cannot_be_understood_is_refused_with_the_reason(expression: str, dialect: Dialect, reason: str) -> None:
    with pytest.raises(ValueError, match=f"^invalid cron expression '.*': .*{reason}"):
        cron.read(expression, UTC, dialect)


def test_without_its_library_a_schedule_tells_the_extra() -> None:
    code = (
        "import sys; sys.modules['cronsim'] = None\n"
        "from heartbit_tui.schedules import cron\n"
        "try:\n    cron.read('@daily')\n"
        "except Exception as error:\n    print(type(error).__name__, error)\n"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert told == (
        "ConfigError Schedules need the library cronsim, which is not installed: pip install 'heartbit-tui[daemon]'\n"
    )
