"""On which line each key stands, however it is written."""

import tomllib
from collections.abc import Iterator
from typing import cast

import tomli_w
from hypothesis import given, settings, strategies as st

from heartbit_tui.config.keys import Path, dotted, undotted
from heartbit_tui.config.positions import line_of, positions
from tests.samples import samples

HARD = '''\
# a comment with [brackets] = and "quotes"
title = "a # no comment" # one [here]

[provider] # table
model = \'\'\'
[not.a.table]
key = 1
\'\'\'
"quoted \\u0041 key" = """
text with \\""" and
x = 2"""
a.b."c.d" = 1
    indented = [ # array
      1, 2,
      "]", # }
    ]
dates = 1979-05-27 07:32:00
point = { x = 1, y.z = "}", deep = [{ w = 1 }, { w = 2 }] }

[[agents]]
name = "one"
[agents.provider]
model = 'x'
[[agents.tools]]
id = 1
[[agents]]
name = "two"
[[agents.tools]]
id = 2
[[agents.tools]]
id = 3
[ spaced . "out" ]
last=1e3'''


def test_every_way_to_write_a_key_has_its_line() -> None:
    lines = {
        "title": 2,
        "provider": 4,
        "provider.model": 5,
        'provider."quoted A key"': 9,
        'provider.a.b."c.d"': 12,
        "provider.indented": 13,
        "provider.indented[1]": 14,
        "provider.indented[2]": 15,
        "provider.dates": 17,
        "provider.point.y.z": 18,
        "provider.point.deep[1].w": 18,
        "agents[0].name": 21,
        "agents[0].provider.model": 23,
        "agents[0].tools[0].id": 25,
        "agents[1]": 26,
        "agents[1].name": 27,
        "agents[1].tools[0].id": 29,
        "agents[1].tools[1].id": 31,
        "spaced.out.last": 33,
    }
    assert {name: positions(HARD).get(undotted(name)) for name in lines} == lines


def test_a_key_without_a_line_takes_the_line_of_its_table() -> None:
    assert line_of(HARD, ("agents", 1, "provider", "model")) == 26
    assert line_of("", ("a",)) == 0


def test_line_ends_of_other_systems_count_the_same() -> None:
    assert positions(HARD.replace("\n", "\r\n")) == positions(HARD)


NAMES = st.text(st.sampled_from("ab-_ .\"'\\#[]=\n\u00e9\U0001f600"), min_size=1, max_size=4)
STRINGS = st.text(st.sampled_from("ab\"'\\#[]{}=,\n\t \u2028"), max_size=12)
LEAVES = st.one_of(
    STRINGS, st.integers(-9, 9), st.booleans(), st.floats(allow_nan=False, allow_infinity=False), st.dates()
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=3)),
    max_leaves=8,
)
DOCUMENTS = st.dictionaries(NAMES, VALUES, max_size=4)


@given(DOCUMENTS, st.booleans())
@settings(max_examples=samples(400, 100))
def test_the_scanner_finds_exactly_the_keys_that_the_parser_finds(document: dict[str, object], multiline: bool) -> None:
    text = tomli_w.dumps(document, multiline_strings=multiline)
    assert set(places(tomllib.loads(text))) <= set(positions(text))
    assert {path for path in positions(text) if isinstance(path[-1], str)} <= set(places(tomllib.loads(text)))


@given(st.lists(st.one_of(NAMES, st.integers(0, 99)), min_size=1, max_size=5))
def test_dotted_names_survive(parts: list[str | int]) -> None:
    path = ("a", *parts)
    assert undotted(dotted(path)) == path


def places(value: object, path: Path = ()) -> Iterator[Path]:
    """Every place of a parsed document, tables and elements included."""
    if path:
        yield path
    if isinstance(value, dict):
        for name, inner in cast("dict[str, object]", value).items():
            yield from places(inner, (*path, name))
    elif isinstance(value, list):
        for index, inner in enumerate(cast("list[object]", value)):
            yield from places(inner, (*path, index))
