"""Files of strangers become skills and commands, or are left out with a reason; nothing that stands in them does harm."""

import time
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from heartbit_tui.skills import full_yaml, parse
from heartbit_tui.skills.frontmatter import read
from heartbit_tui.skills.types import Command, Place, Skill, Withheld
from tests.samples import samples

PLACE = Place(folder=Path("/skills"), layer="user", title="~/skills")
FILE = Path("/skills/review/SKILL.md")


def parsed(text: str, folder: str = "review") -> Skill | Withheld:
    found = parse.skill(text, Path(f"/skills/{folder}/SKILL.md"), PLACE)
    assert not isinstance(found, Command)
    return found


def table(lines: str, body: str = "Do it.") -> str:
    return f"---\n{lines}\n---\n{body}\n"


def good(text: str, folder: str = "review") -> Skill:
    found = parsed(text, folder)
    assert isinstance(found, Skill), found
    return found


def test_a_skill_as_the_specification_has_it_is_read_without_a_warning() -> None:
    lines = (
        "name: review\ndescription: 'Review: a change.'\nlicense: MIT\ncompatibility: needs git\n"
        'metadata:\n  author: me\n  version: "1.0"\nallowed-tools: bash(git log *) read'
    )
    found = good(table(lines))
    assert (found.name, found.description, found.warnings) == ("review", "Review: a change.", ())
    assert found.allowed == ("bash(git log *)", "read")
    assert found.more == {"license": "MIT", "compatibility": "needs git", "metadata": "author: me, version: 1.0"}
    assert (found.models, found.people, found.folder) == (True, True, Path("/skills/review"))


def test_keys_of_other_programs_count() -> None:
    lines = (
        "name: review\ndescription: D\nargument-hint: '[files]'\ndisable-model-invocation: true\n"
        "user-invocable: false\npaths: ['*.sql', 'db/**']\ndisallowed-tools: write, edit\nunheard-of: [1, 2]"
    )
    found = good(table(lines))
    assert (found.hint, found.models, found.people) == ("[files]", False, False)
    assert (found.paths, found.barred, found.more) == (("*.sql", "db/**"), ("write", "edit"), {"unheard-of": "1, 2"})


LENIENT = (
    ("name: review\ndescription: Use when: the user asks", "Use when: the user asks"),
    ('name: review\ndescription: He said "go": now', 'He said "go": now'),
    ("name: 7\ndescription: 2024-01-01", "2024-01-01"),
    ("name: [a, b]\ndescription: 3.5", "3.5"),
    ("name: review\ndescription: [one, two]", "one, two"),
    ("name: review\ndescription: >\n  folded\n  lines", "folded lines"),
    ("name: review\r\ndescription: windows\r", "windows"),
    ("description: no name", "no name"),
    ("name: review\ndescription: yes", "true"),
    ("name: review\nwhen_to_use: Whenever", "Whenever"),
    ("name: Review It!\ndescription: other name", "other name"),
    ("name: review\ndescription: ends with colon:", "ends with colon:"),
    ("\tname: review", None),
    ("name: review\ndescription: ''", None),
    ("name: review", None),
    ("- a\n- b", None),
    ("just words", None),
    ("name: &a [*a]\ndescription: x", None),
    ("name: !!python/object/apply:os.system ['true']\ndescription: x", None),
)


@pytest.mark.security("K40", n=6)
@pytest.mark.security("K41", n=3)
@pytest.mark.security("C5", n=19)
def test_what_can_be_understood_is_and_the_rest_is_left_out_with_a_reason() -> None:
    for lines, description in LENIENT:
        found = parsed(table(lines))
        if description is None:
            assert isinstance(found, Withheld), lines
            assert found.reason.endswith("."), found
        else:
            assert isinstance(found, Skill), (lines, found)
            assert found.description == description
    assert len(LENIENT) == 19


def test_a_file_without_a_table_is_no_skill() -> None:
    for text in ("", "# Review", "---\nname: x\n", "\ufeffwords"):
        found = parsed(text)
        assert isinstance(found, Withheld)
        assert "no table" in found.reason


def test_a_byte_order_mark_hides_no_table() -> None:
    assert good("\ufeff" + table("name: review\ndescription: D")).description == "D"


