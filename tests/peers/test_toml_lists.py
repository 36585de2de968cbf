"""Strings are added to lists of a settings file in whatever way it is written, and no comment is lost."""

import tomllib

import pytest
from hypothesis import given, settings, strategies as st

from heartbit_tui.client.toml_lists import with_rule_tables, with_strings
from heartbit_tui.kernel.errors import ConfigError

WAYS = (
    "",
    "# only a comment",
    "[permissions]\n",
    "[permissions]\nallow = []\n",
    "[permissions]\nallow = [ ]  # none yet\n",
    '[permissions]\nallow = ["a"]\n',
    '[permissions]\nallow = ["a",]  # one\n',
    "[permissions]\nallow = ['a', 'b]']  # a bracket ] here\n",
    '[permissions]\nallow = [\n  "a",  # first\n  "b",\n]\ndeny = ["z"]\n',
    '[permissions]\nallow = [\n  "a",\n  "b"  # no comma [after]\n]  # end\n',
    '[permissions]\nallow = [\n  "a" ]\n\n[ui]\nvim = true\n',
    '[permissions]\nallow = [ "a"\n, "b"\n]\n',
    '[ permissions ]  # mine\n"allow" = ["a"]\n',
    'mode = "ask"\n\n[ui]\nvim = true\n\n[permissions]\ndeny = ["x"]\n\n[limits]\nmax_turns = 3\n',
    '[permissions]\nallow = ["""a\n]"""]\n',
    '[permissions]\nallow = ["a"]\r\ndeny = ["b"]\r\n',
)


def test_every_way_to_write_a_list_takes_more_and_keeps_its_comments() -> None:
    for text in WAYS:
        before = tomllib.loads(text)
        after = with_strings(text, "permissions.allow", ["new one", "a", 'with "quotes" ]'])
        old = before.get("permissions", {}).get("allow", [])
        wanted = [*old, *(each for each in ("new one", "a", 'with "quotes" ]') if each not in old)]
        held = {**before.get("permissions", {}), "allow": wanted}
        assert tomllib.loads(after) == {**before, "permissions": held}, text
        assert [line for line in text.splitlines() if comment_of(line) not in after] == [], text


def comment_of(line: str) -> str:
    return f"#{line.rpartition('#')[2]}" if "#" in line else ""


def test_what_is_there_changes_nothing() -> None:
    for text in WAYS:
        old = tomllib.loads(text).get("permissions", {}).get("allow", [])
        assert with_strings(text, "permissions.allow", old) == text


@settings(max_examples=40)
@given(st.lists(st.text(min_size=1, max_size=12), max_size=4), st.lists(st.text(min_size=1, max_size=12), max_size=4))
def test_any_strings_come_back_as_they_were(first: list[str], second: list[str]) -> None:
    text = with_strings(with_strings("# top\n", "a.b", first), "a.b", second)
    wanted = list(dict.fromkeys([*first, *second]))
    assert tomllib.loads(text).get("a", {}).get("b", []) == wanted


@pytest.mark.parametrize(
    "text",
    ["[permissions", "permissions = 3", "[permissions]\nallow = 'x'", "permissions = {allow = ['a']}", "a = [" * 9_999],
)
def test_what_cannot_be_added_to_is_told_and_left_alone(text: str) -> None:
    with pytest.raises(ConfigError, match=r"TOML|by hand"):
        with_strings(text, "permissions.allow", ["x"])


def test_rules_as_tables_are_added_once() -> None:
    text = '# mine\n[[permissions]]\ntool = "a"\npattern = "*"\naction = "deny"\n'
    tables = [{"tool": name, "pattern": "*", "action": "deny"} for name in ("a", "b")]
    after = with_rule_tables(text, tables)
    assert tomllib.loads(after) == {"permissions": tables}
    assert after.startswith(text.rstrip())
    assert with_rule_tables(after, tables) == after
