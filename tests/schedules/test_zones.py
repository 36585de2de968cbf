"""Zones are found by their names, and this machine's without one."""

from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from heartbit_tui.schedules.zones import instant, local, settled, zone


@pytest.mark.parametrize("name", ["local", "auto"])
def test_this_machines_zone_is_that_of_tz(name: str) -> None:
    assert zone(name, {"TZ": ":Asia/Tokyo"}) == ZoneInfo("Asia/Tokyo")


def test_without_tz_this_machines_zone_is_where_the_link_leads(tmp_path: Path) -> None:
    link = tmp_path / "localtime"
    link.symlink_to("/usr/share/zoneinfo/Europe/Paris")
    assert local({"TZ": "JST-9"}, link) == ZoneInfo("Europe/Paris")
    assert local({}, tmp_path / "none").utcoffset(datetime.now()) == datetime.now().astimezone().utcoffset()


def test_a_path_in_tz_and_a_copy_in_the_place_of_the_link_tell_the_zone_with_its_summer(tmp_path: Path) -> None:
    assert local({"TZ": "/usr/share/zoneinfo/Europe/Paris"}, tmp_path / "none") == ZoneInfo("Europe/Paris")
    copy = tmp_path / "localtime"
    with files("tzdata.zoneinfo.Europe").joinpath("Paris").open("rb") as rules:
        copy.write_bytes(rules.read())
    found = local({}, copy)
    offsets = [datetime(2026, month, 1, tzinfo=found).utcoffset() for month in (1, 7)]
    assert (str(found), offsets) == ("local", [timedelta(hours=1), timedelta(hours=2)])
    copy.write_bytes(b"no zone")
    assert local({}, copy).utcoffset(datetime.now()) == datetime.now().astimezone().utcoffset()


@pytest.mark.parametrize(
    ("name", "hint"),
    [("Europe/Pari", "did you mean 'Europe/Paris'"), ("../etc/passwd", "write one"), ("", "write one")],
)
def test_an_unknown_zone_is_refused_with_what_to_write(name: str, hint: str) -> None:
    with pytest.raises(ValueError, match=hint):
        zone(name, {})


@pytest.mark.parametrize(
    ("shown", "first", "good"),
    [
        ("2026-03-29T02:30", "2026-03-29T01:00", "2026-03-29T01:00"),
        ("2026-10-25T02:30", "2026-10-25T00:30", "2026-10-25T01:30"),
        ("2026-07-01T12:00", "2026-07-01T10:00", "2026-07-01T10:00"),
    ],
)
def test_a_time_that_is_skipped_or_repeated_has_a_first_and_a_last_moment(shown: str, first: str, good: str) -> None:
    paris, on_dial = ZoneInfo("Europe/Paris"), datetime.fromisoformat(shown)
    found = (instant(on_dial, paris), settled(on_dial, paris))
    assert found == tuple(datetime.fromisoformat(each).replace(tzinfo=UTC) for each in (first, good))