def test_names_that_cannot_be_typed_become_some_that_can() -> None:
    wanted = {"PDF Processing": "pdf-processing", "a--b": "a--b", "../../etc": "etc", "x" * 80: "x" * 64, "é": "review"}
    for name, called in wanted.items():
        found = good(table(f"name: '{name}'\ndescription: D"))
        assert found.name == called
        assert found.warnings
    assert good(table("name: other\ndescription: D")).warnings == ("`name` is other, but its folder is called review.",)


def bombs() -> list[str]:
    aliases = "a: &a [x]\n" + "\n".join(
        f"{b}: &{b} [*{a},*{a},*{a},*{a}]" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    merges = "a: &a {x: 1}\n" + "\n".join(
        f"{b}: &{b}\n  <<: [*{a},*{a},*{a},*{a},*{a}]" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    return [
        aliases,
        merges,
        "[" * 8_000,
        "{a: " * 3_000,
        "- " * 8_000,
        "? " * 8_000,
        "a: " * 5_000,
        "x: |" + "\n " * 8_000,
        "name: " + "a" * 20_000,
        '"' + "\\x" * 5_000,
        "!" * 9_000,
        "&" + "a" * 9_000 + " b",
        "%YAML 9.9\n--- a",
        "a: !!timestamp 9999-99-99",
        "a: !!float x\nb: !!int y",
        "a: !!binary '%%%'",
        "\0",
        "a: 0o777777777777777777777777777777777777777777777",
        "a: " + "1" * 5_000,
        "a: 190:20:30:99999999999999999999",
        "<<: 5",
        "a: !!set {b, c}\nb: !!omap [c: d]\ndescription: x",
        "? [a, b]\n: c\n? {d: e}\n: f\ndescription: x",
        "\u2028a: b\u0085c: d",
        "a: b: c: d: e",
    ]


@pytest.mark.security("C5", n=25)
def test_no_table_makes_reading_hang_or_fail() -> None:
    every = bombs()
    for text in every:
        began = time.process_time()
        parsed(table(text))
        assert time.process_time() - began < 1, text[:40]
    assert len(every) == 25


@settings(max_examples=samples(200, 50), deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_either_a_skill_or_left_out(text: str) -> None:
    for each in (text, table(text), table(f"name: review\ndescription: {text}")):
        found = parsed(each)
        assert isinstance(found, Skill | Withheld)
        assert found.name


@settings(max_examples=samples(200, 50), deadline=None)
@given(st.dictionaries(st.from_regex(r"[A-Za-z][\w-]{0,6}", fullmatch=True), st.text(max_size=20), max_size=3))
def test_plain_lines_are_read_as_yaml_reads_them(values: dict[str, str]) -> None:
    lines = "\n".join(f"{key}: {value}" for key, value in values.items())
    quick, whole = read(table(lines)), full_yaml.load(lines)
    if not isinstance(whole, str) and not quick.fault and not quick.warnings:
        assert dict(quick.table) == dict(whole.table)


def test_a_command_is_called_by_its_folders_and_its_name() -> None:
    place = Place(folder=Path("/c"), layer="user", title="~/c", kind="commands")
    found = parse.command("---\nargument-hint: '[n]'\n---\n# Fix an issue\n\nFix $1.", Path("/c/git/fix.md"), place)
    assert isinstance(found, Command)
    assert (found.name, found.description, found.hint) == ("git:fix", "Fix an issue", "[n]")
    bare = parse.command("Just say hello.", Path("/c/hello.md"), place)
    assert isinstance(bare, Command)
    assert bare.description == "Just say hello."
    for text, name in (("", "empty.md"), ("x", "two words.md"), ("---\n[\n---\nx", "broken.md")):
        assert isinstance(parse.command(text, Path("/c") / name, place), Withheld)


@pytest.mark.parametrize("key", ["model", "effort", "hooks", "shell"])
def test_a_key_that_has_no_effect_here_is_said(key: str) -> None:
    assert any(
        f"`{key}` has no effect" in each for each in good(table(f"name: review\ndescription: D\n{key}: x")).warnings
    )


def test_a_skill_may_want_an_agent_of_its_own() -> None:
    found = good(table("name: review\ndescription: D\ncontext: fork\nagent: Explore"))
    assert (found.apart, found.agent, found.warnings) == (True, "Explore", ())
    assert not good(table("name: review\ndescription: D\ncontext: inline")).apart
