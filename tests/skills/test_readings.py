"""What is known of a file counts while it is the same file in the same place, and of a project's files nothing is kept."""

from dataclasses import replace
from pathlib import Path

import pytest

from heartbit_tui.skills.find import Stamp
from heartbit_tui.skills.readings import MOST, Reading, Readings
from heartbit_tui.skills.types import Layer, Place, Withheld

PATH = Path("/home/anna/skills/deploying/SKILL.md")
PLACE = Place(folder=PATH.parents[1], layer="user", title="~/skills")
STAMP = Stamp(device=1, inode=2, size=3, modified=4)
READING = Reading(
    stamp=STAMP, digest="abc", found=Withheld(name="deploying", file=PATH, place=PLACE, reason="It cannot be read.")
)


def test_a_reading_is_of_one_file_in_one_place_as_it_was() -> None:
    readings = Readings()
    readings.keep(PATH, PLACE, READING)
    assert readings.of(PATH, PLACE, STAMP) == READING
    assert readings.of(PATH.with_name("other.md"), PLACE, STAMP) is None
    assert readings.of(PATH, replace(PLACE, layer="settings"), STAMP) is None
    changed = (replace(STAMP, **{name: 9}) for name in ("device", "inode", "size", "modified"))
    assert [readings.of(PATH, PLACE, stamp) for stamp in changed] == [None] * 4


@pytest.mark.parametrize(
    ("layer", "kept"), [("built-in", True), ("user", True), ("settings", True), ("project", False)]
)
def test_what_a_project_brings_is_read_by_each_for_itself(layer: Layer, kept: bool) -> None:
    readings, place = Readings(), replace(PLACE, layer=layer)
    readings.keep(PATH, place, READING)
    assert (readings.of(PATH, place, STAMP) is not None) is kept


def test_so_many_files_are_known_and_no_more() -> None:
    readings = Readings()
    paths = [PATH.with_name(f"{number}.md") for number in range(MOST + 1)]
    for path in paths:
        readings.keep(path, PLACE, READING)
    assert [path for path in paths if readings.of(path, PLACE, STAMP)] == paths[-1:]
